/// Something that keeps a rule from posting what it is meant to.
package struct RuleFinding: Sendable, Equatable {
    /// The rule's version or the table it is about.
    package let subject: String
    /// The name of the kind of fault, such as `function_missing`.
    package let kind: String
    package let severity: Severity
    package let found: String
    package let meaning: String
    /// What to run.
    package let remedy: String

    package init(
        subject: String,
        kind: String,
        severity: Severity,
        found: String,
        meaning: String,
        remedy: String
    ) {
        self.subject = subject
        self.kind = kind
        self.severity = severity
        self.found = found
        self.meaning = meaning
        self.remedy = remedy
    }
}
