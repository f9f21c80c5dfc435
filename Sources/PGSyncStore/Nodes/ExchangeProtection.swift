/// How the calls of an exchange are protected, the weakest first.
package enum ExchangeProtection: String, Sendable, CaseIterable {
    /// Each call shows the token; what is sent is protected by the connection alone.
    case token
    /// Calls and answers are signed, and the token is not sent.
    case signed
    /// They are encrypted, too.
    case sealed

    /// As the database has it, which knows no other.
    init(_ text: String) { self = Self(rawValue: text) ?? .sealed }
}
