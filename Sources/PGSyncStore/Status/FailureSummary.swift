package import Postgres

/// Waiting changes that failed in the same way.
package struct FailureSummary: Sendable, Equatable {
    package let errorClass: String
    package let failing: Int
    package let dead: Int
    package let lastAt: Timestamp?
    package let lastChange: Int64
    package let lastMessage: String?
    package let isCapped: Bool

    init(_ row: Row) throws {
        errorClass = try row.decode("error_class")
        failing = try row.decode("failing")
        dead = try row.decode("dead")
        lastAt = try row.decode("last_at")
        lastChange = try row.decode("last_change")
        lastMessage = try row.decode("last_message")
        isCapped = try row.decode("is_capped")
    }
}
