import Testing

@testable import PGSyncRules

/// One mistake is told once, where it was made.
@Suite("Mistakes and what follows from them")
struct ConsequenceTests {
    private static let map = """
        map road
          'cash' -> 1000

        """

    private static let example = """
          example 'a sale'
            given { "total": "118.00", "mode": "cash", "state": "final", "day": "2026-01-05" }
            posts debit 1000 118.00  credit 4300 118.00

        """

    private static func rule(_ lines: [String], example: String = Self.example) -> String {
        "rule sale version 1 on shop.sales\n" + lines.map { "  \($0)\n" }.joined() + example
    }

    private static let lines = [
        "column total money", "column mode text", "column state text", "column day date",
        "column items list (price money)",
        "when state = 'final'", "date day", "currency 'INR'", "describe 'Sale'",
        "debit road(mode) total", "credit 4300 total",
    ]

    /// The rule with lines that begin so put otherwise.
    private static func text(_ changes: [String: String], map: String = Self.map) -> String {
        map
            + rule(
                lines.map { line in changes.first { line.hasPrefix($0.key) }?.value ?? line }
            )
    }

    private static func messages(_ text: String, _ context: RuleContext = RuleContext(chart: .clinic))
        -> [String]
    {
        guard
            case .failure(let found) = RuleChecker.check(
                [RuleFile(name: "sale.rules", text: text)],
                in: context
            )
        else { return [] }
        return found.problems.map(\.message)
    }

    @Test("The rule the others are made of is right")
    func right() {
        #expect(Self.messages(Self.text([:])) == [])
    }

    @Test(
        "are told once",
        arguments: [
            (["column total": "column total monney"], ["unknown type monney"]),
            (["column total": "column total"], nil),
            (["column day": "column day date date"], nil),
            (["currency": "currency INR"], ["shop.sales has no column INR"]),
            (["currency": "currency total"], ["'currency' must be a text, and this is money"]),
            (["currency": "currency 'INR' +"], nil),
            (["debit road": "debit BRANCH total"], ["BRANCH is neither an account nor a map with a value"]),
            (["debit road": "debit (total)"], nil),
            (["date day": "date"], nil),
            (["describe": "describe"], nil),
            (["when": "when state ="], nil),
            (["column items": "column items list (price monney)"], ["unknown type monney"]),
            (
                [
                    "column items": "column items list (price monney)",
                    "credit": "for each items as i\n    credit 4300 i.price",
                ],
                ["unknown type monney"]
            ),
            (["debit road": "if totl > 5\n    debit 1000 total\n  else\n    debit 1000 total"], nil),
            (["debit road": "if total >\n    debit 1000 total\n  else\n    debit 1000 total"], nil),
            (
                ["credit": "lets x = 5\n  memo 'a'\n  credit 4300 total"],
                ["a line cannot begin with 'lets'", "a line cannot begin with 'memo'"]
            ),
        ] as [([String: String], [String]?)]
    )
    func once(changes: [String: String], expected: [String]?) {
        let found = Self.messages(Self.text(changes))
        if let expected { #expect(found == expected) } else { #expect(found.count == 1, "\(found)") }
    }

    @Test("of a map are told there, not where it is used, be it in another file")
    func map() {
        let map = "map road\n  'cash' => 1000\n"
        let message = "expected '->' and an account, found '='"
        #expect(Self.messages(Self.text([:], map: map)) == [message])
        let files = [
            RuleFile(name: "a.rules", text: Self.text([:], map: "")), RuleFile(name: "maps.rules", text: map),
        ]
        guard case .failure(let found) = RuleChecker.check(files, in: RuleContext(chart: .clinic)) else {
            Issue.record("nothing was found")
            return
        }
        #expect(found.problems.map(\.message) == [message])
    }

    @Test("in a rule that others name do not make it unknown to them")
    func partners() {
        let other = Self.rule(Self.lines.map { $0 == "date day" ? "date total" : $0 })
        let text =
            Self.map + other.replacing("rule sale", with: "rule other")
            + Self.rule(["together with other"] + Self.lines)
        #expect(Self.messages(text) == ["'date' must be a date, and this is money"])
    }

    @Test("in a condition do not make rules claim the same rows")
    func conditions() {
        let text =
            Self.map + Self.rule(Self.lines)
            + Self.rule(Self.lines.map { $0.hasPrefix("when") ? "when state = = 'draft'" : $0 })
            .replacing("rule sale", with: "rule other")
        #expect(Self.messages(text).count == 1, "\(Self.messages(text))")
    }

    @Test("of a table that is not there are not told of each of its columns")
    func table() {
        var context = RuleContext(chart: .clinic)
        context.requiresTables = true
        let undeclared = Self.text(["column total": "column mode text", "column state": "column day date"])
        #expect(Self.messages(undeclared, context).filter { $0.contains("no column") } == [])
    }

    @Test("say how an account is written that is a word, and how one comes from a column")
    func accounts() throws {
        let file = RuleFile(name: "x", text: Self.text(["debit road": "debit BRANCH total"]))
        guard case .failure(let found) = RuleChecker.check([file], in: RuleContext(chart: .clinic)) else {
            Issue.record("nothing was found")
            return
        }
        let help = try #require(found.problems.first?.help)
        #expect(help.contains("in quotes: 'BRANCH'") && help.contains("BRANCH(column)"))
    }

    @Test("of nesting are told once, however deep it goes")
    func nesting() {
        let ifs = (0..<200).map { String(repeating: "  ", count: $0 + 1) + "if total > 5\n" }.joined()
        let text =
            "rule r version 1 on shop.sales\n  column total money\n  column day date\n  date day\n  currency 'INR'\n"
            + "  describe 'x'\n" + ifs + String(repeating: "  ", count: 201) + "debit 1000 total\n"
        #expect(Self.messages(text) == ["nested too deeply"])
        let alternatives = (0..<200).map { _ in "  else if total > 5\n    debit 1000 total\n" }.joined()
        let chain = Self.text(["debit road": "if total > 6\n    debit 1000 total\n" + alternatives])
        #expect(Self.messages(chain) == ["too many alternatives"])
    }

    @Test("that rules share are told once a rule, with how many there are")
    func overlaps() {
        let text =
            Self.map
            + (1...4).map { Self.rule(Self.lines).replacing("rule sale", with: "rule sale\($0)") }.joined()
        #expect(
            Self.messages(text) == [
                "a row of shop.sales may be posted by both sale1 and sale2",
                "a row of shop.sales may be posted by both sale1 and sale3, and by 1 more",
                "a row of shop.sales may be posted by both sale1 and sale4, and by 2 more",
            ]
        )
    }

