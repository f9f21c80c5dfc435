package import Postgres

/// The life of a record.
package struct TraceStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// What the record with this key is called: a value for each column of the key, or all as one JSON array.
    package func recordID(in table: TableReference, key: [String]) throws -> String {
        do {
            return try session.query(
                "select pgsync.record_key(\(.inferred(table.argument)), variadic \(key))"
            ).onlyRow().decode(0)
        } catch let error as PostgresError where error.sqlState == .undefinedObject {
            throw StoreError.notAttached(table: table.name)
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.wrongKey(error.message, hint: error.hint)
        }
    }

    /// All of its life, in order; empty when nothing was ever captured of it.
    package func events(of recordID: String, in table: TableReference, withImages: Bool = false) throws
        -> [TraceEvent]
    {
        try session.query(
            """
            select
                happened_at, event, change, entry, what,
                details - array['data', 'old_data'] as details,
                details -> 'data' as data, details -> 'old_data' as old_data
            from pgsync.trace(\(.inferred(table.argument)), \(recordID), \(withImages))
            """
        ).map(TraceEvent.init)
    }
}
