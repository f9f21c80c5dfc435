import JSON
import Signing

/// Where a page of a list begins: the keys of the row before it, in a form that nobody else can make.
struct Cursor: Sendable {
    /// Whether the page before is meant.
    let isBackward: Bool
    let keys: [String]

    private static let version = "1"

    /// As text, for a list with these filters.
    func text(of filter: String, signedWith key: [UInt8]) -> String {
        let content = JSONValue.array([
            .string(Self.version), .bool(isBackward), .array(keys.map { .string($0) }),
        ]).text()
        let code = HMAC.sha256(key: key, Array((filter + "\n" + content).utf8)).prefix(16)
        return Self.encoded(Array(code) + Array(content.utf8))
    }

    init(isBackward: Bool, keys: [String]) {
        self.isBackward = isBackward
        self.keys = keys
    }

    /// Reads a text; nil if it is none, of another list, of other filters, or of another process.
    init?(_ text: String, of filter: String, signedWith key: [UInt8], keyCount: Int) {
        guard let bytes = Self.decoded(text), bytes.count > 16 else { return nil }
        let content = String(decoding: bytes.dropFirst(16), as: UTF8.self)
        let code = HMAC.sha256(key: key, Array((filter + "\n" + content).utf8)).prefix(16)
        guard Secret.isEqual(Array(code).hexadecimal, Array(bytes.prefix(16)).hexadecimal),
            let value = try? JSONValue(parsing: content), value[0]?.string == Self.version,
            let isBackward = value[1]?.bool, let keys = value[2]?.array?.compactMap(\.string),
            keys.count == keyCount
        else { return nil }
        self.init(isBackward: isBackward, keys: keys)
    }

    /// Base64 with the letters that addresses may have.
    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Base64.encode(bytes).map { letter -> Character in
                switch letter {
                case "+": "-"
                case "/": "_"
                default: letter
                }
            }.filter { $0 != "=" }
        )
    }

    private static func decoded(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 2_000 else { return nil }
        var plain = String(
            text.map { letter -> Character in
                switch letter {
                case "-": "+"
                case "_": "/"
                default: letter
                }
            }
        )
        while plain.utf8.count % 4 != 0 { plain += "=" }
        return Base64.decode(plain)
    }
}
