import Arguments
import Days
import PGSyncStore
import Postgres

/// The command `pgsync verify`.
struct VerifyCommand: Command {
    var source: String?
    var since: Day?
    var until: Day?
    var heal = false
    var dryRun = false
    var report: String?
    var pace = Percentage(percent: 50)

    static let signature = Signature(
        "verify",
        "Compare the ledger with the tables it was posted from.",
        discussion: """
            Without --since and --until it looks at everything; with them, at the records that changed on these days. \
            Each step is short and of one moment, so it disturbs nobody and may run while others write.

            Differences get names and numbers: pgsync differences. Healing adds a change of the record, within the \
            settings heal_limit_…; whatever needs a person stays.

            Ctrl-C stops it at the end of a step; the same command continues.
            """,
        examples: [
            .init("pgsync verify", "Verify everything."),
            .init("pgsync verify --source bills --since 2026-11-01", "What changed in bills since then."),
            .init("pgsync verify --heal --dry-run", "See what healing would do."),
            .init("pgsync verify --report november.json", "Keep the report; sha256sum gives its digest."),
        ],
        exitCodes: [
            .differencesHealed, .differencesLeft, .notVerified, .noTable, .lockTimeout, .notPermitted,
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "source",
            \.source,
            placeholder: "TABLE",
            namesCommand: NameKind.tables.command,
            help: "Only this attached table."
        ),
        .option("since", \.since, help: "Only what changed from this day on."),
        .option("until", \.until, help: "Only what changed up to this day."),
        .flag("heal", \.heal, help: "Heal what may be healed."),
        .flag("dry-run", \.dryRun, help: "Only say what would be healed."),
        .option("report", \.report, placeholder: "FILE", help: "Write the report, as it is stored."),
        .option("pace", \.pace, help: "How much of the time to work."),
    ]

    func validate() throws {
        if let since, let until, until < since {
            throw UsageProblem.conflict("--until \(until) is before --since \(since)")
        }
        if dryRun, !heal { throw UsageProblem.conflict("--dry-run says what --heal would do") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync verify")
        let file = try report.map(OutputFile.init)
        let table = try await database.withSchema { [source] connection in
            try await connection.withTransaction { session in
                try source.map { try SourceStore(session).table(named: $0) }
            }
        }
        let scope = VerifyScope(
            table: table,
            since: since,
            until: until,
            healing: heal ? dryRun ? .dryRun : .heal : .none
        )
        return try await VerifyRun(scope: scope, pace: pace, database: database, file: file)
            .run(globals, in: context)
    }
}
