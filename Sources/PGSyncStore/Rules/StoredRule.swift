package import Days
import PGSyncRules
package import Postgres

/// A version of a rule as stored in the database.
package struct StoredRule: Sendable, Equatable {
    /// Whether the compiled function is the one that was made.
    package enum FunctionState: String, Sendable {
        case intact, missing, changed
        /// It was compiled on a server of another major version, which formats it differently.
        case incomparable
    }

    package let name: String
    package let version: Int
    /// The table as the rule writes it.
    package let table: String
    /// The same as SQL writes it; nil if the table no longer exists.
    package let tableInSQL: String?
    package let content: String
    package let checksum: String
    package let columns: [String]
    package let currency: String
    package let functionName: String
    package let functionState: FunctionState
    package let activeFrom: Day?
    /// When it was retired.
    package let activeUntil: Day?
    /// The document dates it covers; nil for none.
    package let days: Days?
    /// Whether today is one of them.
    package let isInForce: Bool
    package let isAttached: Bool
    package let appliedAt: Timestamp
    package let appliedBy: String

    /// Days from the first until one that is not included; nil for no end.
    package struct Days: Sendable, Equatable {
        package let from: Day?
        package let until: Day?
    }

    package var label: String { "\(name)@\(version)" }

    /// What checking other rules needs of it.
    var applied: AppliedRule {
        AppliedRule(
            name: name,
            version: version,
            content: content,
            activeFrom: activeFrom,
            activeUntil: activeUntil
        )
    }

    init(_ row: Row) throws {
        name = try row.decode("name")
        version = try row.decode("version")
        table = try row.decode("table_name")
        tableInSQL = try row.decode("table_in_sql")
        content = try row.decode("content")
        checksum = try row.decode("checksum")
        columns = try row.decode("columns")
        currency = try row.decode("currency")
        functionName = try row.decode("function_name")
        functionState = FunctionState(rawValue: try row.decode("function_state")) ?? .changed
        activeFrom = try row.day("active_from")
        activeUntil = try row.day("active_until")
        days =
            try row.decode("is_for_no_day", as: Bool.self)
            ? nil : Days(from: try row.day("first_day"), until: try row.day("end_day"))
        isInForce = try row.decode("is_in_force")
        isAttached = try row.decode("is_attached")
        appliedAt = try row.decode("applied_at")
        appliedBy = try row.decode("applied_by")
    }
}

extension Row {
    /// A day written as text; nil for null and for days beyond the calendar, such as infinity.
    func day(_ column: String) throws -> Day? {
        try decode(column, as: String?.self).flatMap { Day($0) }
    }
}
