/// The failures a compiled rule can report; SQL passes them around by number.
struct FailureTable {
    private(set) var failures: [RuleFailure] = []
    private var numbers: [[RuleFailure]: Int] = [:]
    /// The formulas whose values the messages of some failures show, by their numbers.
    private(set) var shown: [Int: Formula] = [:]

    /// What stands in a message for the value that it shows.
    static let mark = "?"

    /// Gives failures consecutive numbers, counted from 1, and returns the first.
    mutating func number(_ failures: RuleFailure...) -> Int {
        if let known = numbers[failures] { return known }
        let first = self.failures.count + 1
        self.failures += failures
        numbers[failures] = first
        return first
    }

    /// Gives a failure whose message has a mark for a value its number.
    mutating func number(_ failure: RuleFailure, showing formula: Formula) -> Int {
        let number = number(failure)
        shown[number] = formula
        return number
    }

    /// A SQL array of one part of every failure.
    func array(_ part: (RuleFailure) -> String?) -> String {
        let elements = failures.map { part($0).map(SQLText.literal) ?? "null" }
        return "(array[\(elements.joined(separator: ", "))]::text[])"
    }
}
