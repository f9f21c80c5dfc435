/// A day of the years 1 to 9999.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The day as `2026-01-31`, which sorts as the days do.
    package let description: String

    /// Reads `2026-01-31`, and nothing else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year > 0, (1...12).contains(month),
            day > 0, day <= Self.days(inMonth: month, of: year)
        else { return nil }
        description = text
    }

    /// The day with a number, counted from the first of January 1970.
    init(dayNumber: Int) {
        // Years begin in March, so that a leap day ends one; 400 years have 146,097 days.
        let (era, dayOfEra) = (dayNumber + 719_468).quotientAndRemainderDown(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        self.init(
            year: era * 400 + yearOfEra + (month < 10 ? 0 : 1),
            month: month < 10 ? month + 3 : month - 9,
            day: dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// A day that is known to be one.
    init(year: Int, month: Int, day: Int) {
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(count - text.count, 0)) + text
        }
        description = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }

    /// Its number, counted from the first of January 1970.
    var dayNumber: Int {
        let bytes = Array(description.utf8)
        func number(_ range: Range<Int>) -> Int { Self.number(bytes[range]) ?? 0 }
        let month = number(5..<7)
        let year = number(0..<4) - (month <= 2 ? 1 : 0)
        let (era, yearOfEra) = year.quotientAndRemainderDown(by: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + number(8..<10) - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.description < right.description
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int {
    /// The quotient rounded down, so that the remainder is never below zero.
    fileprivate func quotientAndRemainderDown(by divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
