import Arguments
import PGSyncCluster
import Postgres
import TestSupport
import Testing

@testable import PGSyncCLI

/// A database on a real server, for one test, with the command line that works on it.
struct CommandLineDatabase: Sendable {
    let name: String
    let cluster: PrivateCluster
    var idle = IdleSessions.none()

    /// Lends an empty database, or a copy of another.
    static func with(
        copyOf template: DatabaseTemplate? = nil,
        _ body: @Sendable (CommandLineDatabase) async throws -> Void
    ) async throws {
        let cluster = try await SharedCluster.cluster()
        let name = "cli_\(UInt32.random(in: 0 ... .max))"
        let database = CommandLineDatabase(name: name, cluster: cluster, idle: .of(name))
        let source = try await template?.name() ?? "template1"
        try await database.query("create database \(database.name) template \(source)", database: "postgres")
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        await database.idle.retire()
        try await database.query("drop database \(database.name) with (force)", database: "postgres")
        try result.get()
    }

    /// Lends a database that `pgsync migrate` has brought to the present schema.
    static func migrated(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await with(copyOf: .migratedByCommand, body)
    }

    func url(as role: String = "postgres") -> String { cluster.connectionString(database: name, role: role) }

    func run(_ words: String..., as role: String = "postgres") async -> CommandLineRun {
        await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": url(as: role)])
    }

    /// Runs a script and returns the first column of its last statement.
    @discardableResult
    func query(_ script: String, database: String? = nil) async throws -> [String?] {
        let options = try ConnectionOptions(cluster.connectionString(database: database ?? name)).likePsql
        return try await (database == nil ? idle : .none()).run(script, as: options)
    }

    /// Lends a login role that may do nothing yet.
    func withRole(_ body: @Sendable (String) async throws -> Void) async throws {
        let role = "visitor_\(UInt32.random(in: 0 ... .max))"
        try await query("create role \(role) login")
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(role))
        } catch {
            result = .failure(error)
        }
        try await query("drop owned by \(role); drop role \(role)")
        try result.get()
    }
}

extension DatabaseTemplate {
    /// A database that `pgsync migrate` has migrated.
    static var migratedByCommand: DatabaseTemplate {
        .shared("cli", locale: nil) { connection in
            let run = try await CommandLineDatabase(of: connection).run("migrate")
            try #require(run.exitCode == .success, "\(run.errors)")
        }
    }

    /// The same, which a closure has prepared once for all who name the key.
    static func commandLine(
        _ key: String,
        _ prepare: @escaping @Sendable (CommandLineDatabase) async throws -> Void
    ) -> DatabaseTemplate {
        .shared("cli_\(key)", copyOf: .migratedByCommand) { try await prepare(CommandLineDatabase(of: $0)) }
    }
}

extension CommandLineDatabase {
    fileprivate init(of connection: PostgresConnection) async throws {
        name = try #require(try await connection.run("select current_database()"))
        cluster = try await SharedCluster.cluster()
    }
}
