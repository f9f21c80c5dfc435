import Postgres

/// Numbers that only grow, of which two readings make a rate; what was rolled back may count in them.
package struct RunningTotals: Sendable, Equatable {
    package let captured: Int
    package let attempts: Int
    package let entries: Int
    package let lines: Int

    init(_ row: Row) throws {
        captured = try row.decode("captured")
        attempts = try row.decode("attempts")
        entries = try row.decode("entries")
        lines = try row.decode("lines")
    }

    package init(captured: Int, attempts: Int, entries: Int, lines: Int) {
        self.captured = captured
        self.attempts = attempts
        self.entries = entries
        self.lines = lines
    }
}
