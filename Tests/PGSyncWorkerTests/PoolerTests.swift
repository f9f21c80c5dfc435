import PGSyncStore
import PGSyncWorker
import Postgres
import TestSupport
import Testing

@Suite("A worker behind a pooler in transaction mode", .postingDatabase, .timeLimit(.minutes(10)))
struct PoolerTests {
    private let database = TestDatabase.current

    private func pooled(sessions: Int, _ body: (ConnectionOptions) async throws -> Void) async throws {
        try await Pooler.with(before: database.cluster, as: database.owner, sessions: sessions) {
            directory,
            port in
            try await body(database.options.with("host", directory).with("port", "\(port)"))
        }
    }

    @Test("ends with the remedy where it is not told to poll", arguments: [1, 4])
    func refuses(sessions: Int) async throws {
        try await database.insertBills(1...5)
        try await pooled(sessions: sessions) { options in
            let error = await #expect(throws: StoreError.self) {
                _ = try await RunningWorker.run(.untilDrained, options)
            }
            #expect(error.map { "\($0)" }?.contains("pgsync worker --poll") == true)
        }
    }

    @Test("posts where it polls, looking nothing up in the path of the database")
    func polls() async throws {
        try await database.run(Shadows.prepare(path: "shadow, pg_catalog, public"))
        try await database.run(
            "insert into public.bills select g, g, 'bill' from pg_catalog.generate_series(1, 5) as g"
        )
        try await pooled(sessions: 2) { options in
            let report = try await RunningWorker.run(.untilDrained, options) { $0.mode = .poll }
            #expect(report.posted == 5)
        }
        #expect(try await Shadows.called(in: database) == [])
    }
}
