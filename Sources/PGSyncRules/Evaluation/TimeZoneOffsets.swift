/// How far the clocks of a time zone are from UTC, and since when.
///
/// The data is that of the server, which decides: see `RuleStore`. It is for the years that a timestamp may be of.
package struct TimeZoneOffsets: Sendable, Hashable {
    /// From a moment on, in seconds since 1970, clocks are so many seconds ahead of UTC.
    package struct Change: Sendable, Hashable {
        package let moment: Int64
        package let offset: Int64

        package init(moment: Int64, offset: Int64) {
            self.moment = moment
            self.offset = offset
        }
    }

    /// The years that timestamps are read of, the last not included; by UTC.
    package static let years = (first: 1900, end: 2200)

    private let changes: [Change]
    /// Before the first change.
    private let first: Int64

    /// Changes in the order of their moments.
    package init(first: Int64, changes: [Change]) {
        self.first = first
        self.changes = changes
    }

    package static let utc = TimeZoneOffsets(first: 0, changes: [])

    /// How far ahead of UTC clocks are at a moment.
    func offset(at moment: Int64) -> Int64 {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].moment <= moment { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }
}
