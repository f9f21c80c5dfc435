import Days

/// A `timestamptz`: an instant, exact to the microsecond, or one of the two infinities.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01 00:00 UTC; the extremes of the type stand for the infinities.
    public let microsecondsSinceEpoch: Int64

    /// Takes microseconds since 1970-01-01 00:00 UTC.
    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
    }

    /// Later than every instant.
    public static let infinity = Timestamp(microsecondsSinceEpoch: .max)
    /// Earlier than every instant.
    public static let negativeInfinity = Timestamp(microsecondsSinceEpoch: .min)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// The time from another instant to this one.
    public func duration(since other: Timestamp) -> Duration {
        .microseconds(microsecondsSinceEpoch) - .microseconds(other.microsecondsSinceEpoch)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The instant in UTC, as RFC 3339 writes it.
    public var description: String {
        switch self {
        case .infinity: return "infinity"
        case .negativeInfinity: return "-infinity"
        default: break
        }
        let (days, time) = microsecondsSinceEpoch.flooredDivision(by: 86_400_000_000)
        let day = Day(daysSinceEpoch: Int(days))
        let pad = { (value: Int64, width: Int) in
            let digits = String(value)
            return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
        }
        var text = "\(day.digits)T\(pad(time / 3_600_000_000, 2)):\(pad(time / 60_000_000 % 60, 2)):"
        text += "\(pad(time / 1_000_000 % 60, 2)).\(pad(time % 1_000_000, 6))Z"
        return day.isBeforeChrist ? text + " BC" : text
    }
}

extension Timestamp: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .timestamptz }
    public static var postgresArrayType: DataType { DataType(id: 1185) }
    public static var expectation: String { "a timestamp with time zone" }
    public var postgresText: String? { description }

    /// Reads the ISO style, which a session of ours always has, with whatever offset the server chose.
    public static func decode(_ text: Span<UInt8>, type: DataType) -> Timestamp? {
        guard type == .timestamptz else { return nil }
        let string = text.string
        if string == "infinity" { return .infinity }
        if string == "-infinity" { return .negativeInfinity }
        var reader = DigitReader(Array(string.utf8))
        guard let year = reader.number(), reader.skip("-"), let month = reader.number(), reader.skip("-"),
            let day = reader.number(), reader.skip(" "), let hour = reader.number(), reader.skip(":"),
            let minute = reader.number(), reader.skip(":"), let second = reader.number()
        else { return nil }
        let fraction = reader.skip(".") ? reader.fraction() : 0
        guard let isEast = reader.sign(), let offsetHour = reader.number() else { return nil }
        let offsetMinute = reader.skip(":") ? reader.number() ?? 0 : 0
        let offsetSecond = reader.skip(":") ? reader.number() ?? 0 : 0
        let isBeforeChrist = reader.skip(" ") && reader.skip("B") && reader.skip("C")
        let date = Day(year: Int(isBeforeChrist ? 1 - year : year), month: Int(month), day: Int(day))
        guard reader.isAtEnd, year < 300_000, let date else { return nil }
        let offset = (offsetHour * 60 + offsetMinute) * 60 + offsetSecond
        let written = Int64(date.daysSinceEpoch) * 86_400 + (hour * 60 + minute) * 60 + second
        let seconds = written - (isEast ? offset : -offset)
        // The server counts from the year 2000 and so reaches thirty years further than this type.
        let (whole, isTooLate) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (microseconds, isTooLateByAFraction) = whole.addingReportingOverflow(fraction)
        guard !isTooLate, !isTooLateByAFraction, microseconds < .max else { return nil }
        return Timestamp(microsecondsSinceEpoch: microseconds)
    }
}

/// Walks over the parts of a date or time.
private struct DigitReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool {
        index == bytes.count
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func number() -> Int64? {
        var value: Int64?
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") <= 9, (value ?? 0) < 1_000_000 {
            value = (value ?? 0) * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
        return value
    }

    /// Digits behind the point, as microseconds.
    mutating func fraction() -> Int64 {
        var value: Int64 = 0
        var scale: Int64 = 100_000
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") <= 9 {
            value += Int64(bytes[index] - UInt8(ascii: "0")) * scale
            scale /= 10
            index += 1
        }
        return value
    }

    /// Whether the offset is east of Greenwich.
    mutating func sign() -> Bool? {
        if skip("+") { return true }
        return skip("-") ? false : nil
    }
}
