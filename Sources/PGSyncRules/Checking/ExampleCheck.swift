import Days
internal import JSON

/// Runs the examples of a rule and compares what they post with what they say.
struct ExampleCheck {
    private let rule: Rule
    private let columns: Set<String>
    private let file: RuleFile
    private let context: RuleContext
    private let evaluator: RuleEvaluator

    init(_ rule: Rule, columns: Set<String>, in file: RuleFile, _ context: RuleContext) {
        self.rule = rule
        self.columns = columns
        self.file = file
        self.context = context
        evaluator = RuleEvaluator(rule, in: context)
    }

    /// The time zone without whose data the examples cannot be run, which only a server has.
    var missingZone: String? {
        rule.formulas.flatMap(\.zones).first { context.offsets(of: $0) == nil }.map { zone in
            switch zone {
            case .named(let name): name
            case .books: context.timeZone
            }
        }
    }

    /// The examples that can be run, and what is wrong with the others or with all of them together.
    func run(_ syntax: RuleSyntax) -> (runs: [ExampleRun], faults: [Fault]) {
        var runs: [ExampleRun] = []
        var faults: [Fault] = []
        for example in syntax.examples {
            do throws(Fault) { runs.append(try run(example)) } catch { faults.append(error) }
        }
        let posts = syntax.examples.contains { if case .lines = $0.expectation { true } else { false } }
        if !posts {
            faults.append(
                Fault(
                    syntax.name.range,
                    "the rule \(rule.name) has no example that posts",
                    help: "show one row and its lines: example 'a sale' given { … } posts debit … credit …"
                )
            )
        }
        return (runs, faults)
    }

    private func run(_ example: ExampleSyntax) throws(Fault) -> ExampleRun {
        let row = try row(of: example)
        let outcome = evaluator.evaluate(row)
        var problem: RuleProblem?
        do throws(Fault) {
            try compare(outcome, with: example, row)
        } catch {
            problem = file.problem(error)
        }
        return ExampleRun(
            rule: rule,
            name: example.name.value,
            file: file.name,
            line: example.name.range.line,
            row: row,
            outcome: outcome,
            problem: problem
        )
    }

    private func compare(
        _ outcome: RuleOutcome,
        with example: ExampleSyntax,
        _ row: JSONValue
    ) throws(Fault) {
        switch (example.expectation, outcome) {
        case (.nothing, .nothing): return
        case (.failure(let kind), .failure(let failure)) where kind.value == failure.kind.rawValue: return
        case (.failure(let kind), _) where RuleFailure.Kind(rawValue: kind.value) == nil:
            let kinds = RuleFailure.Kind.allCases.map(\.rawValue)
            throw Fault(
                kind.range,
                "unknown failure \(kind.value)",
                help: Spelling.nearest(to: kind.value, among: kinds).map { "did you mean \($0)?" }
                    ?? "the failures are \(kinds.joined(separator: ", "))"
            )
        case (.lines(let lines), _):
            try checkBalance(of: lines, in: example)
            if let date = example.date, Day(ofRules: date.value) == nil {
                throw Fault(
                    date.range,
                    "'\(date.value)' is not a day of the calendar",
                    help: "write it as '2026-01-31'"
                )
            }
            if case .entry(let entry) = outcome, matches(lines, entry),
                example.date.map({ $0.value == entry.date.description }) ?? true,
                example.currency.map({ $0.value == entry.currency }) ?? true
            {
                return
            }
        default: break
        }
        throw Fault(
            example.name.range,
            "the example '\(example.name.value)' has another result",
            help: describe(outcome, draft: evaluator.draft(of: row), beside: example)
        )
    }