    @Test("Text that is invisible is escaped where it is shown, with the caret in its place")
    func invisible() throws {
        let text = "rule \"a\u{202E}b\" version 1 on \"x\u{1B}\".y\n"
        guard
            case .failure(let found) = RuleChecker.check(
                [RuleFile(name: "f\u{7}", text: text)],
                in: RuleContext(chart: .clinic)
            )
        else {
            Issue.record("nothing was found")
            return
        }
        let shown = found.description
        #expect(
            shown.contains(#"f\u0007:1:"#)
                && shown.contains(#" 1 | rule "a\u202eb" version 1 on "x\u001b".y"#)
        )
        #expect(!shown.contains("\u{1B}") && !shown.contains("\u{202E}"))
    }

    // MARK: Warnings

    private static func warnings(_ changes: [String: String], kind: StoredType = .integer) -> [RuleProblem] {
        var context = RuleContext(chart: .clinic)
        let column = { (kind: StoredType) in TableShape.Column(dataType: kind.rawValue, kind: kind) }
        context.tables["shop.sales"] = TableShape(columns: [
            "total": column(kind), "mode": column(.text), "state": column(.text), "day": column(.date),
            "items": column(.objects),
        ])
        return RuleChecker.report(on: [RuleFile(name: "sale.rules", text: text(changes))], in: context)
            .warnings
    }

    @Test("An integer that is posted as it is may count cents, which is a warning and no fault")
    func cents() throws {
        let found = Self.warnings([:])
        #expect(found.map(\.message) == ["total is an integer: 1900 is posted as 1900.00"])
        #expect(
            found.first?.help == "if it holds minor units such as cents, declare it: column total minor money"
        )
        #expect(found.first?.description.hasPrefix("sale.rules:4:16: warning: ") == true)
        #expect(Self.warnings(["currency": "currency 'KWD'"]).first?.message.hasSuffix("1900.000") == true)
    }

    @Test(
        "Where it is divided, or cannot count cents, nothing is said",
        arguments: [
            ["debit": "debit road(mode) total / 100 exactly", "credit": "credit 4300 total / 100 exactly"],
            ["column total": "column total minor money"],
            ["debit": "debit road(mode) total * 0.01", "credit": "credit 4300 0.01 * total"],
            ["currency": "currency 'JPY'"],
        ]
    )
    func noCents(changes: [String: String]) {
        #expect(Self.warnings(changes) == [])
    }

    @Test("A column with decimals is no integer")
    func decimals() {
        #expect(Self.warnings([:], kind: .decimal) == [])
    }

    @Test("A column that was added after its table was attached is told, with what to do")
    func notYet() {
        var context = RuleContext(chart: .clinic)
        let column = { (kind: StoredType) in TableShape.Column(dataType: kind.rawValue, kind: kind) }
        context.tables["shop.sales"] = TableShape(columns: [
            "total": column(.decimal), "mode": column(.text), "items": column(.objects), "day": column(.date),
            "state": TableShape.Column(dataType: "text", kind: .text, capture: .notYet),
        ])
        let report = RuleChecker.report(on: [RuleFile(name: "sale.rules", text: Self.text([:]))], in: context)
        #expect(
            report.allProblems.map(\.message) == [
                "state was added to shop.sales after it was attached, and is not captured yet"
            ]
        )
        #expect(
            report.allProblems.first?.help?.hasSuffix("pgsync attach shop.sales --renew --backfill") == true
        )
    }
}
