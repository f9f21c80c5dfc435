/// A name of a table, column, role or channel, quoted so that it can stand in a statement whatever it contains.
public struct Identifier: Sendable, Hashable, CustomStringConvertible {
    /// The parts, such as schema and table.
    public let parts: [String]

    /// Names an object, with its schema first where it has one.
    public init(_ parts: String...) {
        self.parts = parts
    }

    /// The name as it stands in SQL, always in double quotes.
    public var quoted: String {
        parts.map { part in
            "\"" + part.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
        }.joined(separator: ".")
    }

    public var description: String {
        quoted
    }
}
