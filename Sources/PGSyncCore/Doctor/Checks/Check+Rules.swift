extension Check {
    static let rules = [
        Check("rules.in_force", .rules, \.rules) { rules in
            guard rules.inForce > 0 else { return .ok("no rule is in force") }
            return .ok("\(Quantity.count(rules.inForce, "rule")) in force")
        }
    ]

    /// Each fault of a rule is a separate finding.
    static func ruleFindings(_ facts: ServerFacts) -> [Finding] {
        guard case .known(let rules) = facts.rules else { return [] }
        return rules.findings.map { fault in
            let found = "\(fault.subject): \(fault.found)"
            let verdict: Verdict =
                switch fault.severity {
                case .problem: .problem(found, fault.meaning, remedy: fault.remedy)
                case .warning: .warning(found, fault.meaning, remedy: fault.remedy)
                case .note, .ok: .note(found, fault.meaning, remedy: fault.remedy)
                }
            return Finding(id: "rules.\(fault.kind)", topic: .rules, verdict: verdict)
        }
    }
}
