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
}

/// What an operator's command came to.
struct ActionReport: Sendable {
    /// What was done to them, such as "tried again at once".
    let verb: String
    /// The same as a key of JSON.
    let key: String
    let count: Int
    /// Those that were named and are as they were.
    var others: [ChangeFate] = []
    /// Whether only dead letters were meant.
    var onlyDead = false

    var sentence: String {
        guard count > 0 else { return "nothing matched; nothing was changed" }
        let things = onlyDead ? ("dead letter is", "dead letters are") : ("change is", "changes are")
        return "\(count) \(count == 1 ? things.0 : things.1) \(verb)"
    }

    func reason(_ fate: ChangeFate) -> String {
        (onlyDead && fate.state != nil ? "not a dead letter, " : "") + fate.explanation
    }

    var json: JSONValue {
        [
            key: JSONValue(count),
            "others": .array(
                others.map { fate in
                    [
                        "id": JSONValue(fate.id), "state": fate.state.map { .string($0.rawValue) } ?? .null,
                        "outcome": fate.outcome.map(JSONValue.string) ?? .null,
                        "reason": .string(reason(fate)),
                    ]
                }
            ),
        ]
    }
}
