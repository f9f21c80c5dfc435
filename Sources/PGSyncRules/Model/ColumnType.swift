/// What a column holds.
package indirect enum ColumnType: Sendable, Hashable {
    case text, integer, number, money, boolean, date
    /// An amount as a count of the smallest unit of the currency, such as cents.
    case minorMoney
    /// A moment, written with its distance from UTC; or the time on a clock on the wall, written without one.
    case timestamp
    /// A JSON array of objects, with their fields.
    case list([String: ColumnType])
    /// A JSON object, with its fields.
    case object([String: ColumnType])

    /// The types that have a name and no fields.
    private static let named: [String: ColumnType] = [
        "text": .text, "integer": .integer, "number": .number, "money": .money, "minor money": .minorMoney,
        "boolean": .boolean, "date": .date, "timestamp": .timestamp,
    ]

    /// What a rule file calls the types, in the order of the reference.
    static let names = [
        "text", "integer", "number", "money", "minor money", "boolean", "date", "timestamp", "list", "object",
    ]

    /// The type a name stands for, other than a list and an object.
    package init?(named name: String) {
        guard let type = Self.named[name] else { return nil }
        self = type
    }

    /// How a rule file calls it.
    var keyword: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .number: "number"
        case .money: "money"
        case .minorMoney: "minor money"
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamp"
        case .list(let fields): "list (\(Self.written(fields)))"
        case .object(let fields): "object (\(Self.written(fields)))"
        }
    }

    private static func written(_ fields: [String: ColumnType]) -> String {
        fields.isEmpty ? "price money" : fields.keys.sorted().joined(separator: ", ")
    }

    /// How a message calls a value of the type.
    var noun: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .money: "money"
        case .minorMoney: "a whole number of the smallest unit"
        case .boolean: "true or false"
        case .date: "a date"
        case .timestamp: "a timestamp"
        case .list: "a list"
        case .object: "an object"
        }
    }

    var isNumeric: Bool {
        switch self {
        case .integer, .number, .money, .minorMoney: true
        case .text, .boolean, .date, .timestamp, .list, .object: false
        }
    }

    /// Whether it takes whole numbers only.
    var isWhole: Bool { self == .integer || self == .minorMoney }
}
