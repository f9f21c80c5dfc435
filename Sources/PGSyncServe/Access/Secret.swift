import PGSyncCore
import Signing

/// Texts that only their holder knows, and how they are told from others.
package enum Secret {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// A text of letters and digits with some 6 bits of chance each, from the system's generator.
    static func random(length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<length).map { _ in letters.randomElement(using: &generator) ?? 65 },
            as: UTF8.self
        )
    }

    /// What every token begins with.
    package static let mark = "pgs_"

    /// A token as people keep it: its prefix is shown in lists, the rest is secret.
    package static func token() -> String { mark + random(length: 44) }

    /// The part of a token that may be shown.
    package static func prefix(of token: String) -> String { MessageSecret.prefix(of: token) }

    /// What the database keeps of a token or session.
    package static func hash(of secret: String) -> String { SHA256.hexadecimalDigest(of: secret) }

    /// What the database keeps of the token of a node, so that its messages can be signed and encrypted.
    package static func messageSecret(of token: String) -> [UInt8] { MessageSecret(token: token).bytes }

    /// Whether two texts are equal, in a time that does not say how far they are.
    static func isEqual(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && zip(one.utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
