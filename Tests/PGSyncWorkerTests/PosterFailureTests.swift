import PGSyncCore
import Postgres
import Testing

@testable import PGSyncWorker

@Suite("PosterFailure")
struct PosterFailureTests {
    @Test(
        "says what each error of the server means",
        arguments: [
            ("40001", PosterFailure.contention), ("40P01", .contention), ("55P03", .contention),
            ("57014", .timeout), ("25006", .readOnly), ("53100", .exhaustion), ("53200", .exhaustion),
            ("53300", .exhaustion), ("58030", .exhaustion), ("22012", .refusal), ("42501", .refusal),
            ("XX000", .refusal), ("P0001", .refusal),
        ]
    )
    func server(state: String, failure: PosterFailure) {
        #expect(PosterFailure(PostgresError(.server, "no", sqlState: SQLState(state))) == failure)
    }

    @Test("tells a connection that broke during the work from one that had broken before")
    func connection() {
        #expect(PosterFailure(PostgresError(.connectionLost, "gone")) == .lost)
        #expect(PosterFailure(PostgresError(.connectionLost, "gone", sqlState: .adminShutdown)) == .lost)
        #expect(PosterFailure(PostgresError(.commitOutcomeUnknown(transactionID: nil), "gone")) == .lost)
        #expect(PosterFailure(PostgresError(.connectionClosed, "closed")) == .lostIdle)
        #expect(PosterFailure(PostgresError(.unexpectedResult, "odd")) == .refusal)
    }

    @Test(
        "gives up connecting only for what waiting does not cure",
        arguments: [
            ("28P01", true), ("28000", true), ("3D000", true), ("53300", false), ("57P03", false),
            (nil, false),
        ]
    )
    func hopeless(state: String?, isHopeless: Bool) {
        let error = PostgresError(.cannotConnect, "no", sqlState: state.map { SQLState($0) })
        #expect(error.isHopeless == isHopeless)
        #expect(PostgresError(.invalidOptions, "no").isHopeless)
        #expect(!PostgresError(.server, "no", sqlState: .invalidPassword).isHopeless)
    }
}
