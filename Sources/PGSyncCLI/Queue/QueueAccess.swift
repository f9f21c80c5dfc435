import Arguments
import JSON
import PGSyncStore
import Postgres

/// What the commands that look at or work on waiting changes have in common.
struct QueueAccess {
    let globals: GlobalOptions
    let context: CommandContext
    private let database: Database

    init(_ globals: GlobalOptions, in context: CommandContext, program: String) throws {
        self.globals = globals
        self.context = context
        database = try Database(globals, in: context, program: program)
    }

    /// Reads as of one moment, and can change nothing.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws -> Result
    {
        try await database.withSchema { connection in
            let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
            return try await connection.withTransaction(options) { try body($0) }
        }
    }

    /// Changes something, all of it or nothing.
    func change<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws
        -> Result
    {
        try await database.withSchema { connection in
            try await connection.withTransaction { try body($0) }
        }
    }

    /// Says what was done to how many changes, and why not to the others that were named.
    func report(_ done: ActionReport) throws -> ExitCode {
        if globals.json {
            try context.print(done.json)
        } else {
            if !globals.quiet || done.count == 0 && done.others.isEmpty { try context.print(done.sentence) }
            for fate in done.others { context.say("\(fate.id): \(done.reason(fate))") }
        }
        return done.others.isEmpty ? .success : .noSuchChange
    }

    /// Says whether a table is paused now, or everything.
    func say(_ table: String?, isPaused: Bool, _ sentence: String) throws -> ExitCode {
        if globals.json {
            try context.print(["table": table.map(JSONValue.string) ?? .null, "paused": .bool(isPaused)])
        } else if !globals.quiet {
            try context.print(sentence)
        }
        return .success
    }
}