    private func row(of example: ExampleSyntax) throws(Fault) -> JSONValue {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: example.row.value)
        } catch let error as JSONParseError {
            let start = example.row.range
            throw Fault(
                SourceRange(
                    line: start.line + error.line - 1,
                    column: error.line == 1 ? start.column + error.column - 1 : error.column,
                    length: 1
                ),
                "the row is not JSON: "
                    + (error.description.split(separator: ": ").last.map(String.init) ?? "")
            )
        } catch {
            throw Fault(example.row.range, "the row is not JSON")
        }
        for key in value.object?.keys ?? [] where !columns.contains(key) {
            throw Fault(
                example.row.range,
                "the row of '\(example.name.value)' has a column \(key), which \(rule.table) lacks",
                help: Spelling.nearest(to: key, among: columns).map { "did you mean \($0)?" }
            )
        }
        return value
    }

    private func checkBalance(of lines: [ExampleLineSyntax], in example: ExampleSyntax) throws(Fault) {
        var (debits, credits) = (Decimal.zero, Decimal.zero)
        for line in lines {
            guard let amount = Decimal(line.amount.value) else {
                throw Fault(line.amount.range, "\(line.amount.value) is not an amount")
            }
            if let currency = rule.fixedCurrency, amount.units(places: exponent(of: currency)) == nil {
                throw Fault(line.amount.range, "\(line.amount.value) is not an amount in \(currency)")
            }
            if line.side.value == .debit { debits = debits + amount } else { credits = credits + amount }
        }
        let places = exponent(of: rule.fixedCurrency ?? "")
        guard debits == credits else {
            throw Fault(
                example.name.range,
                "the example '\(example.name.value)' does not balance",
                help:
                    "its debits are \(debits.text(places: places)), its credits \(credits.text(places: places))"
            )
        }
    }

    /// The decimals of a currency; of one that there is not, the usual two.
    private func exponent(of currency: String) -> Int { context.currencies[currency] ?? 2 }

    // MARK: Lines

    /// Whether each line written is posted once, in whatever order; a party or dimension counts only if written.
    private func matches(_ expected: [ExampleLineSyntax], _ entry: RuleEntry) -> Bool {
        guard expected.count == entry.lines.count else { return false }
        let places = exponent(of: entry.currency)
        var rest = entry.lines
        // Those that say most choose first.
        for line in expected.sorted(by: { $0.detail > $1.detail }) {
            guard let index = rest.firstIndex(where: { matches(line, $0, places) }) else { return false }
            rest.remove(at: index)
        }
        return true
    }

    private func matches(_ line: ExampleLineSyntax, _ posted: RuleEntry.Line, _ places: Int) -> Bool {
        guard let units = Decimal(line.amount.value)?.units(places: places) else { return false }
        return posted.account == line.account.value
            && posted.amount == (line.side.value == .debit ? units : -units)
            && (line.party == nil || posted.party == line.party?.value)
            && line.dimensions.allSatisfy { posted.dimensions[$0.name.value] == $0.value.value }
    }

    private func describe(
        _ outcome: RuleOutcome,
        draft: RuleEntry?,
        beside example: ExampleSyntax
    ) -> String {
        switch outcome {
        case .nothing: "it posts nothing"
        case .entry(let entry):
            "it posts " + (example.date == nil ? "" : "date '\(entry.date)' ")
                + (example.currency == nil ? "" : "currency '\(entry.currency)' ") + describe(entry)
        case .failure(let failure):
            if failure.kind == .unbalanced, let draft, !draft.lines.isEmpty {
                "debits and credits differ (\(failure.kind.rawValue)): " + describe(draft)
            } else {
                "it fails: \(failure.message) (\(failure.kind.rawValue))"
            }
        }
    }

    private func describe(_ entry: RuleEntry) -> String {
        let places = exponent(of: entry.currency)
        return entry.lines.map { describe($0, places) }.joined(separator: " ")
    }

    private func describe(_ line: RuleEntry.Line, _ places: Int) -> String {
        let side: Side = line.amount > 0 ? .debit : .credit
        let units = String(line.amount.magnitude)
        let amount = Decimal("\(units)e-\(places)")?.text(places: places) ?? units
        return "\(side.rawValue) \(line.account) \(amount)" + (line.party.map { " party '\($0)'" } ?? "")
    }
}

extension ExampleLineSyntax {
    fileprivate var detail: Int { (party == nil ? 0 : 1) + dimensions.count }
}
