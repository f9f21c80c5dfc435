import Arguments
import PGSyncSchema
import Postgres
import Services

/// The database a command works on.
struct Database: Sendable {
    let options: ConnectionOptions
    let source: DatabaseSource

    /// Finds out which database to use; the server shows `program` as the application name.
    init(_ globals: GlobalOptions, in context: CommandContext, program: String) throws {
        let (text, source) = try Self.address(globals, in: context)
        do {
            options = try ConnectionOptions(text).with("fallback_application_name", program)
        } catch {
            throw CommandError.cannotConnect(error, source: source)
        }
        self.source = source
    }

    /// The options that select, of several hosts, the one that accepts writes, unless they say otherwise.
    func takingWrites(in context: CommandContext) -> ConnectionOptions {
        let isChosen =
            options["target_session_attrs"] != nil
            || context.environment["PGTARGETSESSIONATTRS"]?.isEmpty == false
        return isChosen ? options : options.with("target_session_attrs", "read-write")
    }

    /// The files that may hold what lets this program into the database, whether they are there or not.
    func credentialFiles(in environment: Environment) -> [String] {
        var files = options.credentialFiles(in: environment)
        if case .file(let path) = source { files.append(path) }
        return files
    }

    private static func address(
        _ globals: GlobalOptions,
        in context: CommandContext
    ) throws -> (String, DatabaseSource) {
        if let url = globals.databaseURL { return (url, .commandLine) }
        if let path = globals.databaseURLFile {
            return (try URLFile(path: path).url { context.say($0) }, .file(path))
        }
        for name in DatabaseSource.variables {
            if let url = context.environment[name], !url.isEmpty { return (url, .variable(name)) }
        }
        return ("", .libpq)
    }

    /// Connects while the operation runs; Ctrl-C cancels what it is doing on the server.
    func withConnection<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await Interruption.ends { try await connect(body) }
    }

    /// The same, within an operation that Ctrl-C cancels already.
    func connect<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        do {
            return try await PostgresConnection.withConnection(to: options, body)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: source)
        }
    }

    /// The same, for commands that need the schema of this pgsync.
    func withSchema<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await withConnection { connection in
            try await Self.requireSchema(on: connection)
            return try await body(connection)
        }
    }

    /// Reads one snapshot, and cannot change anything.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws -> Result
    {
        try await withSchema { connection in
            let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
            return try await connection.withTransaction(options) { try body($0) }
        }
    }

    /// Makes a change, completely or not at all.
    func change<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws
        -> Result
    {
        try await withSchema { connection in
            try await connection.withTransaction { try body($0) }
        }
    }

    /// Tries something in a transaction that is always rolled back, on one snapshot unless told otherwise.
    func trying<Result: Sendable>(
        _ isolation: TransactionOptions.Isolation = .repeatableRead,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        do {
            return try await withSchema { connection in
                try await connection.withTransaction(TransactionOptions(isolation: isolation)) { session in
                    throw Undone(result: try body(session))
                }
            }
        } catch let undone as Undone<Result> {
            return undone.result
        }
    }

    private struct Undone<Result: Sendable>: Error {
        let result: Result
    }

    static func requireSchema(on connection: PostgresConnection) async throws {
        let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
        guard status.facts.isInstalled else {
            throw CommandError.notInstalled(database: status.facts.database)
        }
        try status.requireUsable()
    }
}

extension ConnectionOptions {
    /// The files where libpq may find what lets it in, and that of private keys, whether they are there or not.
    func credentialFiles(in environment: Environment) -> [String] {
        let known = [
            ("passfile", "PGPASSFILE", ".pgpass"), ("sslkey", "PGSSLKEY", ".postgresql/postgresql.key"),
            ("servicefile", "PGSERVICEFILE", ".pg_service.conf"),
        ]
        let found = known.flatMap { option, variable, name in
            [self[option], environment[variable], environment["HOME"].map { "\($0)/\(name)" }]
        }
        return (found + [environment[ImageKeyFile.variable]]).compactMap(\.self)
    }
}
