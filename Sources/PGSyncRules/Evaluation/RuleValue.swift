import Days

/// What an expression yields when it is not null.
enum RuleValue: Sendable, Hashable {
    case text(ByteText)
    case number(Decimal)
    case boolean(Bool)
    case date(Day)

    /// How it is written in a party, a dimension or a description.
    var written: String {
        switch self {
        case .text(let text): text.string
        case .number(let number): number.description
        case .boolean(let value): value ? "true" : "false"
        case .date(let date): date.description
        }
    }
}

/// A text that equals another only when their bytes do, as in the database.
struct ByteText: Sendable, Hashable {
    let string: String

    init(_ string: String) {
        self.string = string
    }

    static func == (left: ByteText, right: ByteText) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
    }
}
