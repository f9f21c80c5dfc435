/// Something wrong at a place of a rule file, not yet told which file.
struct Fault: Error, Sendable, Hashable {
    let range: SourceRange
    let message: String
    let help: String?
    /// Whether it only follows from another fault, which is told instead.
    let isConsequence: Bool

    init(_ range: SourceRange, _ message: String, help: String? = nil, isConsequence: Bool = false) {
        self.range = range
        self.message = message
        self.help = help
        self.isConsequence = isConsequence
    }
}
