/// A rule with where it was read.
struct CheckedRule {
    let file: RuleFile
    let syntax: RuleSyntax
    let rule: Rule
    let examples: [ExampleRun]
}

/// What rules must be to one another and to the versions that are in the database.
struct SetCheck {
    private let checked: [CheckedRule]
    private let context: RuleContext
    private let plan: DayPlan

    init(_ checked: [CheckedRule], in context: RuleContext) {
        self.checked = checked
        self.context = context
        plan = DayPlan(checked.map(\.rule), in: context)
    }

    func faults() -> [(RuleFile, Fault)] {
        let applied = context.applied.filter { known in
            !checked.contains { $0.rule.name == known.name && $0.rule.version == known.version }
        }.compactMap { RuleChecker.rule(from: $0, in: context) }
        return checked.enumerated().flatMap { index, one in
            let others = checked[..<index].map(\.rule) + applied
            let found = versionFaults(one) + partnerFaults(one) + duplicates(one, checked[..<index])
            return (found + others.compactMap { overlap(of: one, with: $0) }).map { (one.file, $0) }
        }
    }

    // MARK: Versions

    private func versionFaults(_ checked: CheckedRule) -> [Fault] {
        let rule = checked.rule
        let range = checked.syntax.version.range
        guard !context.isTrial else { return [] }
        let highest = context.applied.filter { $0.name == rule.name }.map(\.version).max() ?? 0
        guard let known = context.applied(named: rule.name, version: rule.version) else {
            if rule.version < highest {
                return [
                    Fault(
                        range,
                        "version \(highest) of \(rule.name) is applied, so \(rule.version) comes too late",
                        help: "give it version \(highest + 1)"
                    )
                ]
            }
            let later = self.checked.contains { $0.rule.name == rule.name && $0.rule.version > rule.version }
            guard let day = context.activeFrom, later else { return [] }
            return [
                Fault(
                    range,
                    "version \(rule.version) of \(rule.name) would be for no day: a later one begins on \(day), too",
                    help: "apply it by itself first, with the day it began"
                )
            ]
        }
        guard known.content != rule.content else { return [] }
        let changed = rule.changedMaps(since: known)
        return [
            Fault(
                range,
                "version \(rule.version) of \(rule.name) is applied already, with other content"
                    + (changed.isEmpty ? "" : " of the map \(changed.joined(separator: ", "))"),
                help: "a version never changes: give this one version \(highest + 1)"
            )
        ]
    }

    private func duplicates(_ checked: CheckedRule, _ earlier: ArraySlice<CheckedRule>) -> [Fault] {
        let rule = checked.rule
        return earlier.filter { $0.rule.name == rule.name && $0.rule.version == rule.version }.map { _ in
            Fault(
                checked.syntax.name.range,
                "there are two rules \(rule.name) version \(rule.version)",
                help: "give the new one the next version"
            )
        }
    }

    // MARK: Rows

    private func partnerFaults(_ checked: CheckedRule) -> [Fault] {
        let names = Set(self.checked.map(\.rule.name) + context.applied.map(\.name))
        return checked.syntax.partners.filter { !names.contains($0.value) }.map { partner in
            let meant = Spelling.nearest(to: partner.value, among: names).map { "did you mean \($0)?" }
            return Fault(partner.range, "there is no rule \(partner.value)", help: meant)
        }
    }

    private func overlap(of checked: CheckedRule, with other: Rule) -> Fault? {
        let rule = checked.rule
        guard other.name != rule.name, other.table == rule.table, !rule.partners.contains(other.name),
            !other.partners.contains(rule.name),
            plan.span(of: rule.name, rule.version).overlaps(plan.span(of: other.name, other.version)),
            !Disjointness.isProven(other.condition, rule.condition)
        else { return nil }
        return Fault(
            checked.syntax.condition?.range ?? checked.syntax.name.range,
            "a row of \(rule.table) may be posted by both \(other.name) and \(rule.name)",
            help: "let both 'when' name different values of one column, "
                + "or write 'together with \(other.name)' if both shall post"
        )
    }
}

extension Rule {
    /// The maps that read otherwise in a stored text of the same rule, if the rule itself does not.
    fileprivate func changedMaps(since applied: AppliedRule) -> [String] {
        let (now, before) = (Parser.parse(content), Parser.parse(applied.content))
        guard let rule = now.rules.first, let earlier = before.rules.first,
            rule.extent.text(in: content) == earlier.extent.text(in: applied.content)
        else { return [] }
        let known = Dictionary(
            before.maps.map { ($0.name.value, $0.extent.text(in: applied.content)) },
            uniquingKeysWith: { first, _ in first }
        )
        return now.maps.filter { known[$0.name.value] != $0.extent.text(in: content) }.map(\.name.value)
    }
}
