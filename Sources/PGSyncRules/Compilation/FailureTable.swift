/// The failures a compiled rule can report; SQL passes them around by number.
struct FailureTable {
    private(set) var failures: [RuleFailure] = []
    private var numbers: [[RuleFailure]: Int] = [:]

    /// Gives failures consecutive numbers, counted from 1, and returns the first.
    mutating func number(_ failures: RuleFailure...) -> Int {
        if let known = numbers[failures] { return known }
        let first = self.failures.count + 1
        self.failures += failures
        numbers[failures] = first
        return first
    }

    /// A SQL array of one part of every failure.
    func array(_ part: (RuleFailure) -> String?) -> String {
        let elements = failures.map { part($0).map(SQLText.literal) ?? "null" }
        return "(array[\(elements.joined(separator: ", "))]::text[])"
    }
}
