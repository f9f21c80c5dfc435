/// Checks rule files together: maps are shared by a set, and no two rules may claim the same row.
package struct RuleChecker {
    private let context: RuleContext
    private var faults: [RuleProblem] = []
    private var warnings: [RuleProblem] = []
    private var missingTimeZones: Set<String> = []
    private var maps: [String: (map: AccountMap, text: String)] = [:]

    /// The rules when nothing is wrong, else every problem, in the order of the files and their lines.
    package static func check(
        _ files: [RuleFile],
        in context: RuleContext
    ) -> Result<[Rule], RuleProblems> {
        report(on: files, in: context).verdict
    }

    /// Checks rule files and runs their examples.
    package static func report(on files: [RuleFile], in context: RuleContext) -> RuleReport {
        var checker = RuleChecker(context: context)
        let checked = checker.check(files)
        let order = Dictionary(files.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { min($0, $1) })
        // A file that several sets use is wrong once.
        let sorted = { (problems: [RuleProblem]) in
            var known: Set<RuleProblem> = []
            return problems.filter { known.insert($0).inserted }.sorted {
                (order[$0.file] ?? 0, $0.range.line, $0.range.column)
                    < (order[$1.file] ?? 0, $1.range.line, $1.range.column)
            }
        }
        let examples = checked.flatMap(\.examples)
        return RuleReport(
            rules: checked.map(\.rule),
            examples: examples,
            problems: sorted(checker.faults),
            allProblems: sorted(checker.faults + examples.compactMap(\.problem)),
            warnings: sorted(checker.warnings),
            missingTimeZones: checker.missingTimeZones
        )
    }

    /// The tables that rules of these files are for, whatever else is wrong with the rules.
    package static func tables(of files: [RuleFile]) -> Set<String> {
        Set(files.filter { !$0.isForMaps }.flatMap { Parser.parse($0.text).rules.map(\.table.value) })
    }

    /// The time zones that rules of these files name.
    package static func timeZones(of files: [RuleFile]) -> Set<String> {
        Set(files.flatMap { Lexer.scan($0.text).tokens.zoneNames })
    }

    /// The rule that a stored text says, as far as it can still be read.
    ///
    /// It was right when it was stored; that an account was closed since does not unmake it.
    package static func rule(from applied: AppliedRule, in context: RuleContext) -> Rule? {
        var plain = context
        (plain.applied, plain.requiresTables, plain.timeZoneNames) = ([], false, nil)
        var checker = RuleChecker(context: plain)
        return checker.check([RuleFile(name: applied.label, text: applied.content)]).first?.rule
    }

    private init(context: RuleContext) {
        self.context = context
    }

    private mutating func check(_ files: [RuleFile]) -> [CheckedRule] {
        let parsed = files.map { ($0, Parser.parse($0.text)) }
        let sets = Dictionary(grouping: parsed, by: \.0.terms.set).sorted { $0.key < $1.key }
        let checked = sets.flatMap { check(set: $0.value) }
        let names = Set(parsed.flatMap { Array($1.unread) + $1.rules.map(\.name.value) })
        for (file, found) in SetCheck(checked, named: names, in: context).faults() { note([found], in: file) }
        return checked
    }

    /// Checks files that share their maps.
    private mutating func check(set parsed: [(RuleFile, FileSyntax)]) -> [CheckedRule] {
        maps = [:]
        for (file, syntax) in parsed { note(syntax.faults + file.faults(of: syntax.uses), in: file) }
        let lacksMaps = parsed.contains { $1.lacksMaps || !$0.faults(of: $1.uses).isEmpty }
        for (file, syntax) in parsed {
            for map in syntax.maps {
                if maps[map.name.value] != nil {
                    let fault = Fault(map.name.range, "there are two maps named \(map.name.value)")
                    note([fault], in: file)
                }
                maps[map.name.value] = (check(map, in: file), map.extent.text(in: file.lines))
            }
        }
        var checked: [CheckedRule] = []
        let accountMaps = maps.mapValues(\.map)
        let unread = parsed.reduce(into: Set<String>()) { $0.formUnion($1.1.unread) }
        for (file, syntax) in parsed where !file.isForMaps {
            for ruleSyntax in syntax.rules {
                var scope = RuleScope(
                    context: context,
                    maps: accountMaps,
                    unreadMaps: unread,
                    lacksMaps: lacksMaps,
                    syntax: ruleSyntax
                )
                let rule = scope.check(ruleSyntax)
                note(scope.faults, in: file)
                warnings += scope.warnings.map { file.problem($0, .warning) }
                guard var rule else { continue }
                rule.content = content(of: rule, ruleSyntax, in: file)
                rule.terms = file.terms
                let examples = runExamples(of: rule, ruleSyntax, scope, in: file, syntax)
                checked.append(
                    CheckedRule(
                        file: file,
                        syntax: ruleSyntax,
                        rule: rule,
                        examples: examples,
                        isIncomplete: scope.isIncomplete
                    )
                )
            }
        }
        return checked
    }

    /// The examples of a rule that can be judged: its file must read well.
    private mutating func runExamples(
        of rule: Rule,
        _ syntax: RuleSyntax,
        _ scope: RuleScope,
        in file: RuleFile,
        _ fileSyntax: FileSyntax
    ) -> [ExampleRun] {
        guard fileSyntax.faults.isEmpty, scope.faults.isEmpty, !scope.isIncomplete else { return [] }
        let check = ExampleCheck(rule, columns: scope.columnNames, in: file, context)
        if let zone = check.missingZone {
            missingTimeZones.insert(zone)
            warnings.append(file.problem(.unrun(syntax, zone), .warning))
            return []
        }
        let (runs, faults) = check.run(syntax)
        note(faults, in: file)
        return runs
    }

    private mutating func check(_ map: MapSyntax, in file: RuleFile) -> AccountMap {
        var entries: [AccountMap.Entry] = []
        for (key, account) in map.entries {
            note(context.chart.faults(of: account), in: file)
            if entries.contains(where: { $0.key == ByteText(key.value) }) {
                let fault = Fault(key.range, "'\(key.value)' is in the map twice: \(map.name.value)")
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

    /// The rule as written, after the maps it uses, by name.
    private func content(of rule: Rule, _ syntax: RuleSyntax, in file: RuleFile) -> String {
        let used = Set(rule.maps.map(\.name)).sorted().compactMap { maps[$0]?.text }
        return (used + [syntax.extent.text(in: file.lines)]).map { $0 + "\n" }.joined(separator: "\n")
    }

    private mutating func note(_ faults: [Fault], in file: RuleFile) {
        self.faults += faults.map { file.problem($0) }
    }
}

extension Fault {
    /// Examples that need what only a server knows.
    fileprivate static func unrun(_ rule: RuleSyntax, _ zone: String) -> Fault {
        Fault(
            rule.name.range,
            "the examples of \(rule.name.value) are not run: they need the time zone \(zone)",
            help: "a server has the data of time zones: check with a database"
        )
    }
}

extension [Token] {
    /// What stands behind the words `in time zone`.
    fileprivate var zoneNames: [String] {
        indices.dropFirst(3).filter { index in
            self[index].kind == .text && self[index - 1].isWord("zone") && self[index - 2].isWord("time")
                && self[index - 3].isWord("in")
        }.map { self[$0].text }
    }
}

extension Chart {
    /// What is wrong with posting to an account.
    func faults(of account: Located<String>) -> [Fault] {
        guard let found = self[account.value] else {
            let meant = Spelling.nearest(to: account.value, among: codes).flatMap { self[$0] }
            return [
                Fault(
                    account.range,
                    "unknown account \(account.value)",
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
