import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync rules apply`.
struct RulesApplyCommand: Command {
    var paths: [String] = []
    var from: Day?
    var dryRun = false

    static let signature = Signature(
        "apply",
        "Check rules and apply them to the database, all or none.",
        discussion: """
            An applied version never changes. It posts documents dated from its start date until a later version \
            begins. Without --from, the first version of a rule covers all documents, a later one those from today \
            on. Existing entries stay until their record changes: pgsync rules diff shows what would differ, and \
            pgsync backfill TABLE posts the records again.

            It needs a user who can act as the owner of the schema pgsync.
            """,
        examples: [
            .init("pgsync rules apply rules/", "Apply every *.rules file of a directory."),
            .init(
                "pgsync rules apply pharmacy.rules --from 2026-04-01",
                "Apply from the new financial year on."
            ),
            .init("pgsync rules apply rules/ --dry-run", "Show what would be done."),
        ],
        exitCodes: [.notPermitted, .wrongRules]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("PATH", \.paths, isPath: true, help: "Rule files, or directories with *.rules files."),
        .option(
            "from",
            \.from,
            limits: .within(Day.ofRules),
            help: "The first document date that new versions cover."
        ),
        .flag("dry-run", \.dryRun, help: "Check and compile everything; change nothing."),
    ]

    func validate() throws {
        if paths.isEmpty { throw UsageProblem.missingArgument("PATH") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        switch try await outcome(globals, in: context) {
        case .failure(let problems):
            return try RuleProblemList(problems: problems.problems).write(globals, in: context)
        case .success(let report):
            try report.write(globals, in: context)
            return .success
        }
    }

    /// Applies the rules, or finds out that they are wrong.
    func outcome(
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> Result<RuleApplicationReport, RuleProblems> {
        let files = try RulePaths(paths: paths).files(RuleTerms(from: from))
        return try await RuleAccess(globals, in: context).changing(isDryRun: dryRun) { [dryRun] store in
            let report = try store.report(on: files, requiresTables: true)
            switch report.verdict {
            case .failure(let problems): return .failure(problems)
            case .success(let rules):
                let applications = try store.apply(rules)
                let tables = try store.tables(Set(rules.map(\.table)))
                return .success(
                    RuleApplicationReport(
                        applications: applications,
                        tables: tables,
                        isDryRun: dryRun,
                        warnings: report.warnings
                    )
                )
            }
        }
    }
}
