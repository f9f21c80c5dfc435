/// What a column holds.
package indirect enum ColumnType: Sendable, Hashable {
    case text, integer, number, money, boolean, date
    /// A JSON array of objects, with their fields.
    case list([String: ColumnType])

    /// The type a name stands for, other than a list.
    package init?(named name: String) {
        switch name {
        case "text": self = .text
        case "integer": self = .integer
        case "number": self = .number
        case "money": self = .money
        case "boolean": self = .boolean
        case "date": self = .date
        default: return nil
        }
    }

    /// How a rule file calls it.
    var keyword: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .number: "number"
        case .money: "money"
        case .boolean: "boolean"
        case .date: "date"
        case .list(let fields):
            "list (\(fields.isEmpty ? "price money" : fields.keys.sorted().joined(separator: ", ")))"
        }
    }

    /// How a message calls a value of the type.
    var noun: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .money: "money"
        case .boolean: "true or false"
        case .date: "a date"
        case .list: "a list"
        }
    }

    var isNumeric: Bool {
        switch self {
        case .integer, .number, .money: true
        case .text, .boolean, .date, .list: false
        }
    }
}
