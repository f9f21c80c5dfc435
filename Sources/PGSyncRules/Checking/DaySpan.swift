import Days

/// The days of documents that a version of a rule is for.
struct DaySpan: Equatable {
    private let first: Int
    private let end: Int

    /// Until a day that is not part of it; nil has no beginning or no end.
    init(from first: Day?, until end: Day?) {
        self.first = first?.daysSinceEpoch ?? .min
        self.end = end?.daysSinceEpoch ?? .max
    }

    static let always = DaySpan(from: nil, until: nil)

    func overlaps(_ other: DaySpan) -> Bool {
        max(first, other.first) < min(end, other.end)
    }
}
