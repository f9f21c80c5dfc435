import Postgres

/// How many changes ended in one way of late.
package struct RecentOutcome: Sendable, Equatable {
    package let outcome: String
    package let lastMinute: Int
    package let lastHour: Int
    package let isMinuteCapped: Bool
    package let isHourCapped: Bool

    init(_ row: Row) throws {
        outcome = try row.decode("outcome")
        lastMinute = try row.decode("last_minute")
        lastHour = try row.decode("last_hour")
        isMinuteCapped = try row.decode("is_minute_capped")
        isHourCapped = try row.decode("is_hour_capped")
    }
}
