/// Why a text is not JSON, and where.
public struct JSONParseError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// Something else must stand here.
        case expected(String)
        /// A number breaks the grammar, such as `1.` or `-`.
        case invalidNumber
        /// A backslash introduces no escape that JSON knows.
        case invalidEscape
        /// A control character stands unescaped inside a text.
        case controlCharacter
        /// Half of a surrogate pair is escaped without its other half.
        case loneSurrogate
        /// The bytes are not UTF-8.
        case invalidUTF8
        /// An object names a key twice.
        case duplicateKey(String)
        /// Arrays and objects are nested deeper than allowed.
        case tooDeep(limit: Int)
    }

    /// What is wrong.
    public let reason: Reason
    /// The line, counted from 1.
    public let line: Int
    /// The character of the line, counted from 1 in Unicode scalars.
    public let column: Int

    /// A sentence with the place and the reason.
    public var description: String {
        let what =
            switch reason {
            case .unexpectedEnd: "the text ends too early"
            case .expected(let what): "expected \(what)"
            case .invalidNumber: "malformed number"
            case .invalidEscape: "unknown escape in a string"
            case .controlCharacter: "unescaped control character in a string"
            case .loneSurrogate: "escaped surrogate without its other half"
            case .invalidUTF8: "invalid UTF-8"
            case .duplicateKey(let key): "key \"\(key)\" appears twice"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            }
        return "line \(line), column \(column): \(what)"
    }
}
