import Days

/// A timestamp as an image writes it, such as `2026-01-31T18:30:00+00:00`, with its distance from UTC or without.
struct WrittenTimestamp {
    /// The day that is written.
    let date: Day
    /// In seconds since 1970; nil if it does not say how far it is from UTC.
    let moment: Int64?

    /// Reads `2026-01-31T18:30:00`, with up to six decimals, and `Z` or a distance such as `+05:30` behind it.
    init?(_ text: String) {
        var rest = text.utf8[...]
        func take(_ count: Int) -> Substring? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Substring(rest.prefix(count))
        }
        func number(upTo limit: Int) -> Int? {
            guard let digits = take(2), digits.utf8.allSatisfy(Self.isDigit) else { return nil }
            return Int(digits).flatMap { $0 <= limit ? $0 : nil }
        }
        guard let day = take(10), let date = Day(String(day)), take(1) == "T",
            let hour = number(upTo: 23), take(1) == ":", let minute = number(upTo: 59), take(1) == ":",
            let second = number(upTo: 59)
        else { return nil }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let decimals = rest.prefix(while: Self.isDigit).count
            guard (1...6).contains(decimals) else { return nil }
            rest = rest.dropFirst(decimals)
        }
        self.date = date
        let written = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        switch take(1) {
        case nil: moment = nil
        case "Z"?: moment = written
        case let sign? where sign == "+" || sign == "-":
            guard let hours = number(upTo: 15), take(1) == ":", let minutes = number(upTo: 59) else {
                return nil
            }
            let distance = Int64(hours * 3_600 + minutes * 60)
            moment = sign == "+" ? written - distance : written + distance
        default: return nil
        }
        guard rest.isEmpty, Self.range.contains(moment ?? written) else { return nil }
    }

    private static let range: Range<Int64> = {
        let years = TimeZoneOffsets.years
        let bounds = [years.first, years.end].compactMap { Day(year: $0, month: 1, day: 1)?.daysSinceEpoch }
        return Int64(bounds[0]) * 86_400..<Int64(bounds[1]) * 86_400
    }()

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
