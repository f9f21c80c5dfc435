import PGSyncRules
import Testing

@Suite("Rules beside the columns of a table")
struct TableShapeTests {
    private static let columns: [String: TableShape.Column] = [
        "total": .init(dataType: "numeric(12,2)", kind: .decimal),
        "tax": .init(dataType: "integer", kind: .integer),
        "mode": .init(dataType: "text", kind: .text), "state": .init(dataType: "text", kind: .text),
        "day": .init(dataType: "date", kind: .date), "items": .init(dataType: "jsonb", kind: .json),
    ]

    private func problems(
        _ text: String = RuleCheckerTests.sale,
        _ change: (inout [String: TableShape.Column]) -> Void = { _ in }
    ) -> String {
        var columns = Self.columns
        change(&columns)
        var context = RuleContext(chart: .clinic, tables: ["shop.sales": TableShape(columns: columns)])
        context.requiresTables = true
        context.tableNames = ["shop.sales", "shop.items"]
        let files = [RuleFile(name: "sale.rules", text: text)]
        guard case .failure(let problems) = RuleChecker.check(files, in: context) else { return "" }
        return problems.description
    }

    @Test("accept columns that hold what is declared")
    func accepts() { #expect(problems() == "") }

    @Test("show a declared column that is not there, once, with its place")
    func missing() {
        #expect(
            problems {
                $0["total"] = nil; $0["totals"] = .init(dataType: "numeric", kind: .decimal)
            } == """
                sale.rules:6:10: error: shop.sales has no column total
                 6 |   column total money
                   |          ^^^^^
                  help: did you mean totals?
                """
        )
    }

    @Test("show a type that does not hold what is declared, with what to do")
    func unsuitable() {
        let found = problems { $0["day"] = .init(dataType: "timestamp with time zone", kind: .timestamp) }
        #expect(
            found == """
                sale.rules:10:14: error: day is timestamp with time zone in shop.sales, which cannot be read as a date
                 10 |   column day date
                    |              ^^^^
                  help: a moment is a day only in a time zone: declare column day timestamp, \
                and write day in time zone 'UTC'
                """
        )
    }

    @Test(
        "tell which declarations a type suits",
        arguments: [
            (StoredType.text, "text date timestamp"), (.date, "date text"), (.timestamp, "text timestamp"),
            (.integer, "integer number money minor"), (.decimal, "integer number money minor"),
            (.float, "number"), (.boolean, "boolean"),
            (.json, "text integer number money minor boolean date timestamp list object"),
            (.objects, "list"), (.money, "text"), (.other, ""),
        ]
    )
    func suits(kind: StoredType, suited: String) {
        let types = [
            "text", "integer", "number", "money", "minor money", "boolean", "date", "timestamp",
            "list (a money)",
            "object (a money)",
        ]
        for type in types {
            let text = RuleCheckerTests.sale.replacing(
                "column day date",
                with: "column day date\n  column x \(type)"
            )
            let found = problems(text) { $0["x"] = .init(dataType: "x", kind: kind) }
            #expect(
                found.isEmpty == suited.split(separator: " ").contains(type.prefix { $0 != " " }),
                "\(kind) as \(type): \(found)"
            )
            #expect(found.isEmpty || found.contains("\n  help: "), "\(found)")
        }
    }

    @Test("let a rule use a column it does not declare, as what it is")
    func natural() {
        let text = RuleCheckerTests.sale.replacing("  column state text\n", with: "")
        #expect(problems(text) == "")
        #expect(
            problems(text) { $0["state"] = .init(dataType: "int4range", kind: .other) }.contains(
                "rules cannot read"
            )
        )
    }

    @Test("refuse a column that is not captured, declared or not")
    func captured() {
        let hidden = TableShape.Column(dataType: "text", kind: .text, capture: .leftOut)
        let message = "error: shop.sales has a column state, but it is not captured, so no rule sees it\n"
        #expect(problems { $0["state"] = hidden }.contains(message))
        let text = RuleCheckerTests.sale.replacing("  column state text\n", with: "")
        #expect(problems(text) { $0["state"] = hidden }.contains(message))
    }

    @Test("refuse a table that is not there")
    func noTable() {
        let found = problems(RuleCheckerTests.sale.replacing("on shop.sales", with: "on shop.sale"))
        #expect(found.contains("error: unknown table shop.sale\n"))
        #expect(found.contains("help: did you mean shop.sales?"))
    }
}
