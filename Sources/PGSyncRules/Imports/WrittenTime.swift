internal import Days
import JSON

/// Reads days and times as APIs write them, in one pass over the bytes.
struct WrittenTime {
    private var bytes: String.UTF8View.Iterator
    private var next: UInt8?
    /// How many bytes were taken.
    private var taken = 0

    private init(_ text: String) {
        bytes = text.utf8.makeIterator()
        next = bytes.next()
    }

    /// A day of the years 1 to 9999.
    static func date(of value: JSONValue) throws(ValueFault) -> JSONValue {
        guard case .string(let text) = value else { throw .type("is \(value.kind), and no date") }
        var reader = WrittenTime(text)
        let isDay = try reader.takeDay("is a text that is no date such as 2026-01-31")
        guard reader.next == nil else { throw .type("is a date with more behind it") }
        guard isDay else { throw .range("is no day of the calendar") }
        return value
    }

    /// A day and a time of it, with a distance from UTC or without.
    static func time(of value: JSONValue, hasOffset: Bool) throws(ValueFault) -> JSONValue {
        guard case .string(let text) = value else { throw .type("is \(value.kind), and no time") }
        let form = "is a text that is no time such as 2026-01-31T18:30:00\(hasOffset ? "Z" : "")"
        var reader = WrittenTime(text)
        var isTime = try reader.takeDay(form)
        guard reader.skip("T") || reader.skip("t") || reader.skip(" ") else { throw .type(form) }
        isTime = try reader.takeNumber(below: 24, form) && isTime
        guard reader.skip(":") else { throw .type(form) }
        isTime = try reader.takeNumber(below: 60, form) && isTime
        if reader.skip(":") { isTime = try reader.takeNumber(below: 60, form) && isTime }
        let second = reader.taken
        var decimals = 0
        if reader.skip(".") {
            while reader.next?.isDigit == true {
                reader.advance()
                decimals += 1
            }
            guard decimals > 0 else { throw .type(form) }
        }
        let end = reader.taken
        if reader.next != nil {
            isTime = try reader.takeOffset(form) && isTime
            guard reader.next == nil else { throw .type(form) }
            guard hasOffset else { throw .type("has a distance from UTC, which a timestamp cannot have") }
        } else if hasOffset {
            throw .type("does not say how far it is from UTC")
        }
        guard isTime else { throw .range("is no time of the calendar") }
        guard decimals > 6 else { return value }
        let bytes = text.utf8
        let kept = bytes.prefix(second + 7)
        return .string(String(Substring(kept)) + String(Substring(bytes.dropFirst(end))))
    }

    /// The moment so many seconds or milliseconds after 1970 began in UTC.
    static func moment(of value: JSONValue, in epoch: ImportColumn.Epoch) throws(ValueFault) -> JSONValue {
        let text: String
        switch value {
        case .number(let number): text = number.text
        case .string(let written): text = written
        default: throw .type("is \(value.kind), and no number of \(epoch.rawValue)")
        }
        let places = epoch == .seconds ? 6 : 3
        // More than the year 9999 has, and ten times as much is still an Int.
        let limit = 300_000_000_000_000_000
        var (microseconds, digits, decimals) = (0, 0, 0)
        var (isNegative, isBehindPoint, isTooLarge) = (false, false, false)
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where position == 0: isNegative = true
            case UInt8(ascii: ".") where digits > 0 && !isBehindPoint: isBehindPoint = true
            case _ where byte.isDigit:
                digits += 1
                if isBehindPoint { decimals += 1 }
                // What is beyond microseconds is cut off.
                guard decimals <= places, !isTooLarge else { continue }
                microseconds = microseconds * 10 + Int(byte - 0x30)
                isTooLarge = microseconds > limit
            default: throw .type("is \(value.kind) that is no number of \(epoch.rawValue)")
            }
        }
        guard digits > 0, !isBehindPoint || decimals > 0 else {
            throw .type("is \(value.kind) that is no number of \(epoch.rawValue)")
        }
        for _ in 0..<max(places - decimals, 0) where !isTooLarge {
            microseconds *= 10
            isTooLarge = microseconds > limit
        }
        if isNegative { microseconds = -microseconds }
        let (days, rest) = microseconds.flooredDivision(by: 86_400_000_000)
        guard !isTooLarge, days >= Day.ofRules.lowerBound.daysSinceEpoch,
            days <= Day.ofRules.upperBound.daysSinceEpoch
        else { throw .range("is no time of the years 1 to 9999") }
        return .string(written(Day(daysSinceEpoch: days), rest))
    }

    private static func written(_ day: Day, _ microseconds: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        func add(_ number: Int, _ width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(0x30 + number / divisor % 10))
                divisor /= 10
            }
        }
        add(day.year, 4)
        bytes.append(UInt8(ascii: "-"))
        add(day.month, 2)
        bytes.append(UInt8(ascii: "-"))
        add(day.day, 2)
        bytes.append(UInt8(ascii: "T"))
        let seconds = microseconds / 1_000_000
        add(seconds / 3_600, 2)
        bytes.append(UInt8(ascii: ":"))
        add(seconds / 60 % 60, 2)
        bytes.append(UInt8(ascii: ":"))
        add(seconds % 60, 2)
        if microseconds % 1_000_000 > 0 {
            bytes.append(UInt8(ascii: "."))
            add(microseconds % 1_000_000, 6)
        }
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Parts

    private mutating func advance() {
        next = bytes.next()
        taken += 1
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: scalar) else { return false }
        advance()
        return true
    }

    private mutating func takeDigits(_ count: Int, _ form: String) throws(ValueFault) -> Int {
        var number = 0
        for _ in 0..<count {
            guard let byte = next, byte.isDigit else { throw .type(form) }
            number = number * 10 + Int(byte - 0x30)
            advance()
        }
        return number
    }

    /// Takes two digits; returns whether they are below a limit.
    private mutating func takeNumber(below limit: Int, _ form: String) throws(ValueFault) -> Bool {
        try takeDigits(2, form) < limit
    }

    /// Takes a day; returns whether the calendar has it.
    private mutating func takeDay(_ form: String) throws(ValueFault) -> Bool {
        let year = try takeDigits(4, form)
        guard skip("-") else { throw .type(form) }
        let month = try takeDigits(2, form)
        guard skip("-") else { throw .type(form) }
        let day = try takeDigits(2, form)
        return year > 0 && Day(year: year, month: month, day: day) != nil
    }

    /// Takes `Z`, `+05:30`, `+0530` or `+05`; returns whether PostgreSQL knows such a distance.
    private mutating func takeOffset(_ form: String) throws(ValueFault) -> Bool {
        if skip("Z") || skip("z") { return true }
        guard skip("+") || skip("-") else { throw .type(form) }
        var isOffset = try takeNumber(below: 16, form)
        guard next != nil else { return isOffset }
        _ = skip(":")
        isOffset = try takeNumber(below: 60, form) && isOffset
        return isOffset
    }
}
