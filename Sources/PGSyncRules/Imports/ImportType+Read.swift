package import JSON

extension ImportType {
    /// Reads a value that is not null, strictly; nothing is rounded and nothing guessed.
    ///
    /// - Integers are JSON integers (not `1.0` or `1e2`) and texts of digits.
    /// - `numeric` is numbers, and texts that JSON would take for numbers; more decimals than it has are out of range,
    ///   unless they are zeros.
    /// - `double` is the same, as long as it is finite and does not vanish.
    /// - `text` is texts, and numbers, true and false as they are written.
    /// - `boolean` is true and false, and the texts `true` and `false`.
    /// - `date` is `2026-01-31`; a time of the day is too much.
    /// - `timestamptz` is `2026-01-31T18:30:00` and `Z` or a distance from UTC; `timestamp` is that without either. A
    ///   blank may stand for the `T`. What is beyond microseconds is cut off, so that a time is never later than it was.
    /// - `uuid` is 32 digits in groups, and becomes lower case.
    /// - `jsonb` is anything that PostgreSQL can keep.
    ///
    /// No text has a NUL, which PostgreSQL cannot keep.
    func read(_ value: JSONValue) throws(ValueFault) -> JSONValue {
        switch self {
        case .bigint: try Self.integer(value, as: Int64.self)
        case .integer: try Self.integer(value, as: Int32.self)
        case .smallint: try Self.integer(value, as: Int16.self)
        case .text: try Self.text(value)
        case .boolean: try Self.boolean(value)
        case .numeric(let precision, let scale):
            .number(try Self.number(value, precision: precision, scale: scale))
        case .anyNumeric: .number(try Self.number(value))
        case .double: .number(try Self.double(value))
        case .date: try WrittenTime.date(of: value)
        case .timestamp: try WrittenTime.time(of: value, hasOffset: false)
        case .timestamptz: try WrittenTime.time(of: value, hasOffset: true)
        case .uuid: try Self.uuid(value)
        case .jsonb: try Self.document(value)
        }
    }

    // MARK: Numbers

    private static func integer<Integer: FixedWidthInteger>(
        _ value: JSONValue,
        as type: Integer.Type
    ) throws(ValueFault) -> JSONValue {
        let text: String
        switch value {
        case .number(let number): text = number.text
        case .string(let written): text = written
        default: throw .type("is \(value.kind), and no whole number")
        }
        var digits = text.utf8[...]
        if digits.first == UInt8(ascii: "-") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
            throw .type("is \(value.kind) that is no whole number")
        }
        guard let integer = Integer(text) else { throw .range("is too large for its type") }
        return JSONValue(integer)
    }

    private static func number(_ value: JSONValue) throws(ValueFault) -> JSONNumber {
        let number: JSONNumber
        switch value {
        case .number(let written): number = written
        case .string(let text):
            guard let written = JSONNumber(text) else { throw .type("is a text that is no number") }
            number = written
        default: throw .type("is \(value.kind), and no number")
        }
        guard NumberShape(number).isKept else { throw .range("is larger or finer than any numeric") }
        return number
    }

    private static func number(
        _ value: JSONValue,
        precision: Int,
        scale: Int
    ) throws(ValueFault) -> JSONNumber {
        let number = try number(value)
        let shape = NumberShape(number)
        guard shape.decimals <= scale else {
            throw .range("has \(shape.decimals) decimals, and may have \(scale)")
        }
        guard shape.wholeDigits <= precision - scale else {
            throw .range("has more than \(precision - scale) digits before the point")
        }
        return number
    }

    private static func double(_ value: JSONValue) throws(ValueFault) -> JSONNumber {
        let number = try number(value)
        guard let double = number.double, double != 0 || NumberShape(number).isZero else {
            throw .range("is too large or too small for a double")
        }
        return number
    }

    // MARK: Others

    private static func text(_ value: JSONValue) throws(ValueFault) -> JSONValue {
        guard let text = value.plainText else { throw .type("is \(value.kind), and no text") }
        guard !text.utf8.contains(0) else { throw .type("is a text with a NUL") }
        return .string(text)
    }

    private static func boolean(_ value: JSONValue) throws(ValueFault) -> JSONValue {
        switch value {
        case .bool: return value
        case .string("true"): return true
        case .string("false"): return false
        default: throw .type("is \(value.kind), and not true or false")
        }
    }

    private static func uuid(_ value: JSONValue) throws(ValueFault) -> JSONValue {
        guard case .string(let text) = value else { throw .type("is \(value.kind), and no UUID") }
        var (position, hasCapitals) = (0, false)
        for byte in text.utf8 {
            switch (position, byte) {
            case (8, _), (13, _), (18, _), (23, _):
                guard byte == UInt8(ascii: "-") else { throw .type("is a text that is no UUID") }
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")): break
            case (_, UInt8(ascii: "A")...UInt8(ascii: "F")): hasCapitals = true
            default: throw .type("is a text that is no UUID")
            }
            position += 1
        }
        guard position == 36 else { throw .type("is a text that is no UUID") }
        return hasCapitals ? .string(text.lowercased()) : value
    }

    private static func document(_ value: JSONValue) throws(ValueFault) -> JSONValue {
        switch value {
        case .null, .bool: break
        case .number(let number):
            guard NumberShape(number).isKept else { throw .range("has a number larger or finer than any") }
        case .string(let text):
            guard !text.utf8.contains(0) else { throw .type("has a text with a NUL") }
        case .array(let elements):
            for element in elements { _ = try document(element) }
        case .object(let object):
            for field in object {
                guard !field.key.utf8.contains(0) else { throw .type("has a name with a NUL") }
                _ = try document(field.value)
            }
        }
        return value
    }
}

/// How many digits a number has, without working it out.
private struct NumberShape {
    /// Behind the point, without zeros at the end.
    let decimals: Int
    /// Before the point, without zeros at the beginning.
    let wholeDigits: Int
    let isZero: Bool
    /// Whether PostgreSQL's numeric can have it.
    let isKept: Bool

    init(_ number: JSONNumber) {
        // Digits from the first that is not a zero, those of them that are zeros at the end, and those behind the point.
        var (digits, zeros, written) = (0, 0, 0)
        var (isBehindPoint, isExponent, isDivided) = (false, false, false)
        var exponent = 0
        for byte in number.text.utf8 {
            switch byte {
            case UInt8(ascii: "."): isBehindPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            case UInt8(ascii: "-"): isDivided = isExponent
            case UInt8(ascii: "+"): break
            case _ where isExponent: exponent = min(exponent * 10 + Int(byte - 0x30), 1_000_000)
            default:
                if isBehindPoint { written += 1 }
                zeros = byte == 0x30 ? zeros + 1 : 0
                if digits > 0 || byte != 0x30 { digits += 1 }
            }
        }
        if isDivided { exponent = -exponent }
        isZero = digits == 0
        decimals = isZero ? 0 : max(written - exponent - zeros, 0)
        wholeDigits = isZero ? 0 : max(digits - written + exponent, 0)
        isKept = written - exponent <= 16_383 && wholeDigits <= 131_072 && exponent < 1_000_000
    }
}

extension JSONValue {
    /// Whether PostgreSQL can keep it as it is.
    package var canBeKept: Bool { (try? ImportType.jsonb.read(self)) != nil }
}
