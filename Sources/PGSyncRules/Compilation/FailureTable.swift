/// The failures a compiled rule can report; SQL passes them around by number.
struct FailureTable {
    private(set) var failures: [RuleFailure] = []

    /// Adds failures with consecutive numbers, counted from 1, and returns the first.
    mutating func add(_ failures: RuleFailure...) -> Int {
        self.failures += failures
        return self.failures.count - failures.count + 1
    }

    /// A SQL array of one part of every failure.
    func array(_ part: (RuleFailure) -> String?) -> String {
        let elements = failures.map { part($0).map(SQLText.literal) ?? "null" }
        return "(array[\(elements.joined(separator: ", "))]::text[])"
    }
}
