import Arguments
import PGSyncRules
import PGSyncStore

extension ConfigTrial {
    /// Checks the rules against the accounts and columns there will be, and compiles those that are new.
    mutating func tryRules() throws {
        let store = RuleStore(session)
        let report = try store.report(on: sources.rules, requiresTables: true, captured: plan.captured)
        let stored = try store.list()
        problems += report.allProblems.map { ConfigProblem(problem: $0, exitCode: .wrongRules) }
        for rule in report.rules { checkDays(of: rule, stored) }
        plan.warnings = report.warnings
        let present = Dictionary(stored.map { ($0.label, $0) }) { first, _ in first }
        plan.changesRules = report.rules.contains { rule in
            guard let known = present[rule.label] else { return true }
            return known.functionState != .intact || rule.terms.until != nil && known.activeUntil == nil
        }
        noteLeftovers(report.rules, stored)
        guard problems.isEmpty else { return }
        guard plan.changesRules || !plan.exclusions.isEmpty else {
            plan.unchanged += report.rules.count
            return
        }
        let place = file.rules.first?.paths[0].range ?? file.exclusions.first?.range
        let exclusions = plan.exclusions
        let change = {
            try store.beginChange()
            for exclusion in exclusions { try SourceStore(store.session).exclude(exclusion) }
            return try store.apply(report.rules)
        }
        guard let place, let found = try attempt(at: place, change) else { return }
        for application in found {
            guard application.outcome != .unchanged else {
                plan.unchanged += 1
                continue
            }
            let isNew = if case .applied = application.outcome { true } else { false }
            plan.changes.append(
                ConfigChange(
                    kind: .rule,
                    name: "\(application.name)@\(application.version)",
                    isNew: isNew,
                    remark: "\(application.outcome.word), documents \(application.outcome.documents)"
                )
            )
        }
    }

    /// The days of an applied version never change; a file that says otherwise is wrong.
    private mutating func checkDays(of rule: Rule, _ stored: [StoredRule]) {
        guard let known = stored.first(where: { $0.label == rule.label }) else { return }
        let line = file.rules[rule.terms.set]
        if let from = line.from, known.activeFrom != from.value {
            note(
                from.range,
                "\(rule.label) is already applied, for "
                    + (known.activeFrom.map { "documents from \($0) on" } ?? "all documents"),
                help: "this cannot change: state it as it is, or give the rule a new version",
                .wrongRules
            )
        }
        if let until = line.until, let ended = known.activeUntil, ended != until.value {
            note(
                until.range,
                "\(rule.label) is already retired from \(ended) on",
                help: "this cannot change: state it as it is, or give the rule a new version",
                .wrongRules
            )
        }
    }

    private mutating func noteLeftovers(_ rules: [Rule], _ stored: [StoredRule]) {
        let named = Set(rules.map(\.name))
        var newest: [String: StoredRule] = [:]
        for rule in stored { newest[rule.name] = rule }
        for (name, rule) in newest.sorted(by: { $0.key < $1.key }) {
            if !named.contains(name), rule.activeUntil == nil {
                plan.leftovers.append(.init(kind: "rule", name: name))
            }
            guard let ended = rule.activeUntil,
                let own = rules.first(where: { $0.label == rule.label }), own.terms.until == nil
            else { continue }
            plan.leftovers.append(.init(kind: "end of rule", name: "\(name) on \(ended)"))
        }
    }
}
