import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync config apply`.
struct ConfigApplyCommand: Command {
    var file = ""
    var dryRun = false
    var patience = Duration.seconds(30)

    static let signature = Signature(
        "apply",
        "Apply a configuration: settings, accounts, tables and rules.",
        discussion: """
            The file lists settings, the chart of accounts, the tables to capture, and rule files, with paths relative to it. \
            Everything is checked first, and all errors are reported at once. The plan shows + what is new, ~ what changes, \
            = what is unchanged, and ? what is not in the file and is kept. Applying a file twice changes nothing.
            """,
        examples: [
            .init("pgsync config apply pgsync.conf --dry-run", "Check the file and show the plan."),
            .init("pgsync config apply pgsync.conf", "Make the changes."),
            .init("pgsync config export --output conf", "Write such a file to start from."),
        ],
        exitCodes: [
            .refused, .noTable, .lockTimeout, .notPermitted, .configuration, .wrongRules, .ledgerRefused,
            .wrongFile,
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.file, isPath: true, help: "The configuration."),
        .flag("dry-run", \.dryRun, help: "Check everything and show the plan; change nothing."),
        .patience(\.patience),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let sources = try ConfigSources(file)
        let access = try RuleAccess(globals, in: context, program: "pgsync config apply")
        let outcome = try await access.database.trying(.readCommitted) {
            try ConfigTrial.run(sources, in: $0)
        }
        switch outcome {
        case .failure(let failure): return try refuse(failure.problems, globals, in: context)
        case .success(let plan):
            if !globals.json, !globals.quiet {
                for line in plan.lines(verbose: globals.verbose) { try context.print(line) }
            }
            do {
                if !dryRun {
                    try await ConfigRun(
                        sources: sources,
                        plan: plan,
                        patience: patience,
                        globals: globals,
                        context: context
                    ).run()
                }
            } catch let wrong as RuleProblems {
                // Somebody has changed what they were checked against.
                let problems = wrong.problems.map { ConfigProblem(problem: $0, exitCode: .wrongRules) }
                return try refuse(problems, globals, in: context)
            }
            try conclude(plan, globals, in: context)
            return .success
        }
    }

    private func refuse(
        _ problems: [ConfigProblem],
        _ globals: GlobalOptions,
        in context: CommandContext
    ) throws -> ExitCode {
        let list = RuleProblemList(problems: problems.map(\.problem))
        if globals.json {
            try context.print(["problems": list.json])
        } else {
            try context.errors.write(list.text)
        }
        let codes = Set(problems.map(\.exitCode))
        return codes.count == 1 ? problems[0].exitCode : .wrongFile
    }

    private func conclude(_ plan: ConfigPlan, _ globals: GlobalOptions, in context: CommandContext) throws {
        guard !globals.json else { return try context.print(plan.json(isDryRun: dryRun)) }
        guard !globals.quiet else { return }
        if dryRun { for warning in plan.warnings { context.say(lines: warning.lines) } }
        let count = "\(plan.changes.count) \(plan.changes.count == 1 ? "change" : "changes")"
        try context.print(
            plan.changes.isEmpty
                ? "all is as the file says"
                : dryRun ? "\(count) to make; nothing was changed" : "\(count) made"
        )
    }
}
