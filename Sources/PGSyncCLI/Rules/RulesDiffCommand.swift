import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync rules diff`.
struct RulesDiffCommand: Command {
    var paths: [String] = []
    var since: Day?
    var until: Day?
    var rows = false
    var limit = 20
    var imageKeyFile: String?

    static let signature = Signature(
        "diff",
        "Run rules over past changes, and show what they would post differently.",
        discussion: """
            It compares the newest version of each rule in the files with what is in force, on the newest captured \
            image of each record, or with --rows on the present rows. It shows the entries that would differ and \
            the change to the trial balance. It compares all documents, whatever the start date of the new version.

            Nothing is changed; the right to change rules is not needed.
            """,
        examples: [
            .init("pgsync rules diff rules/ --since 2026-04-01", "Show how April would differ."),
            .init(
                "pgsync rules diff pharmacy.rules --rows --json",
                "Compare all rows of its table, for a program."
            ),
        ],
        exitCodes: [.wrongRules, .keyMissing]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("PATH", \.paths, isPath: true, help: "Rule files, or directories with *.rules files."),
        .option(
            "since",
            \.since,
            limits: .within(Day.ofRules),
            help: "Compare only changes captured on or after this day."
        ),
        .option(
            "until",
            \.until,
            limits: .within(Day.ofRules),
            help: "Compare only changes captured up to this day."
        ),
        .flag("rows", \.rows, help: "Use the rows of the tables instead of captured changes."),
        .option(
            "limit",
            \.limit,
            limits: .within(0...1_000_000),
            help: "How many differing records to show."
        ),
        .imageKeyFile(\.imageKeyFile),
    ]

    func validate() throws {
        if paths.isEmpty { throw UsageProblem.missingArgument("PATH") }
        if rows, since != nil || until != nil {
            throw UsageProblem.conflict(
                "--rows uses present rows, so it cannot be combined with --since or --until"
            )
        }
        if let since, let until, until < since {
            throw UsageProblem.conflict("--until \(until) is before --since \(since)")
        }
    }

    private enum Outcome: Sendable {
        case wrong([RuleProblem])
        case compared(RuleComparisonResult, RuleDiffReport.Context)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let files = try RulePaths(paths: paths).files()
        let progress = WorkProgress("comparing", isShown: !globals.quiet && !globals.json, in: context)
        let basis: RuleComparison.Basis = rows ? .rows : .changes(since: since, until: until)
        // Rows are read by code of their tables' owners, which must not see the keys.
        let keys = try context.privateKeys(at: rows ? nil : imageKeyFile)
        let outcome = try await RuleAccess(globals, in: context).database.trying { [limit] session in
            if let keys { try ImageKeyStore(session).give(keys) }
            let store = RuleStore(session)
            let report = try store.report(on: files, requiresTables: true, isTrial: true)
            guard case .success(let rules) = report.verdict else { return Outcome.wrong(report.allProblems) }
            let names = try store.ledgerNames()
            let comparison = RuleComparison(session, rules)
            let result = try comparison.run(over: basis, keeping: limit) { try progress.show($0, of: $1) }
            return .compared(
                result,
                RuleDiffReport.Context(
                    candidates: comparison.candidates.map(\.label),
                    basis: basis,
                    names: names
                )
            )
        }
        switch outcome {
        case .wrong(let problems): return try RuleProblemList(problems: problems).write(globals, in: context)
        case .compared(let result, let about):
            try progress.finish()
            try RuleDiffReport(result: result, context: about).write(globals, in: context)
            return .success
        }
    }
}
