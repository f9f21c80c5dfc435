package import JSON
package import Postgres

/// Something in the life of a record.
package struct TraceEvent: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case change, attempt, entry
        /// What stands for the record now.
        case standing
        /// What waits now.
        case waiting
    }

    /// When it was; nil for what is so now.
    package let time: Timestamp?
    package let kind: Kind
    package let change: Int64?
    package let entry: Int64?
    /// All that matters, in one line.
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
