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

    @Test("agree with the interpreter on every row", arguments: 0..<6)
    func agree(_ index: Int) async throws {
        let rule = try rules()[index]
        var rows = HostileRows(for: rule, examples: try examples(of: rule), seed: UInt64(index) + 1)
        let images = (0..<3_000).map { _ in rows.next() }
        let posted = try await outcomes(of: rule, for: images)
        let evaluator = RuleEvaluator(rule)
        var kinds: [String: Int] = [:]
        for (image, posted) in zip(images, posted) {
            let outcome = evaluator.evaluate(try JSONValue(parsing: image))
            kinds[outcome.kind, default: 0] += 1
            if posted != outcome.summary {
                Issue.record("\(rule.name): \(image)\ninterpreter: \(outcome.summary)\ndatabase: \(posted)")
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
            let expected = try images.map { RuleEvaluator(rule).evaluate(try JSONValue(parsing: $0)).summary }
            #expect(try await outcomes(of: rule, for: images) == expected)
        }
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

    @Test("post a batch of 500 rows; the time is printed for information")
    func time() async throws {
        for rule in try rules() {
            let image = try #require(try examples(of: rule).first).text()
            let plan = try await TestDatabase.current.run(
                """
                set search_path = pg_catalog, pg_temp;
                \(RuleCompiler.compile(rule))
                create temporary table batch as
                select (\(SQLText.literal(image))::jsonb) as image from pg_catalog.generate_series(1, 500);
                analyze batch;
                set jit = off;
                explain (analyze, timing off) select line.*
                from batch cross join lateral \(RuleCompiler.functionName(of: rule))(batch.image) as line
                """
            )
            let times = plan.compactMap(\.self).filter { $0.contains("Time:") }
            #expect(times.count == 2)
            print("\(rule.name), 500 rows: \(times.joined(separator: ", "))")
        }
    }

    private func outcomes(of rule: Rule, for images: [String]) async throws -> [String] {
        let function = RuleCompiler.functionName(of: rule)
        return try await TestDatabase.current.session { session in
            _ = try session.runScript(
                "set search_path = pg_catalog, pg_temp; \(RuleCompiler.compile(rule)) reset search_path;"
            )
            let list = images.map(SQLText.literal).joined(separator: ", ")
            let rows = try session.runScript(
                """
                select coalesce(string_agg(concat_ws(
                    '|', line.error_class, line.error_message, line.error_column, line.line, line.entry_date,
                    line.currency, line.description, line.account, line.amount,
                    coalesce(line.party, case when line.account is not null then '-' end),
                    (
                        select string_agg(key || '=' || value, ',' order by key collate "C")
                        from jsonb_each_text(line.dimensions)
                    )
                ), e'\\n' order by line.line) filter (where line.line is not null or line.error_class is not null), '')
                from unnest(array[\(list)]::text[]) with ordinality as batch (image, number)
                left join lateral \(function)(batch.image::jsonb) as line on true
                group by batch.number order by batch.number
                """
            )
            return try rows.map { try $0.decode(0, as: String.self) }
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with the functions that compiled rules call.
    static var ruleDatabase: DatabaseTrait {
        .database(prepared: "rules") { connection in
            try await connection.withSession { session in
                _ = try session.runScript("create schema pgsync")
                for name in ["boolean", "date", "number", "number_problem", "text"] {
                    _ = try session.runScript(try ClinicRules.read("sql/functions/rule_\(name).sql"))
                }
            }
        }
    }
}

extension RuleOutcome {
    var kind: String {
        switch self {
        case .nothing: "nothing"
        case .entry: "entry"
        case .failure(let failure): failure.kind.rawValue
        }
    }

    /// The outcome as the query above writes it.
    var summary: String {
        switch self {
        case .nothing: ""
        case .failure(let failure):
            ([failure.kind.rawValue, failure.message] + (failure.column.map { [$0] } ?? [])).joined(
                separator: "|"
            )
        case .entry(let entry):
            entry.lines.enumerated().map { number, line in
                let dimensions = line.dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return
                    ([
                        "\(number + 1)", "\(entry.date)", entry.currency, entry.description, line.account,
                        "\(line.amount)", line.party ?? "-",
                    ] + (dimensions.isEmpty ? [] : [dimensions.joined(separator: ",")])).joined(
                        separator: "|"
                    )
            }.joined(separator: "\n")
        }
    }
}
