/// What a column of a table holds, as far as rules tell types apart.
package enum StoredType: String, Sendable, Hashable, CaseIterable {
    /// Texts, and whatever an image shows as one.
    case text
    case date
    /// A moment, with a time zone or without.
    case timestamp
    case integer
    case decimal
    case float
    case boolean
    /// A JSON document, which may be anything.
    case json
    /// An array of JSON documents or rows.
    case objects
    /// The type of that name, written as the server's locale has it.
    case money
    /// What no rule can read, such as an array of numbers.
    case other

    /// What a rule takes it for that does not say.
    var natural: ColumnType? {
        switch self {
        case .text, .timestamp, .money: .text
        case .date: .date
        case .integer: .integer
        case .decimal, .float: .number
        case .boolean: .boolean
        case .json, .objects: .list([:])
        case .other: nil
        }
    }

    /// Whether a rule may declare it as this.
    func fits(_ type: ColumnType) -> Bool {
        switch (self, type) {
        case (.json, _): true
        case (.text, .text), (.text, .date), (.date, .date), (.date, .text): true
        case (.timestamp, .text), (.timestamp, .timestamp), (.text, .timestamp), (.money, .text): true
        case (.boolean, .boolean), (.objects, .list): true
        case (.integer, let type), (.decimal, let type): type.isNumeric
        case (.float, .number): true
        default: false
        }
    }
}

extension TableShape.Column {
    /// What to do so that a rule can read it as something it does not fit.
    func remedy(for type: ColumnType, column: String, table: String, timeZone: String) -> String {
        let alter = "alter table \(table)"
        switch (kind, type) {
        case (.timestamp, .date) where dataType.hasSuffix("without time zone"):
            return "declare it: column \(column) timestamp; its day is the one that is written"
        case (.timestamp, .date):
            return "a moment is a day only in a time zone: declare column \(column) timestamp, "
                + "and write \(column) in time zone '\(timeZone)'"
        case (.float, .money), (.money, .money), (.float, .minorMoney), (.money, .minorMoney):
            return "it is not exact to the last digit: \(alter) alter \(column) type numeric(14, 2)"
        case (.text, .minorMoney):
            return "a text can be anything: \(alter) alter \(column) type bigint using \(column)::bigint"
        case (.text, .money), (.text, .number), (.text, .integer):
            return
                "a text can be anything: \(alter) alter \(column) type numeric(14, 2) using \(column)::numeric"
        default:
            return kind.natural.map { "declare it: column \(column) \($0.keyword)" }
                ?? "rules cannot read this type; add a column of a simple type"
        }
    }
}
