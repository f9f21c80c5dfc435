/// Checks rule files together: maps are shared by all, and no two rules may claim the same row.
package struct RuleChecker {
    private let context: RuleContext
    private var problems: [RuleProblem] = []

    /// The rules when nothing is wrong, else every problem, in the order of the files and their lines.
    package static func check(
        _ files: [RuleFile],
        in context: RuleContext
    ) -> Result<[Rule], RuleProblems> {
        var checker = RuleChecker(context: context)
        let rules = checker.check(files)
        guard checker.problems.isEmpty else {
            let order = Dictionary(
                files.enumerated().map { ($1.name, $0) },
                uniquingKeysWith: { min($0, $1) }
            )
            return .failure(
                RuleProblems(
                    problems: checker.problems.sorted {
                        (order[$0.file] ?? 0, $0.range.line, $0.range.column)
                            < (order[$1.file] ?? 0, $1.range.line, $1.range.column)
                    }
                )
            )
        }
        return .success(rules)
    }

    private init(context: RuleContext) {
        self.context = context
    }

    private mutating func check(_ files: [RuleFile]) -> [Rule] {
        let parsed = files.map { ($0, Parser.parse($0.text)) }
        for (file, syntax) in parsed { note(syntax.faults, in: file) }
        var maps: [String: AccountMap] = [:]
        for (file, syntax) in parsed {
            for map in syntax.maps {
                if maps[map.name.value] != nil {
                    let fault = Fault(map.name.range, "there are two maps named \(map.name.value)")
                    note([fault], in: file)
                }
                maps[map.name.value] = check(map, in: file)
            }
        }
        var checked: [(file: RuleFile, syntax: RuleSyntax, rule: Rule)] = []
        for (file, syntax) in parsed {
            for ruleSyntax in syntax.rules {
                var scope = RuleScope(context: context, maps: maps, syntax: ruleSyntax)
                let rule = scope.check(ruleSyntax)
                note(scope.faults, in: file)
                guard let rule else { continue }
                // An example can only be judged when its file reads well.
                if syntax.faults.isEmpty, scope.faults.isEmpty {
                    note(ExampleCheck.faults(of: ruleSyntax, rule, columns: scope.columnNames), in: file)
                }
                checked.append((file, ruleSyntax, rule))
            }
        }
        checkPairs(checked)
        return checked.map(\.rule)
    }

    private mutating func check(_ map: MapSyntax, in file: RuleFile) -> AccountMap {
        var entries: [AccountMap.Entry] = []
        for (key, account) in map.entries {
            note(context.chart.faults(of: account), in: file)
            if entries.contains(where: { $0.key == ByteText(key.value) }) {
                let fault = Fault(key.range, "'\(key.value)' stands twice in the map \(map.name.value)")
                note([fault], in: file)
            }
            entries.append(AccountMap.Entry(key: ByteText(key.value), account: account.value))
        }
        if let otherwise = map.otherwise { note(context.chart.faults(of: otherwise), in: file) }
        if entries.isEmpty {
            note([Fault(map.name.range, "the map \(map.name.value) is empty")], in: file)
        }
        return AccountMap(name: map.name.value, entries: entries, otherwise: map.otherwise?.value)
    }

    private mutating func checkPairs(_ checked: [(file: RuleFile, syntax: RuleSyntax, rule: Rule)]) {
        let names = Set(checked.map(\.rule.name))
        for (index, (file, syntax, rule)) in checked.enumerated() {
            for partner in syntax.partners where !names.contains(partner.value) {
                let meant = Spelling.nearest(to: partner.value, among: names).map { "did you mean \($0)?" }
                note([Fault(partner.range, "there is no rule \(partner.value)", help: meant)], in: file)
            }
            for (_, earlierSyntax, earlier) in checked[..<index] {
                if earlier.name == rule.name {
                    guard earlier.version == rule.version else { continue }
                    note(
                        [
                            Fault(
                                syntax.name.range,
                                "there are two rules \(rule.name) version \(rule.version)",
                                help: "give the new one the next version"
                            )
                        ],
                        in: file
                    )
                } else if earlier.table == rule.table,
                    !syntax.partners.map(\.value).contains(earlier.name),
                    !earlierSyntax.partners.map(\.value).contains(rule.name),
                    !Disjointness.isProven(earlier.condition, rule.condition)
                {
                    note([overlap(of: syntax, with: earlier)], in: file)
                }
            }
        }
    }

    private func overlap(of syntax: RuleSyntax, with earlier: Rule) -> Fault {
        Fault(
            syntax.condition?.range ?? syntax.name.range,
            "a row of \(earlier.table) may be posted by both \(earlier.name) and \(syntax.name.value)",
            help: "let both 'when' name different values of one column, "
                + "or write 'together with \(earlier.name)' if both shall post"
        )
    }

    private mutating func note(_ faults: [Fault], in file: RuleFile) {
        problems += faults.map(file.problem)
    }
}

/// Every problem of a set of rule files.
package struct RuleProblems: Error, Sendable, Hashable, CustomStringConvertible {
    package let problems: [RuleProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension Chart {
    /// What is wrong with posting to an account.
    func faults(of account: Located<String>) -> [Fault] {
        guard let found = self[account.value] else {
            let meant = Spelling.nearest(to: account.value, among: codes).flatMap { self[$0] }
            return [
                Fault(
                    account.range,
                    "there is no account \(account.value)",
                    help: meant.map { "did you mean \($0.code) (\($0.name))?" } ?? "add it to the chart first"
                )
            ]
        }
        guard found.isActive else {
            return [Fault(account.range, "the account \(found.code) (\(found.name)) is closed")]
        }
        return []
    }
}
