import Arguments
import PGSyncCluster
import Postgres
import TestSupport

@testable import PGSyncCLI

/// An empty database on a real server, for one test, with the command line that works on it.
struct CommandLineDatabase: Sendable {
    let name: String
    let cluster: PrivateCluster

    static func with(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        let cluster = try await SharedCluster.cluster()
        let database = CommandLineDatabase(name: "cli_\(UInt32.random(in: 0 ... .max))", cluster: cluster)
        try await database.query("create database \(database.name)", database: "postgres")
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        try await database.query("drop database \(database.name) with (force)", database: "postgres")
        try result.get()
    }

    func url(as role: String = "postgres") -> String { cluster.connectionString(database: name, role: role) }

    func run(_ words: String..., as role: String = "postgres") async -> CommandLineRun {
        await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": url(as: role)])
    }

    /// Runs a script and returns the first column of its last statement.
    @discardableResult
    func query(_ script: String, database: String? = nil) async throws -> [String?] {
        let options = try ConnectionOptions(cluster.connectionString(database: database ?? name)).likePsql
        return try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                let rows = try session.runScript(script)
                return try rows.columns.isEmpty ? [] : rows.map { try $0.decode(0, as: String?.self) }
            }
        }
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
