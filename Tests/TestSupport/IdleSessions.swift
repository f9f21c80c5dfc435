internal import Concurrency
package import Postgres

/// Sessions with the database of a test that wait for its next script.
///
/// A session is reset between two scripts, but it still knows what it has read of the catalogs and compiled, which
/// takes a new one longer than most scripts.
package final class IdleSessions: Sendable {
    private static let known = Locked<[String: IdleSessions]>([:])
    /// Tests seldom run more scripts at once.
    private static let most = 4

    /// Nil once the database is gone.
    private let waiting: Locked<[(options: ConnectionOptions, connection: PostgresConnection)]?>
    private let database: String

    private init(_ database: String, isKept: Bool) {
        self.database = database
        waiting = Locked(isKept ? [] : nil)
    }

    /// No session waits with a database that is not dropped in the end.
    package static func none() -> IdleSessions { IdleSessions("", isKept: false) }

    /// Those of a database that is dropped in the end.
    package static func of(_ database: String) -> IdleSessions {
        let new = IdleSessions(database, isKept: true)
        known.withLock { $0[database] = new }
        return new
    }

    /// Ends those of a database, which cannot be copied while somebody is connected to it.
    static func end(of database: String) async {
        await known.withLock { $0[database] }?.end()
    }

    /// Ends them, and lets none wait any more.
    package func retire() async {
        Self.known.withLock { _ = $0.removeValue(forKey: database) }
        await end(forGood: true)
    }

    private func end(forGood: Bool = false) async {
        let ended = waiting.withLock { waiting in
            defer { if forGood { waiting = nil } else { waiting?.removeAll() } }
            return waiting ?? []
        }
        for one in ended { await one.connection.close() }
    }

    /// Runs a script and returns the first column of its last statement.
    package func run(_ script: String, as options: ConnectionOptions) async throws -> [String?] {
        let found = try await lend(options) { session in
            let rows = try session.runScript(script)
            return try rows.columns.isEmpty ? [] : rows.map { try $0.decode(0, as: String?.self) }
        }
        if Self.changesBeginnings(script) { await end() }
        return found
    }

    /// Whether a script may change what sessions learn when they begin: their settings, and who their role is.
    private static func changesBeginnings(_ script: String) -> Bool {
        ["alter database", "alter role", "alter system", "drop role"].contains { script.contains($0) }
    }

    /// Lends a session that is as good as new.
    package func lend<Result: Sendable>(
        _ options: ConnectionOptions,
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        guard waiting.withLock({ $0 != nil }) else {
            return try await PostgresConnection.withConnection(to: options) {
                try await $0.withSession(body)
            }
        }
        let connection = try await take(options)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await connection.withSession(body)) } catch { result = .failure(error) }
        await giveBack(connection, options)
        return try result.get()
    }

    private func take(_ options: ConnectionOptions) async throws -> PostgresConnection {
        while let connection = waiting.withLock({ waiting -> PostgresConnection? in
            guard let index = waiting?.lastIndex(where: { $0.options == options }) else { return nil }
            return waiting?.remove(at: index).connection
        }) {
            // The server may have ended it meanwhile.
            if (try? await connection.withSession({ _ = try $0.runScript("") })) != nil { return connection }
            await connection.close()
        }
        return try await PostgresConnection.open(options)
    }

    private func giveBack(_ connection: PostgresConnection, _ options: ConnectionOptions) async {
        let isClean = try? await connection.withSession { session in
            if session.isInTransaction { _ = try session.runScript("rollback") }
            // An older server learns what a session did to its tables when that ends, or seconds later.
            guard session.serverVersion >= 150_000 else { return false }
            _ = try session.runScript("select pg_catalog.pg_stat_force_next_flush()")
            _ = try session.runScript("discard all")
            _ = session.takeNotices()
            return true
        }
        let isWaiting = waiting.withLock { waiting in
            guard isClean == true, let count = waiting?.count, count < Self.most else { return false }
            waiting?.append((options, connection))
            return true
        }
        if !isWaiting { await connection.close() }
    }
}
