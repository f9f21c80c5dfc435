/// A URL that is called: `http` or `https`, a host, perhaps a port, a path and a query.
///
/// It is read strictly, because libraries differ in what they make of odd ones: whoever decides by the host must see
/// the same host as whoever calls it. A user, a backslash, a blank and letters beyond ASCII are refused.
package struct ImportAddress: Sendable, Hashable, CustomStringConvertible {
    package let isEncrypted: Bool
    /// In lower case, without the brackets of IPv6.
    package let host: String
    package let port: Int?
    /// From the first slash on, with the query; it may be empty.
    package let rest: String

    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        guard let end = text.firstRange(of: "://") else { return nil }
        switch text[..<end.lowerBound].lowercased() {
        case "http": isEncrypted = false
        case "https": isEncrypted = true
        default: return nil
        }
        let authority = text[end.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        rest = String(text[authority.endIndex...])
        let name: Substring
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<close]
            guard name.contains(":"), name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
            let behind = authority[authority.index(after: close)...]
            guard behind.isEmpty || behind.first == ":" else { return nil }
            guard let port = Self.port(of: behind) else { return nil }
            self.port = port.value
        } else {
            name = authority.prefix { $0 != ":" }
            guard Self.isHost(name), let port = Self.port(of: authority[name.endIndex...]) else { return nil }
            self.port = port.value
        }
        host = name.lowercased()
    }

    /// Whether its port is that of its scheme.
    var isAtUsualPort: Bool { port == nil || port == (isEncrypted ? 443 : 80) }

    /// Whether a text is the name of a host, or an address of IPv4.
    package static func isHost(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    /// The port behind a colon: none where there is no colon, nil where it is no port.
    private static func port(of text: Substring) -> (value: Int?, Void)? {
        guard text.first == ":" else { return text.isEmpty ? (nil, ()) : nil }
        let digits = text.dropFirst()
        guard (1...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        return (port, ())
    }

    /// Without the path.
    package var origin: String {
        (isEncrypted ? "https://" : "http://") + (host.contains(":") ? "[\(host)]" : host)
            + (port.map { ":\($0)" } ?? "")
    }

    package var description: String { origin + rest }
}

extension UInt8 {
    /// Whether it is a letter or a digit of ASCII.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Whether it is a digit of ASCII.
    var isDigit: Bool { (0x30...0x39).contains(self) }
}
