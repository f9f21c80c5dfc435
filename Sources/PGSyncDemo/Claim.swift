/// An object that a script creates under a name that others may use, too, with the comment it leaves on it.
///
/// The comment tells the clinic's own objects from others: the script that makes the tables comments on every column
/// in the same transaction, so a table with other columns never gets it.
struct Claim: Equatable {
    enum Kind: String {
        case schema, table, function
    }

    let kind: Kind
    /// As in SQL, a function with the types of its parameters.
    let name: String
    /// How the comment begins.
    let comment: String

    /// What the scripts of the clinic comment on, in `public` or as a schema.
    static func all(in script: String) -> [Claim] {
        let pattern =
            /comment on (schema|table|function) ([a-z_.]+(?:\([^)]*\))?)\s+is '((?:[^']|'')*)'/
        return script.matches(of: pattern).compactMap { match in
            let name = String(match.output.2)
            guard let kind = Kind(rawValue: String(match.output.1)),
                kind == .schema || name.hasPrefix("public.")
            else { return nil }
            let comment = match.output.3.split(separator: "''", omittingEmptySubsequences: false)
            return Claim(kind: kind, name: name, comment: comment.joined(separator: "'"))
        }
    }
}
