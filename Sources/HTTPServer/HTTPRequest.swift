/// What a request says before its body.
public struct HTTPHead: Sendable {
    /// The method, such as GET.
    public let method: String
    /// Path and query as they were sent.
    public let target: String
    /// The headers, in the order in which they were sent.
    public let headers: [(name: String, value: String)]
    /// The address of the other end of the connection, in numbers and without its port.
    public let client: String
    /// Whether the connection is encrypted.
    public let isSecure: Bool
    /// The common name of the certificate that the client has shown, if the server's authorities have signed it and it is
    /// valid now.
    public let certificateName: String?
    /// Why there is no such name, where the server has asked for a certificate.
    public let certificateProblem: String?
    /// Whether it announces a body.
    public let hasBody: Bool

    /// The value of a header; of several with this name, the first.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// The path as it was sent, without the query.
    public var rawPath: Substring { target.prefix { $0 != "?" } }

    /// The path in its parts, decoded; `/a%2Fb/` has the parts `a/b` and an empty one.
    ///
    /// Nil for what could mean something else to whoever looked at it before: escapes that are none, bytes that are not
    /// UTF-8, control characters, and the parts `.` and `..`.
    public var path: [String]? {
        guard rawPath.hasPrefix("/") else { return nil }
        var parts: [String] = []
        for part in rawPath.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = Self.decoded(part, plusIsBlank: false), text != ".", text != ".." else {
                return nil
            }
            parts.append(text)
        }
        return parts
    }

    /// The parameters after the question mark, decoded, in their order; nil if they are not well formed.
    public var query: [(name: String, value: String)]? {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        var pairs: [(name: String, value: String)] = []
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0], plusIsBlank: true),
                let value = Self.decoded(sides.count > 1 ? sides[1] : "", plusIsBlank: true)
            else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func decoded(_ text: Substring, plusIsBlank: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = hexadecimal(rest.prefix(2)) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self),
            !decoded.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        return decoded
    }

    /// Two digits; `UInt8(_:radix:)` would take a sign.
    private static func hexadecimal(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}

/// A request with its body.
public struct HTTPRequest: Sendable {
    /// What was said before the body.
    public let head: HTTPHead
    /// The body, whole.
    public let body: [UInt8]
}

/// What becomes of a request whose head has come.
public enum Reception: Sendable {
    /// It is answered at once; a body is not read.
    case answer(HTTPResponse)
    /// Its body is read, up to so many bytes, and then it is answered in a task.
    case accept(bodyLimit: Int, respond: @Sendable (HTTPRequest) async -> HTTPResponse)
}
