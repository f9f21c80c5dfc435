import Days

/// A rule with where it was read.
struct CheckedRule {
    let file: RuleFile
    let syntax: RuleSyntax
    let rule: Rule
    let examples: [ExampleRun]
    /// Whether parts of it are missing because of a fault told elsewhere.
    let isIncomplete: Bool
}

/// What rules must be to one another and to the versions that are in the database.
struct SetCheck {
    private let checked: [CheckedRule]
    private let context: RuleContext
    private let plan: DayPlan
    /// The names of all rules there are, those included that are wrong.
    private let names: Set<String>
    /// The newest version of each rule in the database.
    private let highest: [String: Int]

    init(_ checked: [CheckedRule], named names: Set<String>, in context: RuleContext) {
        self.checked = checked
        self.context = context
        self.names = names.union(context.applied.map(\.name))
        highest = Dictionary(context.applied.map { ($0.name, $0.version) }, uniquingKeysWith: max)
        plan = DayPlan(checked.map(\.rule), in: context)
    }

    func faults() -> [(RuleFile, Fault)] {
        var labels = Set(checked.map(\.rule.label))
        let applied = context.applied.filter { !labels.contains($0.label) }
            .compactMap { RuleChecker.rule(from: $0, in: context) }
        labels = []
        // Only rules of one table can post the same row.
        var rivals = Dictionary(grouping: applied.map { Rival($0, plan) }, by: \.rule.table)
        return checked.flatMap { one -> [(RuleFile, Fault)] in
            var found = versionFaults(one) + partnerFaults(one)
            if !labels.insert(one.rule.label).inserted { found.append(duplicate(one)) }
            // What could not be read may be what keeps them apart.
            if one.syntax.unread.isDisjoint(with: ["when", "together"]) {
                let rival = Rival(one.rule, plan)
                found += [overlap(of: one, rival, with: rivals[one.rule.table] ?? [])].compactMap(\.self)
                rivals[one.rule.table, default: []].append(rival)
            }
            return found.map { (one.file, $0) }
        }
    }

    // MARK: Versions

    private func versionFaults(_ checked: CheckedRule) -> [Fault] {
        let rule = checked.rule
        let range = checked.syntax.version.range
        guard !context.isTrial else { return [] }
        let highest = highest[rule.name] ?? 0
        guard let known = context.applied(named: rule.name, version: rule.version) else {
            if rule.version < highest {
                return [
                    Fault(
                        range,
                        "version \(highest) of \(rule.name) is already applied, so \(rule.version) is too late",
                        help: "give it version \(highest + 1)"
                    )
                ]
            }
            guard let day = laterStart(than: rule) else { return [] }
            return [
                Fault(
                    range,
                    "version \(rule.version) of \(rule.name) would cover no day: a later one begins on \(day), too",
                    help: "apply it by itself first, with the day it began"
                )
            ]
        }
        guard known.content != rule.content, !checked.isIncomplete else { return [] }
        let changed = rule.changedMaps(since: known)
        return [
            Fault(
                range,
                "version \(rule.version) of \(rule.name) is already applied, with other content"
                    + (changed.isEmpty ? "" : " of the map \(changed.joined(separator: ", "))"),
                help: "a version never changes: give this one version \(highest + 1)"
            )
        ]
    }

    /// The day on which a later version of the files takes over all days of this one.
    private func laterStart(than rule: Rule) -> Day? {
        guard let from = rule.terms.from else { return nil }
        return checked.lazy.map(\.rule).filter { $0.name == rule.name && $0.version > rule.version }
            .compactMap(\.terms.from).first { $0 <= from }
    }

    private func duplicate(_ checked: CheckedRule) -> Fault {
        Fault(
            checked.syntax.name.range,
            "there are two rules \(checked.rule.name) version \(checked.rule.version)",
            help: "give the new one the next version"
        )
    }

    // MARK: Rows

    private func partnerFaults(_ checked: CheckedRule) -> [Fault] {
        checked.syntax.partners.filter { !names.contains($0.value) }.map { partner in
            let meant = Spelling.nearest(to: partner.value, among: names).map { "did you mean \($0)?" }
            return Fault(partner.range, "unknown rule \(partner.value)", help: meant)
        }
    }

    /// A rule with what its rows and days are, worked out once for all that it is compared with.
    private struct Rival {
        let rule: Rule
        let partners: Set<String>
        let rows: Disjointness
        let days: DaySpan

        init(_ rule: Rule, _ plan: DayPlan) {
            self.rule = rule
            partners = Set(rule.partners)
            rows = Disjointness(rule.condition)
            days = plan.span(of: rule.name, rule.version)
        }

        func mayShareRow(with other: Rival) -> Bool {
            other.rule.name != rule.name && !partners.contains(other.rule.name)
                && !other.partners.contains(rule.name) && days.overlaps(other.days)
                && !rows.isProven(against: other.rows)
        }
    }

    /// The first rule that may post a row of this one, too, and how many more there are.
    private func overlap(of checked: CheckedRule, _ rival: Rival, with others: [Rival]) -> Fault? {
        let found = others.filter { rival.mayShareRow(with: $0) }
        guard let other = found.first?.rule.name else { return nil }
        let rule = checked.rule
        let more = found.count > 1 ? ", and by \(found.count - 1) more" : ""
        return Fault(
            checked.syntax.condition?.range ?? checked.syntax.name.range,
            "a row of \(rule.table) may be posted by both \(other) and \(rule.name)\(more)",
            help: "let both 'when' name different values of one column, "
                + "or write 'together with \(other)' if both should post"
        )
    }
}

extension Rule {
    /// The maps that read otherwise in a stored text of the same rule, if the rule itself does not.
    fileprivate func changedMaps(since applied: AppliedRule) -> [String] {
        let (now, before) = (Parser.parse(content), Parser.parse(applied.content))
        let (lines, earlierLines) = (RuleFile.lines(of: content), RuleFile.lines(of: applied.content))
        guard let rule = now.rules.first, let earlier = before.rules.first,
            rule.extent.text(in: lines) == earlier.extent.text(in: earlierLines)
        else { return [] }
        let known = Dictionary(
            before.maps.map { ($0.name.value, $0.extent.text(in: earlierLines)) },
            uniquingKeysWith: { first, _ in first }
        )
        return now.maps.filter { known[$0.name.value] != $0.extent.text(in: lines) }.map(\.name.value)
    }
}
