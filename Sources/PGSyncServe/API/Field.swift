import JSON

/// A value of an answer or of a request: its name and form.
struct Field: Sendable {
    /// What a value looks like in JSON.
    indirect enum Form: Sendable {
        case text, id, uuid, secret, money, time, date, number, count, boolean
        case choice([String])
        /// A whole number from one to another.
        case within(ClosedRange<Int>)
        case object([Field]), list(Form)
        /// A list of anything, whose items are looked at one by one; its length is looked at by who takes it.
        case items(atMost: Int)
        /// Whatever the table has.
        case any
    }

    let name: String
    let form: Form
    var isOptional = false

    /// Whether it may be null or left out.
    var orNull: Field {
        var copy = self
        copy.isOptional = true
        return copy
    }

    static func text(_ name: String) -> Field { Field(name: name, form: .text) }
    /// A text that is kept nowhere.
    static func secret(_ name: String) -> Field { Field(name: name, form: .secret) }
    static func uuid(_ name: String) -> Field { Field(name: name, form: .uuid) }
    static func id(_ name: String) -> Field { Field(name: name, form: .id) }
    static func money(_ name: String) -> Field { Field(name: name, form: .money) }
    static func time(_ name: String) -> Field { Field(name: name, form: .time) }
    static func date(_ name: String) -> Field { Field(name: name, form: .date) }
    static func number(_ name: String) -> Field { Field(name: name, form: .number) }
    static func count(_ name: String) -> Field { Field(name: name, form: .count) }
    static func within(_ name: String, _ range: ClosedRange<Int>) -> Field {
        Field(name: name, form: .within(range))
    }
    static func items(_ name: String, atMost count: Int) -> Field {
        Field(name: name, form: .items(atMost: count))
    }
    static func boolean(_ name: String) -> Field { Field(name: name, form: .boolean) }
    static func any(_ name: String) -> Field { Field(name: name, form: .any) }
    static func choice(_ name: String, _ words: [String]) -> Field { Field(name: name, form: .choice(words)) }
    static func object(_ name: String, _ fields: [Field]) -> Field {
        Field(name: name, form: .object(fields))
    }
    static func list(_ name: String, _ fields: [Field]) -> Field {
        Field(name: name, form: .list(.object(fields)))
    }
    static func texts(_ name: String) -> Field { Field(name: name, form: .list(.text)) }
    static func ids(_ name: String) -> Field { Field(name: name, form: .list(.id)) }
}

extension Field {
    /// What is wrong with a value that came with a request; nil if nothing is.
    func complaint(about value: JSONValue?) -> String? {
        guard let value, value != .null else { return isOptional ? nil : "is required" }
        return form.complaint(about: value)
    }
}

extension Field.Form {
    func complaint(about value: JSONValue) -> String? {
        switch self {
        case .money:
            return (value.string ?? "").wholeMatch(of: /-?[0-9]{1,30}(\.[0-9]{1,12})?/) == nil
                ? "is an amount as text, such as \"90.00\"" : nil
        case .text, .secret:
            guard let text = value.string else { return "is a text" }
            return text.utf8.contains(0) || text.utf8.count > 10_000 ? "is a text of up to 10,000 bytes" : nil
        case .id: return Self.isID(value.string ?? "") ? nil : "is a number as text, such as \"42\""
        case .uuid: return Self.isUUID(value.string ?? "") ? nil : "is a UUID"
        case .time:
            return Self.isTime(value.string ?? "") ? nil : "is a time, such as \"2026-11-30T14:02:11Z\""
        case .date: return Self.isDate(value.string ?? "") ? nil : "is a day, such as \"2026-11-30\""
        case .number: return value.number == nil ? "is a number" : nil
        case .count: return value.number?.int.map { $0 >= 0 } == true ? nil : "is a number from 0 on"
        case .within(let range):
            return value.number?.int.map(range.contains) == true
                ? nil : "is a number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: return value.bool == nil ? "is true or false" : nil
        case .choice(let words):
            return words.contains(value.string ?? "") ? nil : "is one of " + words.joined(separator: ", ")
        case .list(let element):
            guard let list = value.array else { return "is a list" }
            guard list.count <= 200 else { return "has up to 200 items" }
            return list.lazy.compactMap { element.complaint(about: $0) }.first.map {
                "has an item that \($0)"
            }
        case .object(let fields):
            guard let object = value.object else { return "is an object" }
            return fields.lazy.compactMap { field in
                field.complaint(about: object[field.name]).map { "\(field.name) \($0)" }
            }.first
        case .items: return value.array == nil ? "is a list" : nil
        case .any: return nil
        }
    }

    static func isID(_ text: String) -> Bool { Int64(text).map { $0 >= 0 && String($0) == text } ?? false }

    static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.joined().utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }

    static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
            return false
        }
        let digits = bytes.enumerated().filter { $0.offset != 4 && $0.offset != 7 }.map(\.element)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        let month = Int(text.dropFirst(5).prefix(2)) ?? 0
        let day = Int(text.suffix(2)) ?? 0
        let year = Int(text.prefix(4)) ?? 0
        guard (1...12).contains(month), year > 0 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }

    static func isTime(_ text: String) -> Bool {
        guard text.count >= 20, isDate(String(text.prefix(10))) else { return false }
        let rest = text.dropFirst(10)
        let pattern =
            /[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])/
        return (try? pattern.wholeMatch(in: rest)) != nil
    }
}
