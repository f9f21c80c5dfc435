import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database that the built program has migrated.
    static var migratedAsBuilt: DatabaseTrait { .database(copyOf: .migratedAsBuilt) }

    /// The same, with the table of the cash book, attached, and its rule.
    static var cashBookAsBuilt: DatabaseTrait {
        .asBuilt("cash_book_as_built") { url, connection in
            try await connection.run(CashBook.tables)
            try await CashBook.applyRule(to: url)
        }
    }

    /// A database that the built program has migrated and a closure has prepared, once for all who name the key.
    static func asBuilt(
        _ key: String,
        _ prepare: @escaping @Sendable (_ url: String, PostgresConnection) async throws -> Void
    ) -> DatabaseTrait {
        .database(prepared: key, copyOf: .migratedAsBuilt) { connection in
            try await prepare(try await url(of: connection), connection)
        }
    }

    fileprivate static func url(of connection: PostgresConnection) async throws -> String {
        let name = try #require(try await connection.run("select current_database()"))
        return try await SharedCluster.cluster().connectionString(database: name)
    }
}

extension DatabaseTemplate {
    fileprivate static var migratedAsBuilt: DatabaseTemplate {
        .shared("as_built") { connection in
            let url = try await DatabaseTrait.url(of: connection)
            _ = try await BuiltProgram.run("migrate", database: url).checked()
        }
    }
}
