import Arguments
import JSON
import PGSyncLedger
import Postgres

/// What the commands of `pgsync period` have in common.
struct PeriodAccess {
    private let ledger: LedgerAccess
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) throws {
        ledger = try LedgerAccess(globals, in: context, program: "pgsync period")
        self.globals = globals
        self.context = context
    }

    func list() async throws -> [Period] {
        try await ledger.read { session, _ in try PeriodBook(session).list() }
    }

    /// Makes a change and says what it came to.
    func change(_ body: @escaping @Sendable (PeriodBook) throws -> Period) async throws -> ExitCode {
        // Not as of one moment: closing waits for what is being posted, and then has to see it.
        let period = try await ledger.database.withSchema { connection in
            try await connection.withTransaction { try body(PeriodBook($0)) }
        }
        if globals.json {
            try context.print(period.json)
        } else if !globals.quiet {
            try context.print(
                "period \(period.name), \(period.firstDay) to \(period.lastDay), is \(period.status.rawValue)"
            )
        }
        return .success
    }
}

extension Period {
    var json: JSONValue {
        [
            "period": .string(name), "from": .string("\(firstDay)"), "until": .string("\(lastDay)"),
            "status": .string(status.rawValue),
            "closed_at": closedAt.map { .string($0.description) } ?? .null,
            "closed_by": closedBy.map(JSONValue.string) ?? .null,
            "reopened_because": reason.map(JSONValue.string) ?? .null,
        ]
    }
}
