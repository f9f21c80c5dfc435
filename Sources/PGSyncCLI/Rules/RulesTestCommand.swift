import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync rules test`.
struct RulesTestCommand: Command {
    var paths: [String] = []
    var offline = false
    var chart: String?

    static let signature = Signature(
        "test",
        "Run the examples in rule files; print one line for each.",
        discussion: """
            Each example runs twice: in pgsync itself, and in PostgreSQL on the compiled rule, in a transaction that \
            is rolled back. Both must agree with it. The right to change rules is not needed.
            """,
        examples: [
            .init("pgsync rules test rules/", "Run every example of a directory."),
            .init("pgsync rules test rules/ --offline --chart chart.csv", "Work without a database."),
        ],
        exitCodes: [.problemsFound, .wrongRules]
    )

    static let parameters = [Parameter<Self>](
        [
            .argument("PATH", \.paths, isPath: true, help: "Rule files, or directories with *.rules files."),
            .flag("offline", \.offline, help: "Use no database."),
            .option(
                "chart",
                \.chart,
                placeholder: "FILE",
                isPath: true,
                help: "The chart of accounts, for --offline."
            ),
        ]
    )

    func validate() throws {
        if paths.isEmpty { throw UsageProblem.missingArgument("PATH") }
        _ = try RuleContextSource(offline: offline, chart: chart)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let files = try RulePaths(paths: paths).files()
        let source = try RuleContextSource(offline: offline, chart: chart)
        let (report, _) = try await source.report(on: files, globals, in: context)
        guard report.problems.isEmpty else {
            return try RuleProblemList(problems: report.allProblems).write(globals, in: context)
        }
        // An example that was not run did not pass.
        if !report.missingTimeZones.isEmpty {
            for warning in report.warnings { context.say(lines: warning.lines) }
        }
        var results = report.examples.map { ExampleResult(run: $0, inDatabase: nil) }
        if case .database = source {
            let outcomes = try await outcomes(of: report, globals, in: context)
            for (index, outcome) in outcomes.enumerated() { results[index].inDatabase = outcome }
        }
        return try ExampleReport(results: results, isOffline: offline).write(globals, in: context)
    }

    /// The results of PostgreSQL for each example.
    private func outcomes(
        of report: RuleReport,
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> [RuleOutcome] {
        try await RuleAccess(globals, in: context).database.trying { session in
            let trial = RuleTrial(session)
            try trial.prepare(report.rules)
            var outcomes: [RuleOutcome] = []
            for rule in report.rules {
                let rows = report.examples.filter { $0.rule == rule }.map(\.row)
                outcomes += try trial.outcomes(of: rule, for: rows)
            }
            return outcomes
        }
    }
}
