extension ServerFacts {
    /// The posting rules.
    package struct Rules: Sendable, Equatable {
        /// How many are in force today.
        package var inForce: Int
        package var findings: [RuleFinding]

        package init(inForce: Int, findings: [RuleFinding]) {
            self.inForce = inForce
            self.findings = findings
        }
    }
}
