/// Names in SQL that a user is told to run.
enum SQLText {
    /// A name, quoted only if PostgreSQL requires it.
    static func name(_ name: String) -> String {
        let isPlain =
            name.first.map { $0 == "_" || ("a"..."z").contains($0) } ?? false
            && name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) || ("0"..."9").contains($0) }
        return isPlain
            ? name
            : "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
    }
}
