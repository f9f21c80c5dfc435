import Arguments
import PGSyncSelfTest
import PGSyncStore
import Postgres
import Telemetry

/// The command `pgsync selftest`.
struct SelfTestCommand: Command {
    var sources: TableList?
    var rows = 20
    var keep = false

    static let signature = Signature(
        "selftest",
        "Try copies of the attached tables in a database of their own, and drop it.",
        discussion: """
            Run it after installing, before an upgrade, and after a restore. It creates a database on the same server, with \
            the shapes of the attached tables, this configuration and some of their rows, and has every kind of change \
            captured, posted, verified and healed there. Nothing is written to this database. Exit codes: 0 passed, \
            1 failed, 96 not everything could be tried.
            """,
        examples: [
            .init("pgsync selftest", "Try all attached tables."),
            .init("pgsync selftest --sources bills,visits --rows 100", "Two of them, with more rows."),
            .init("pgsync selftest --json", "For a script: one document."),
        ],
        exitCodes: [.problemsFound, .noTable, .refused, .notPermitted, .notVerified]
    )

    static let parameters: [Parameter<Self>] = [
        .option("sources", \.sources, help: "Only these of the attached tables. [default: all]"),
        .option(
            "rows",
            \.rows,
            limits: .within(0...1_000),
            help: "The most rows to take from a table; 0 makes rows up."
        ),
        .flag("keep", \.keep, help: "Keep the database, to look into it."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync selftest")
        let display = SelfTestDisplay(globals, in: context)
        var logger = globals.logger
        if !globals.verbose { logger.level = .error }
        let report = try await database.withSchema { [self, logger] connection in
            let chosen = try await connection.withTransaction { session in
                try sources?.names.map { try SourceStore(session).table(named: $0) }
            }
            var test = SelfTest(
                on: database.takingWrites(in: context),
                worker: WorkerRun.optionsHere,
                logger: logger
            )
            test.tables = chosen
            test.rows = rows
            test.isKept = keep
            return try await test.run(explain: ErrorExplanation.message) { stage, _ in try display.show(stage)
            }
        }
        try display.show(report)
        if report.isKept { display.sayKept(database.options.with("dbname", report.database)) }
        return switch report.verdict {
        case .passed: .success
        case .failed: .problemsFound
        case .incomplete: .notVerified
        }
    }
}
