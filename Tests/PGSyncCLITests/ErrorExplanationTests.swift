import Arguments
import PGSyncCluster
import PGSyncLedger
import PGSyncSchema
import PGSyncStore
import Postgres
import Services
import Testing

@testable import PGSyncCLI

@Suite("Explanation of errors")
struct ErrorExplanationTests {
    @Test(
        "gives every kind of failure its exit code",
        arguments: [
            (SchemaError.schemaTooNew(breaking: []), 80),
            (SchemaError.historyDiffers(applied: [], missing: []), 81),
            (SchemaError.schemaTooOld(missing: []), 82), (SchemaError.serverTooOld(version: "13"), 83),
            (SchemaError.lockTimeout(step: "", holder: nil), 75),
            (SchemaError.notReadable(user: "", owner: nil), 77),
            (SchemaError.stepFailed(step: "", reason: "", report: ""), 1),
            (StoreError.unknown(.setting, "", known: []), 78), (StoreError.unknown(.rule, "", known: []), 66),
            (StoreError.notPermitted("", role: "", user: ""), 77),
            (LedgerError.unknownAccount("", known: []), 91), (LedgerError.unknownPeriod("", known: []), 91),
            (LedgerError.refused(PostgresError(.server, "")), 90),
            (LedgerError.wrongChart(file: "", problems: []), 92),
            (LedgerError.corrupt(""), 1), (CommandError.cannotWrite(path: "", reason: ""), 73),
            (CommandError.unreadableFile(path: "", reason: ""), 92),
            (ClusterError.inUse(directory: "", pid: nil), 85), (ClusterError.portInUse(1), 84),
            (CommandError.serverDied(log: [], directory: ""), 86),
            (CommandError.interrupted(by: .interrupt), 130), (CommandError.interrupted(by: .terminate), 143),
            (CommandError.interrupted(by: .hangUp), 129),
            (CommandError.cannotConnect(PostgresError(.cannotConnect, ""), source: .libpq), 69),
            (CommandError.cannotConnect(PostgresError(.invalidOptions, ""), source: .libpq), 64),
            (PostgresError(.connectionLost, ""), 69),
            (PostgresError(.server, "", sqlState: .insufficientPrivilege), 77),
            (PostgresError(.server, "", sqlState: .diskFull), 1), (CancellationError(), 1),
        ] as [(any Error, UInt8)]
    )
    func exitCodes(error: any Error, code: UInt8) {
        #expect(ErrorExplanation.exitCode(for: error).code == code)
        #expect(ExitCode.table.contains { $0.code == code })
    }

    @Test("shows an operator all that the server said")
    func serverError() {
        var error = PostgresError(.server, "permission denied", sqlState: .insufficientPrivilege)
        error.detail = "the detail"
        error.hint = "the hint"
        #expect(
            ErrorExplanation.message(for: error) == """
                permission denied (SQLSTATE 42501)
                  detail: the detail
                  hint: the hint
                """
        )
    }
}
