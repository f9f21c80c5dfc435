import Days

/// Which days each version of the rules is for, those in the database and those about to be applied.
struct DayPlan {
    private struct Version {
        let number: Int
        let from: Day?
        let until: Day?
    }

    private var versions: [String: [Version]] = [:]
    /// Without a today nothing can be told apart by days.
    private let knowsDays: Bool

    init(_ rules: [Rule], in context: RuleContext) {
        knowsDays = context.today != nil
        for rule in context.applied {
            // Who ends a version ends those before it.
            let end = rules.first {
                $0.name == rule.name && $0.version >= rule.version && $0.terms.until != nil
            }
            let version = Version(
                number: rule.version,
                from: rule.activeFrom,
                until: rule.activeUntil ?? end?.terms.until
            )
            versions[rule.name, default: []].append(version)
        }
        for rule in rules.sorted(by: { $0.version < $1.version })
        where context.applied(named: rule.name, version: rule.version) == nil {
            let version = Version(
                number: rule.version,
                from: rule.terms.from ?? (versions[rule.name] == nil ? nil : context.today),
                until: rule.terms.until
            )
            versions[rule.name, default: []].append(version)
        }
    }

    /// The days until a later version begins, whichever it is, or the rule is retired.
    func span(of name: String, _ version: Int) -> DaySpan {
        guard knowsDays, let known = versions[name], let own = known.first(where: { $0.number == version })
        else { return .always }
        let later = known.filter { $0.number > version }
        guard later.allSatisfy({ $0.from != nil }) else { return DaySpan(from: own.from, until: own.from) }
        return DaySpan(from: own.from, until: (later.map(\.from) + [own.until]).compactMap(\.self).min())
    }
}
