package import PGSyncCluster
package import Postgres

/// A database that exists for one test.
package struct TestDatabase: Sendable {
    /// Who owns a database.
    package enum Owner: String, CaseIterable, Sendable {
        case superuser, roleCreator, plain
    }

    package let name: String
    /// The role that owns it.
    package let owner: String
    package let cluster: PrivateCluster
    /// Connects as the owner.
    package let options: ConnectionOptions
    /// Connects as a superuser.
    package let superuser: ConnectionOptions
    private let kind: Owner
    private let idle: IdleSessions

    @TaskLocal static var bound: TestDatabase?

    /// The database of the running test, which has the trait `.database`.
    package static var current: TestDatabase {
        guard let bound else { preconditionFailure("a test that uses a database has the trait .database") }
        return bound
    }

    private init(
        _ kind: Owner = .superuser,
        named name: String,
        on cluster: PrivateCluster,
        idle: IdleSessions = .none()
    ) throws {
        self.name = name
        owner = kind == .superuser ? PrivateCluster.superuser : "owner_of_\(name)"
        options = try ConnectionOptions(cluster.connectionString(database: name, role: owner))
        superuser = try ConnectionOptions(cluster.connectionString(database: name))
        self.cluster = cluster
        self.kind = kind
        self.idle = idle
    }

    /// The database for all tests that leave nothing in it.
    static func shared() async throws -> TestDatabase {
        try TestDatabase(named: "postgres", on: try await SharedCluster.cluster())
    }

    /// Lends a database, empty or a copy of another, and drops it together with all connections to it.
    package static func with(
        owner: Owner = .superuser,
        encoding: String = "UTF8",
        copyOf template: String = "template0",
        on cluster: PrivateCluster? = nil,
        _ body: (TestDatabase) async throws -> Void
    ) async throws {
        let shared = try await SharedCluster.cluster()
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        let database = try TestDatabase(owner, named: name, on: cluster ?? shared, idle: .of(name))
        await IdleSessions.end(of: template)
        try await database.create(encoding: encoding, copyOf: template)
        let result: Result<Void, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        // In a separate task, so that it happens for a cancelled test, too.
        try await Task { try await database.drop() }.value
        try result.get()
    }

    private func create(encoding: String, copyOf template: String) async throws {
        if kind != .superuser {
            let right = kind == .roleCreator ? "createrole" : "nocreaterole"
            try await administer("create role \(owner) login \(right)")
        }
        try await administer(
            "create database \(name) owner \(owner) encoding '\(encoding)' locale 'C' template \(template)"
        )
    }

    private func drop() async throws {
        await idle.retire()
        try await administer("drop database \(name) with (force)")
        if kind != .superuser { try await administer("drop role \(owner)") }
    }

    private func administer(_ statement: String) async throws {
        try await connect(as: superuser.with("dbname", "postgres")) { connection in
            _ = try await connection.withSession { try $0.runScript(statement).count }
        }
    }

    /// Connects, as the owner unless told otherwise, and looks for names where psql would.
    package func connect<Result>(
        as options: ConnectionOptions? = nil,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await PostgresConnection.withConnection(to: (options ?? self.options).likePsql, body)
    }

    /// Lends a session, of the owner unless told otherwise.
    ///
    /// Nothing of it outlives the closure: no transaction, no role or setting, no lock, no temporary table.
    package func session<Result: Sendable>(
        as options: ConnectionOptions? = nil,
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await idle.lend((options ?? self.options).likePsql, body)
    }

    /// Runs a script in a session and returns the first column of its last statement.
    @discardableResult
    package func run(_ script: String, as options: ConnectionOptions? = nil) async throws -> [String?] {
        try await idle.run(script, as: (options ?? self.options).likePsql)
    }
}

extension PostgresConnection {
    /// Runs a script and returns the first value of its last statement.
    @discardableResult
    package func run(_ script: String) async throws -> String? {
        try await withSession { session in
            let rows = try session.runScript(script)
            return try rows.columns.isEmpty ? nil : rows.first?.decode(0, as: String?.self)
        }
    }
}

extension ConnectionOptions {
    /// The same, but names are looked up where the database says, as in psql.
    package var likePsql: ConnectionOptions {
        var options = self
        options.searchPath = nil
        return options
    }
}
