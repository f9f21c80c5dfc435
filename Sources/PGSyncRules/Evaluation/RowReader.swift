import Days
internal import JSON

/// Reads the columns of a row image by their types.
enum RowReader {
    /// The value of a column other than a list; nil when it is absent or null, or when nothing leads there.
    static func read(_ column: ColumnReference, of row: JSONValue) throws(RuleFailure) -> RuleValue? {
        var found = row[column.name]
        for (depth, name) in column.inner.enumerated() {
            guard let value = found, value != .null else { return nil }
            guard value.object != nil else { throw .notAnObject(column, depth: depth) }
            found = value[name]
        }
        guard let value = found, value != .null else { return nil }
        switch column.type {
        case .text:
            if let text = value.string { return .text(ByteText(text)) }
        case .boolean:
            if let boolean = value.bool { return .boolean(boolean) }
        case .date:
            guard let date = value.string.flatMap(Day.init(ofRules:)) else {
                throw .unreadable(column, .date)
            }
            return .date(date)
        case .timestamp:
            guard let text = value.string, WrittenTimestamp(text) != nil else {
                throw .unreadable(column, .date)
            }
            return .text(ByteText(text))
        case .integer, .number, .money, .minorMoney:
            return .number(try number(value, as: column))
        case .list, .object:
            break
        }
        throw .unreadable(column, .type)
    }

    /// The elements of a list; nil when it is absent or null.
    static func elements(_ value: JSONValue?, as column: ColumnReference) throws(RuleFailure) -> [JSONValue]?
    {
        guard let value, value != .null else { return nil }
        guard let elements = value.array else { throw .unreadable(column, .type) }
        return elements
    }

    private static func number(_ value: JSONValue, as column: ColumnReference) throws(RuleFailure) -> Decimal
    {
        let number: Decimal?
        switch value {
        case .number(let written):
            number = Decimal(written.text, digitLimit: 200_000)
        case .string(let text) where isPlain(text):
            number = text.utf8.count <= NumberLimits.textLength ? Decimal(text) : nil
        case .string("NaN"), .string("Infinity"), .string("-Infinity"):
            number = nil
        default:
            throw .unreadable(column, .type)
        }
        guard let number, number.magnitude < limit else { throw .unreadable(column, .range) }
        guard number.scale <= NumberLimits.fractionDigits else { throw .unreadable(column, .precision) }
        guard !column.type.isWhole || number.scale == 0 else { throw .unreadable(column, .type) }
        return number
    }

    private static let limit = Decimal(1_000_000_000_000_000_000)

    /// Whether a text is digits with an optional sign and fraction.
    private static func isPlain(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        return parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
