import Days

/// Dates as HTTP writes them today: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
package enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; nil if it is anything else.
    package static func seconds(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        // Int would take a sign.
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }),
            words.count == 6, words[0].count == 4, words[5] == "GMT", words[1].utf8.count == 2,
            let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
            let year = Int(words[3]),
            words[3].utf8.count == 4, let date = Day(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, clock.allSatisfy({ $0.utf8.count == 2 }), let hour = Int64(clock[0]),
            let minute = Int64(clock[1]), let second = Int64(clock[2]), (0..<24).contains(hour),
            (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        return Int64(date.daysSinceEpoch) * 86_400 + hour * 3_600 + minute * 60 + second
    }
}
