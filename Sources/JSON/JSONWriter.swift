internal import VisibleText

extension JSONValue: CustomStringConvertible {
    /// How the written text is laid out.
    public enum Layout: Sendable {
        /// No white space at all.
        case compact
        /// One element a line, indented by two spaces a level.
        case pretty
    }

    /// The value as JSON text.
    public func text(_ layout: Layout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self)
        return writer.text
    }

    /// The value as compact JSON text.
    public var description: String { text() }
}

struct JSONWriter {
    private(set) var text = ""
    private let layout: JSONValue.Layout
    private var depth = 0

    init(layout: JSONValue.Layout) {
        self.layout = layout
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += value.text
        case .string(let value): write(value)
        case .array(let elements):
            writeList(elements, open: "[", close: "]") { writer, element in writer.write(element) }
        case .object(let object):
            writeList(object, open: "{", close: "}") { writer, entry in
                writer.write(entry.key)
                writer.text += writer.layout == .pretty ? ": " : ":"
                writer.write(entry.value)
            }
        }
    }

    private mutating func writeList<Elements: Collection>(
        _ elements: Elements,
        open: String,
        close: String,
        _ writeElement: (inout JSONWriter, Elements.Element) -> Void
    ) {
        text += open
        depth += 1
        var separator = ""
        for element in elements {
            text += separator
            breakLine()
            writeElement(&self, element)
            separator = ","
        }
        depth -= 1
        if !elements.isEmpty { breakLine() }
        text += close
    }

    private mutating func breakLine() {
        guard layout == .pretty else { return }
        text += "\n" + String(repeating: "  ", count: depth)
    }

    private mutating func write(_ string: String) {
        text += "\""
        defer { text += "\"" }
        guard !string.utf8.allSatisfy(\.isPlain) else { return text += string }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.isInvisible: text += scalar.escaped
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension UInt8 {
    /// An ASCII character that stands for itself in quotes.
    fileprivate var isPlain: Bool {
        self >= 0x20 && self < 0x7F && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
