import JSON

extension SourceShape.Column {
    /// A value of this type; nil for types that are not known here.
    func madeUp(_ number: Int) -> JSONValue? {
        switch category {
        case "N": numeral(number)
        case "S": .string(text("sample \(number)"))
        case "B": true
        case "E": labels.isEmpty ? nil : .string(labels[number % labels.count])
        case "D":
            .string(baseType.hasPrefix("time") && !baseType.hasPrefix("timestamp") ? "12:00" : "2026-01-15")
        case "T": "1 day"
        case "A": []
        case "R": .string(baseType.hasSuffix("multirange") ? "{}" : "empty")
        case "I": "192.0.2.1"
        case "U":
            switch baseType {
            case "uuid": .string("5e1f7e57-0000-4000-8000-" + Self.hexadecimal(number))
            case "json", "jsonb": .object(JSONObject())
            case "bytea": "\\x00"
            default: nil
            }
        default: nil
        }
    }

    /// The number itself where the type has room for it, else one digit as far right as the type allows.
    private func numeral(_ number: Int) -> JSONValue? {
        guard !["oid", "xid"].contains(baseType), !baseType.hasPrefix("reg") else { return nil }
        guard baseType == "numeric", let limit, limit < 4 || scale < 0 else { return JSONValue(number) }
        let digit = (number - 1) % 9 + 1
        return JSONNumber(limit > 0 && scale >= 0 ? "\(digit)" : "\(digit)e\(-scale)").map(JSONValue.number)
    }

    /// One of the highest values that the type has, which most rows do not; nil for types with few values.
    func freshKey(_ number: Int) -> JSONValue? {
        switch baseType {
        case "int2": JSONValue(Int(Int16.max) - number)
        case "int4": JSONValue(Int(Int32.max) - number)
        case "int8": JSONValue(Int.max - number)
        case "numeric": highNumeral(number)
        case "uuid": .string("ffffffff-ffff-4fff-bfff-" + Self.hexadecimal(0xffff_ffff_ffff - number))
        case "date", "timestamp", "timestamptz":
            .string("\(2_999 - number / 54)-\(10 + number / 18 % 3)-\(10 + number % 18)")
        default: category == "S" ? freshText(number) : nil
        }
    }

    private func highNumeral(_ number: Int) -> JSONValue? {
        guard scale >= 0 else { return nil }
        let end = (0..<min(limit ?? 18, 18)).reduce(1) { product, _ in product * 10 }
        return number < end ? JSONValue(end - number) : nil
    }

    private func freshText(_ number: Int) -> JSONValue? {
        let text = (limit ?? 8) < 8 ? "\(number)" : "st-\(number)"
        return text.count <= limit ?? 8 ? .string(text) : nil
    }

    /// A key as text, the same for values that are the same.
    func keyText(_ value: JSONValue) -> String {
        let text = value.string ?? value.number?.text ?? ""
        return switch category {
        case "D": String(text.prefix(10))
        case "N" where text.contains("."):
            String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
        case "S": String(text.reversed().drop { $0 == " " }.reversed())
        default: text
        }
    }

    private func text(_ text: String) -> String { limit.map { String(text.suffix($0)) } ?? text }

    /// Twelve digits.
    private static func hexadecimal(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }
}
