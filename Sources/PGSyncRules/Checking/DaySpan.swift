/// The days of documents that a version of a rule is for.
struct DaySpan: Equatable {
    /// Days as written, which sort as the days do; nothing sorts before all of them.
    private let first: String
    private let end: String

    /// Until a day that is not part of it; nil has no beginning or no end.
    init(from first: CalendarDate?, until end: CalendarDate?) {
        self.first = first?.description ?? ""
        self.end = end?.description ?? "~"
    }

    static let always = DaySpan(from: nil, until: nil)

    func overlaps(_ other: DaySpan) -> Bool {
        max(first, other.first) < min(end, other.end)
    }
}
