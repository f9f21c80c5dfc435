import Arguments
import PGSyncLedger
import Postgres

/// What the commands of `pgsync ledger` and `pgsync period` have in common.
struct LedgerAccess {
    let database: Database

    init(_ globals: GlobalOptions, in context: CommandContext, program: String = "pgsync ledger") throws {
        database = try Database(globals, in: context, program: program)
    }

    /// Reads as of one moment, and can change nothing.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Session, Book) throws -> Result
    ) async throws -> Result {
        try await database.read { try body($0, try Book($0)) }
    }

    func readBalances<Result: Sendable>(
        _ body: @escaping @Sendable (BalanceReader) throws -> Result
    ) async throws -> Result {
        try await read { session, book in try body(BalanceReader(session, book)) }
    }

    /// Changes something, all of it or nothing.
    func change<Result: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await database.withSchema { connection in
            try await connection.withTransaction(TransactionOptions(isolation: .repeatableRead), body)
        }
    }
}
