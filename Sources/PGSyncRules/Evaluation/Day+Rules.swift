package import Days

extension Day {
    /// The days of the years 1 to 9999: a rule reads no other from a row, and begins or ends on no other.
    package static let ofRules = Day(daysSinceEpoch: -719_162)...Day(daysSinceEpoch: 2_932_896)

    /// Reads one of the days of rules, such as `2026-01-31`.
    init?(ofRules text: String) {
        self.init(text)
        guard Self.ofRules.contains(self) else { return nil }
    }
}
