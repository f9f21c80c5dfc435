package import JSON
package import Postgres

/// The life of a record.
package struct TraceStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Whether changes of a table are posted; only these can be traced.
    package func isPosted(_ table: TableReference) throws -> Bool {
        try session.query(
            "select posts from pgsync.sources where source_table = \(.inferred(table.argument))"
        ).first?.decode(0) ?? true
    }

    /// The record_id for this key: a value for each column of the key, or all as one JSON array.
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

    /// Its whole life, in order; empty if nothing was ever captured.
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

/// An event in the life of a record.
package struct TraceEvent: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case change, attempt, entry
        /// A current entry.
        case standing
        /// What waits now.
        case waiting
    }

    /// When it happened; nil for the present state.
    package let time: Timestamp?
    package let kind: Kind
    package let change: Int64?
    package let entry: Int64?
    /// The essentials, in one line.
    package let text: String
    package let details: JSONValue

    init(_ row: Row) throws {
        time = try row.decode("happened_at")
        kind = Kind(rawValue: try row.decode("event")) ?? .change
        change = try row.decode("change")
        entry = try row.decode("entry")
        text = try row.decode("what")
        var details = try JSONValue(parsing: try row.decode("details", as: JSONText.self).text)
        if var object = details.object {
            for key in ["data", "old_data"] {
                if let image = try row.decode(key, as: JSONText?.self)?.image { object[key] = image }
            }
            details = .object(object)
        }
        self.details = details
    }
}
