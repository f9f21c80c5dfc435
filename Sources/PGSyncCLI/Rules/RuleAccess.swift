import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// What the commands of `pgsync rules` share.
struct RuleAccess {
    let database: Database
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext, program: String = "pgsync rules") throws {
        database = try Database(globals, in: context, program: program)
        self.globals = globals
        self.context = context
    }

    /// Reads one snapshot in one transaction and changes nothing.
    func reading<Result: Sendable>(
        _ body: @escaping @Sendable (RuleStore) throws -> Result
    ) async throws -> Result {
        try await database.withSchema { connection in
            try await connection.withTransaction(
                TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
            ) { try body(RuleStore($0)) }
        }
    }

    /// Changes rules in one transaction, alone; a dry run rolls it back.
    func changing<Result: Sendable>(
        isDryRun: Bool,
        _ body: @escaping @Sendable (RuleStore) throws -> Result
    ) async throws -> Result {
        do {
            return try await database.withSchema { connection in
                try await connection.withTransaction(TransactionOptions(isolation: .readCommitted)) {
                    session in
                    let store = RuleStore(session)
                    try store.beginChange()
                    let result = try body(store)
                    if isDryRun { throw Undone(result: result) }
                    return result
                }
            }
        } catch let undone as Undone<Result> {
            return undone.result
        }
    }

    private struct Undone<Result: Sendable>: Error {
        let result: Result
    }
}
