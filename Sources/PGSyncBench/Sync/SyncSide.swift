import PGSyncSchema
import PGSyncStore
import Postgres
import Subprocesses

/// A database that exchanges records, and the program that works on it in processes of its own.
struct SyncSide: Sendable {
    let name: String
    let program: String
    let options: ConnectionOptions
    /// At which master it is a node; empty for the master.
    var variables: [String: String] = [:]

    func invocation(_ words: [String]) -> Invocation {
        var invocation = Invocation(program, words)
        invocation.environment = .merging(
            variables.merging(["PGSYNC_DATABASE_URL": options.connectionString]) { $1 }.mapValues { $0 }
        )
        invocation.diesWithParent = true
        return invocation
    }

    /// What a command prints; an error unless it succeeds.
    @discardableResult
    func run(_ words: String...) async throws -> String {
        try await ChildProcess.run(invocation(words)).checked().standardOutput.text
    }

    func write(_ query: Query) async throws {
        try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { _ = try $0.execute(query) }
        }
    }

    /// Writes some statements, each in a transaction of its own.
    func write(_ count: Int, _ query: @Sendable (Int) -> Query) async throws {
        try await PostgresConnection.withConnection(to: options) { connection in
            for number in 0..<count {
                let query = query(number)
                try await connection.withSession { _ = try $0.execute(query) }
            }
        }
    }

    /// Brings the schema and the tables, which are exchanged from then on.
    func prepare(_ migrator: Migrator) async throws {
        try await PostgresConnection.withConnection(to: options) { connection in
            try await migrator.migrate(on: connection)
            try await connection.withSession { [name] session in
                _ = try session.runScript(SyncSQL.tables + SyncSQL.grants)
                _ = try session.query("select pgsync.begin_incarnation(\(name))")
            }
        }
        try await run("sync", "on", SyncSQL.items)
        try await run("sync", "on", SyncSQL.shared, "--policy", "fields")
    }

    /// Folds what has changed, gathers statistics and frees room, as the server does by itself in time.
    func settle() async throws {
        try await PostgresConnection.withConnection(to: options) { connection in
            if !variables.isEmpty || name == SyncBenchmark.masterName { try await connection.foldVersions() }
            try await connection.withSession { _ = try $0.execute("vacuum analyze") }
        }
    }

    /// The rows of a table by their keys, as hashes, and the versions of its records.
    func content(of table: String, versioned: Bool = true) async throws -> SyncContent {
        try await PostgresConnection.withConnection(to: options) { connection in
            if versioned { try await connection.foldVersions() }
            return try await connection.withSession { session in
                var content = SyncContent()
                for row in try session.query(SyncSQL.rows(of: table)) {
                    content.rows[try row.decode(0)] = try row.decode(1, as: Int64.self)
                }
                guard versioned else { return content }
                for row in try session.query(SyncSQL.versions(of: table)) {
                    content.versions[try row.decode(0)] = try row.decode(1, as: String.self)
                }
                return content
            }
        }
    }
}

/// What a table has.
struct SyncContent: Sendable, Equatable {
    var rows: [Int64: Int64] = [:]
    var versions: [String: String] = [:]

    /// In how many of the keys two differ.
    static func differences<Key, Value: Equatable>(_ one: [Key: Value], _ other: [Key: Value]) -> Int {
        one.count { other[$0.key] != $0.value } + other.count { one[$0.key] == nil }
    }
}
