import Arguments
import JSON
import PGSyncCore
import PGSyncRules
import PGSyncStore
import Postgres
import VisibleText

extension CaptureOptions.Kind: ArgumentValue {}

/// Whether changes are posted.
enum Posting: String, CaseIterable, ArgumentValue {
    case yes, no
}

/// The command `pgsync attach`.
struct AttachCommand: Command {
    var table = ""
    var key: ColumnList?
    var columns: ColumnList?
    var exclude: ColumnList?
    var kind = CaptureOptions.Kind.auto
    var actions = ActionList(ChangeAction.allCases)
    var beforeImage = false
    var site: String?
    var encrypt: String?
    var posting: Posting?
    var renew = false
    var rules: [String] = []
    var backfill = false
    var pace = Percentage(percent: 50)
    var dryRun = false
    var patience = Duration.seconds(30)

    static let signature = Signature(
        "attach",
        "Capture every change of a table from now on.",
        discussion: """
            TABLE is looked up as in psql, and locked against writers for a moment only. Attaching again with other options \
            loses no change.
            """,
        examples: [
            .init(
                "pgsync attach bills --rule bills.rules --backfill",
                "Also post the existing rows."
            )
        ],
        exitCodes: [.refused, .noTable, .lockTimeout, .notPermitted, .wrongRules]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.unattachedTables.command,
            help: "The table; of a partitioned one, the root."
        ),
        .option(
            "key",
            \.key,
            help: "What identifies a record. [default: the primary key]"
        ),
        .option("columns", \.columns, help: "Store only these columns and the key."),
        .option("exclude", \.exclude, help: "Store all present columns except these."),
        .option(
            "kind",
            \.kind,
            help: "When triggers fire."
        ),
        .option("actions", \.actions, help: "What to capture."),
        .flag("before-image", \.beforeImage, help: "Also store the row before an update."),
        .option("site", \.site, help: "The column that says to which site a record belongs."),
        .option(
            "encrypt",
            \.encrypt,
            placeholder: "KEY",
            namesCommand: NameKind.imageKeys.command,
            help: "Encrypt images for this image key; none ends it."
        ),
        .option(
            "posting",
            \.posting,
            placeholder: "ANSWER",
            help: "Post its changes, or only log them."
        ),
        .flag("renew", \.renew, help: "Keep the present options, and recreate everything."),
        .option(
            "rule",
            \.rules,
            isPath: true,
            help:
                "Then apply these rules: a file or directory."
        ),
        .flag("backfill", \.backfill, help: "Then add the existing rows to the log."),
        .option("pace", \.pace, help: "How much of the time it works."),
        .flag("dry-run", \.dryRun, help: "Check and show the steps; change nothing."),
        .patience(\.patience),
    ]

    func validate() throws {
        if columns != nil && exclude != nil {
            throw UsageProblem.conflict("choose one of --columns and --exclude")
        }
        var asked = options
        asked.patience = CaptureOptions().patience
        if renew && asked != CaptureOptions() {
            throw UsageProblem.conflict(
                "--renew keeps the present options and cannot be combined with others"
            )
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync attach")
        // A table that no rule posts would only produce dead letters.
        if let refusal = try await applyRules(isDryRun: true, globals, in: context).refusal { return refusal }
        let (table, steps) = try await database.withSchema {
            [name = table, options, renew, dryRun] connection in
            try await connection.withTransaction { session in
                let store = SourceStore(session)
                let table = try store.table(named: name)
                guard renew else { return (table, try store.attach(table, options, isDryRun: dryRun)) }
                return (table, try store.reattach(table, isDryRun: dryRun, patience: options.patience))
            }
        }
        let (refusal, report) = try await applyRules(isDryRun: dryRun, globals, in: context)
        if let refusal { return refusal }
        if globals.json, !backfill || dryRun {
            try context.print([
                "table": .string(table.name), "dry_run": .bool(dryRun), "steps": steps.json,
                "rules": report?.json["rules"] ?? [],
            ])
        } else if !globals.quiet {
            if dryRun || globals.verbose {
                try context.write(steps, to: globals.json ? context.errors : context.output)
            }
            let summary =
                dryRun ? "\(table.name) can be attached; nothing was changed" : "attached \(table.name)"
            try (globals.json ? context.errors : context.output).write(summary.visible + "\n")
            if !globals.json { try report?.write(globals, in: context) }
        }
        guard backfill, !dryRun else { return .success }
        return try await BackfillRun(table: table, pace: pace, database: database).run(globals, in: context)
    }

    /// The result for the rules, if there are any: why they are refused, or what was done.
    private func applyRules(
        isDryRun: Bool,
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> (refusal: ExitCode?, report: RuleApplicationReport?) {
        guard !rules.isEmpty else { return (nil, nil) }
        var apply = RulesApplyCommand()
        apply.paths = rules
        apply.dryRun = isDryRun
        switch try await apply.outcome(globals, in: context) {
        case .success(let report): return (nil, report)
        case .failure(let problems):
            return (try RuleProblemList(problems: problems.problems).write(globals, in: context), nil)
        }
    }

    private var options: CaptureOptions {
        var options = CaptureOptions()
        options.key = key?.names
        options.columns = columns?.names
        options.exclude = exclude?.names
        options.kind = kind
        options.actions = actions.actions
        options.keepsBeforeImage = beforeImage
        options.siteColumn = site
        options.imageKey = encrypt.map { $0 == "none" ? "" : $0 }
        options.posts = posting.map { $0 == .yes }
        options.patience = patience
        return options
    }
}

extension CommandContext {
    /// What was done, one step per line.
    func write(_ steps: [String], to stream: any OutputStream) throws {
        try stream.write(steps.map { "  \($0.visible)\n" }.joined())
    }
}

extension [String] {
    var json: JSONValue { .array(map(JSONValue.string)) }
}
