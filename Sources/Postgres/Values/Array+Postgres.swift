/// A type whose one-dimensional arrays can be sent and read.
public protocol PostgresArrayElement: PostgresEncodable, PostgresDecodable {
    /// The type of an array of it.
    static var postgresArrayType: DataType { get }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    public static var postgresArrayType: DataType { Wrapped.postgresArrayType }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: DataType { Element.postgresArrayType }

    public var postgresText: String? {
        var text = "{"
        for (index, element) in enumerated() {
            if index > 0 { text += "," }
            guard let value = element.postgresText else {
                text += "NULL"
                continue
            }
            text += "\""
            for character in value.unicodeScalars {
                if character == "\"" || character == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(character)
            }
            text += "\""
        }
        return text + "}"
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static var expectation: String { "a one-dimensional array, each element \(Element.expectation)" }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> [Element]? {
        guard let elementType = ArrayLiteral.elementType(of: type), var literal = ArrayLiteral(text.string)
        else { return nil }
        var elements: [Element] = []
        while let item = literal.next() {
            switch item {
            case .null:
                guard let element = Element.decodedNull else { return nil }
                elements.append(element)
            case .text(let bytes):
                guard let element = Element.decode(bytes.span, type: elementType) else { return nil }
                elements.append(element)
            }
        }
        return literal.isComplete ? elements : nil
    }
}

/// Walks over the elements of an array's text form, such as `{a,"b c",NULL}`.
struct ArrayLiteral {
    enum Item {
        case null
        case text([UInt8])
    }

    private let bytes: [UInt8]
    private var index: Int
    private(set) var isComplete: Bool

    /// Nil when it is no array of one dimension; a lower bound other than one is passed over.
    init?(_ text: String) {
        bytes = Array(text.utf8)
        index = 0
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            index = end + 1
        }
        guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "{") else { return nil }
        index += 1
        isComplete = bytes[index] == UInt8(ascii: "}") && index == bytes.count - 1
    }

    mutating func next() -> Item? {
        guard !isComplete, index < bytes.count else { return nil }
        let isQuoted = bytes[index] == UInt8(ascii: "\"")
        var value: [UInt8] = []
        if isQuoted { index += 1 }
        while index < bytes.count {
            let byte = bytes[index]
            if isQuoted, byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                value.append(bytes[index + 1])
                index += 2
                continue
            }
            if isQuoted ? byte == UInt8(ascii: "\"") : byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
            {
                break
            }
            if !isQuoted, byte == UInt8(ascii: "{") { return stop() }
            value.append(byte)
            index += 1
        }
        if isQuoted { index += 1 }
        guard index < bytes.count else { return stop() }
        switch bytes[index] {
        case UInt8(ascii: ","): index += 1
        case UInt8(ascii: "}") where index == bytes.count - 1: isComplete = true
        default: return stop()
        }
        return !isQuoted && value.elementsEqual("NULL".utf8) ? .null : .text(value)
    }

    private mutating func stop() -> Item? {
        index = bytes.count
        return nil
    }

    private static let elementTypes: [UInt32: UInt32] = [
        1000: 16, 1001: 17, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042, 1015: 1043, 1016: 20,
        1021: 700,
        1022: 701, 1028: 26, 1182: 1082, 1185: 1184, 1231: 1700, 2210: 2205, 2951: 2950, 199: 114, 3807: 3802,
        271: 5069,
    ]

    /// The element type of a built-in array type.
    static func elementType(of type: DataType) -> DataType? {
        elementTypes[type.id].map(DataType.init(id:))
    }
}
