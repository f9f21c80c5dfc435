/// Which statements the server has parsed for this connection, and under which names.
struct PreparedStatements {
    private struct Key: Hashable {
        let sql: String
        let types: [UInt32]

        init(_ query: Query) {
            sql = query.sql
            types = query.parameters.types
        }
    }

    /// A class, so that looking at the latest costs no copies of its parts.
    private final class Statement {
        let key: Key
        let name: String

        init(_ key: Key, name: String) {
            self.key = key
            self.name = name
        }
    }

    /// Enough for every hot statement of a program; beyond it something generates statement texts.
    private static let limit = 200

    private var statements: [Key: Statement] = [:]
    /// How many names were given out, which makes each unlike all others.
    private var nameCount = 0
    /// How many of them the server may still hold, those included that are forgotten here.
    private var heldCount = 0
    /// The statement asked for last: mostly it is the next one, too.
    private var latest: Statement?

    mutating func name(of query: Query) -> String? {
        if let latest, query.parameters.hasTypes(latest.key.types), latest.key.sql == query.sql {
            return latest.name
        }
        guard let statement = statements[Key(query)] else { return nil }
        latest = statement
        return statement.name
    }

    /// Gives a statement a new name.
    mutating func note(_ query: Query) -> String {
        nameCount += 1
        heldCount += 1
        let statement = Statement(Key(query), name: "pgsync_\(nameCount)")
        statements[statement.key] = statement
        return statement.name
    }

    mutating func forget(_ query: Query) {
        statements[Key(query)] = nil
        latest = nil
    }

    mutating func forgetAll() {
        statements = [:]
        heldCount = 0
        latest = nil
    }

    /// Forgets what an error shows to be no longer usable, so that it is prepared again the next time.
    mutating func forgetStale(_ query: Query, after error: PostgresError) {
        guard error.isStaleStatement else { return }
        // One that is gone is mostly gone with all others: DISCARD ALL, DEALLOCATE ALL, a pooler.
        if error.sqlState == .invalidStatementName { forgetAll() } else { forget(query) }
    }

    /// Whether so many of these statements would be too many that the server should forget what it has.
    mutating func mustMakeRoom(for queries: [Query]) -> Bool {
        guard heldCount > 0, heldCount + queries.count > Self.limit else { return false }
        var unknown: Set<Key> = []
        for query in queries where query.isPrepared && name(of: query) == nil { unknown.insert(Key(query)) }
        return !unknown.isEmpty && heldCount + unknown.count > Self.limit
    }
}
