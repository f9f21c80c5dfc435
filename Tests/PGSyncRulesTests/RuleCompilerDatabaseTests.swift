import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Compiled rules in the database", .ruleDatabase, .timeLimit(.minutes(10)))
struct RuleCompilerDatabaseTests {
    private func files() throws -> [RuleFile] { try ClinicRules.files() + [Torture.file] }

    private func rules() throws -> [Rule] {
        // The torture rule has a map of its own, and an odd table.
        try RuleChecker.check(files(), in: RuleContext(chart: .clinic)).get()
    }

    private func examples(of rule: Rule) throws -> [JSONValue] {
        try files().flatMap { Parser.parse($0.text).rules }.filter { $0.name.value == rule.name }
            .flatMap(\.examples).map { try JSONValue(parsing: $0.row.value) }
    }

    @Test("agree with the interpreter on every row", arguments: 0..<10)
    func agree(_ index: Int) async throws {
        let rule = try rules()[index]
        var rows = HostileRows(for: rule, examples: try examples(of: rule), seed: UInt64(index) + 1)
        let images = (0..<Profile.size(1_000, full: 10_000)).map { _ in rows.next() }
        let posted = try await TestDatabase.current.outcomes(of: rule, for: images)
        let evaluator = RuleEvaluator(rule)
        var kinds: [String: Int] = [:]
        for (image, posted) in zip(images, posted) {
            let row = try JSONValue(parsing: image)
            let outcome = evaluator.evaluate(row)
            kinds[outcome.kind, default: 0] += 1
            let expected = evaluator.summary(of: row, becoming: outcome)
            if posted != expected {
                Issue.record("\(rule.name): \(image)\ninterpreter: \(expected)\ndatabase: \(posted)")
            }
        }
        #expect(posted.count == images.count)
        #expect(kinds["entry", default: 0] > 50 && kinds.count > 4, "\(kinds)")
        print("\(rule.name): \(kinds.sorted { $0.key < $1.key })")
    }

    @Test("post nothing and fail on nothing for images that are no rows")
    func oddImages() async throws {
        for rule in try rules() {
            let images = ["null", "[]", "7", "\"x\"", "true", "[{}]", "{}"]
            let expected = try images.map { RuleEvaluator(rule).summary(of: try JSONValue(parsing: $0)) }
            #expect(try await TestDatabase.current.outcomes(of: rule, for: images) == expected)
        }
    }

    @Test("take amounts as large as a line of the journal may be, and none that is larger")
    func largest() async throws {
        let rule = try #require(try rules().first { $0.name == "plain" })
        let amounts = [
            "10000000000000", "-10000000000000", "10000000000000.01", "-10000000000000.01",
            "92233720368547758.07", "-92233720368547758.08",
        ]
        let images = amounts.map { #"{"a": \#($0), "b": \#($0), "day": "2026-01-05"}"# }
        let evaluator = RuleEvaluator(rule)
        let rows = try images.map { try JSONValue(parsing: $0) }
        #expect(
            rows.map { evaluator.evaluate($0).kind } == ["entry", "entry"]
                + Array(repeating: "data.range", count: 4)
        )
        #expect(
            try await TestDatabase.current.outcomes(of: rule, for: images) == rows.map(evaluator.summary(of:))
        )
    }

    @Test("become part of the query that calls them, helpers included")
    func inlined() async throws {
        for rule in try rules() {
            let plan = try await TestDatabase.current.run(
                """
                set search_path = pg_catalog, pg_temp;
                \(RuleCompiler.compile(rule))
                create temporary table batch (image jsonb);
                set search_path = public, pg_catalog;
                explain (verbose) select line.*
                from batch cross join lateral \(RuleCompiler.functionName(of: rule))(batch.image) as line
                """
            ).compactMap(\.self).joined(separator: "\n")
            #expect(!plan.contains("Memoize"), "\(plan)")
            #expect(!plan.contains("Function Scan on pgsync"), "\(plan)")
            #expect(!plan.contains("rule_number(") && !plan.contains("rule_text("), "\(plan)")
        }
    }

    @Test("post every row of a batch; the time is printed for information")
    func time() async throws {
        for rule in try rules() {
            let image = try #require(try examples(of: rule).first).asCaptured(for: rule).text()
            let times = try await TestDatabase.current.session { session in
                _ = try session.runScript(
                    """
                    set search_path = pg_catalog, pg_temp;
                    \(RuleCompiler.compile(rule))
                    create temporary table batch as
                    select (\(SQLText.literal(image))::jsonb) as image from pg_catalog.generate_series(1, 5000);
                    analyze batch;
                    set jit = off;
                    """
                )
                let query = """
                    select posted.*
                    from batch cross join lateral \(RuleCompiler.functionName(of: rule))(batch.image) as posted
                    """
                let posted = try session.runScript(
                    "select count(*) from (\(query)) as posted where cardinality(posted.accounts) > 1"
                )
                #expect(try posted.map { try $0.decode(0, as: String.self) } == ["5000"], "\(rule.name)")
                return try (0..<5).map { _ in
                    let plan = try session.runScript("explain (analyze, timing off) \(query)")
                    return try plan.suffix(2).map { row in
                        let words = try row.decode(0, as: String.self).split(separator: " ")
                        return try #require(words.compactMap { Double($0) }.first)
                    }
                }
            }
            let planning = try #require(times.compactMap(\.first).min())
            let execution = try #require(times.compactMap(\.last).min())
            print("\(rule.name): \((execution * 2).rounded() / 10) µs a row, \(planning) ms to plan")
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with what compiled rules call: functions, accounts, currencies, settings.
    static var ruleDatabase: DatabaseTrait { .migrated }
}

extension JSONValue {
    /// The row with its numbers as the database writes them, not as texts.
    func asCaptured(for rule: Rule) -> JSONValue {
        let columns = rule.conditionColumns + rule.otherColumns
        return withNumbers(Dictionary(columns.map { ($0.name, $0.type) }, uniquingKeysWith: { $1 }))
    }

    private func withNumbers(_ columns: [String: ColumnType]) -> JSONValue {
        guard var row = object else { return self }
        for (name, type) in columns {
            if case .list(let fields) = type {
                row[name] = row[name]?.array.map { .array($0.map { $0.withNumbers(fields) }) }
            } else if type.isNumeric, let number = row[name]?.string.flatMap(JSONNumber.init) {
                row[name] = .number(number)
            }
        }
        return .object(row)
    }
}
