/// A day of the proleptic Gregorian calendar; year 0 is 1 BC.
public struct Day: Sendable, Hashable, Comparable {
    /// Counted as astronomers do, with a year 0.
    public let year: Int
    /// From 1 to 12.
    public let month: Int
    /// From 1 to the last day of the month.
    public let day: Int

    /// PostgreSQL's dates end with the last of these years, and its timestamps begin after the first.
    private static let years = -5_874_897...5_874_897

    /// The day of a year and month; nil if the calendar has none.
    public init?(year: Int, month: Int, day: Int) {
        guard Self.years.contains(year), (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public static func < (left: Day, right: Day) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

// Days are counted in eras of 400 years and 146,097 days, with years that begin in March so that the leap day comes
// last.
extension Day {
    /// The day so many days after 1970-01-01.
    public init(daysSinceEpoch: Int) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// How many days after 1970-01-01 it is.
    public var daysSinceEpoch: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Day: CustomStringConvertible {
    /// Reads a day from the year 1 on as `description` writes it, and nothing else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4 || parts[0].count > 4 && parts[0].first != "0",
            parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year > 0
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day as ISO 8601 writes it, such as `2026-01-31`; before the year 1 as `0044-03-15 BC`.
    public var description: String { isBeforeChrist ? "\(digits) BC" : digits }

    /// The description without the era.
    public var digits: String {
        func padded(_ number: Int, to width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let year = padded(isBeforeChrist ? 1 - year : year, to: 4)
        return "\(year)-\(padded(month, to: 2))-\(padded(day, to: 2))"
    }

    /// Whether it is before the year 1.
    public var isBeforeChrist: Bool { year < 1 }
}
