import Arguments
import PGSyncDemo
import Postgres
import Services
import Telemetry

/// The command `pgsync demo`.
struct DemoCommand: Command {
    var rate = 5
    var bad = Share(0.02)
    var edits = Share(0.3)
    var bills: Int?
    var seed = 1
    var installsOnly = false
    var duration: Duration?

    static let signature = Signature(
        "demo",
        "Install a clinic, and write its bills until it is stopped.",
        discussion: """
            It makes the tables of a clinic, a chart of accounts and periods, attaches the tables and applies rules, \
            then writes bills of every kind with payments, returns and refunds, edits and cancels some, and makes a \
            few that nothing can post. A worker posts them: pgsync worker, in another terminal. Started again, it \
            goes on. For all of it on a server of its own: pgsync up --demo.

            It needs a user who may act as the owner of the schema pgsync and create tables in public. Where there \
            are tables of those names that it did not make, it says so and changes nothing. Ctrl-C or SIGTERM ends \
            it with exit code 0.
            """,
        examples: [
            .init("pgsync demo", "Five bills a second, until Ctrl-C."),
            .init("pgsync demo --rate 200 --for 1m", "Many, for a minute."),
            .init("pgsync demo --bills 1000 --bad 10% --edits 1", "A thousand, and as many edits."),
            .init("pgsync demo --install-only", "Make the tables, and write the bills with psql."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "rate",
            \.rate,
            placeholder: "N",
            limits: .within(1...10_000),
            environment: ["PGSYNC_DEMO_RATE"],
            help: "How many bills to write a second, at most."
        ),
        .option(
            "bad",
            \.bad,
            limits: .within(Share(0)...Share(1)),
            help: "How many of the bills cannot be posted, each for a reason of its own."
        ),
        .option(
            "edits",
            \.edits,
            limits: .within(Share(0)...Share(10)),
            help: "How many bills to edit, cancel, reinstate or delete for each that is written."
        ),
        .option("bills", \.bills, placeholder: "N", limits: .atLeast(1), help: "End after so many bills."),
        .option("for", \.duration, limits: .atLeast(.zero), help: "End after so long."),
        .option(
            "seed",
            \.seed,
            placeholder: "N",
            help: "Other bills; in a new database, the same seed and numbers write the same."
        ),
        .flag("install-only", \.installsOnly, help: "Write no bills."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync demo")
        let (logger, logHandler) = globals.patientLogger
        defer { logHandler.flush() }
        let run = DemoRun(
            options: installsOnly ? nil : options,
            connection: database.takingWrites(in: context),
            logger: logger,
            display: DemoDisplay(globals, in: context)
        )
        try await Interruption.asksFirst { shutdown in
            do {
                try await run.run(until: shutdown)
            } catch let error as PostgresError where error.kind == .cannotConnect {
                throw CommandError.cannotConnect(error, source: database.source)
            }
        }
        return .success
    }

    private var options: DemoOptions {
        var options = DemoOptions()
        options.rate = rate
        options.badShare = bad.value
        options.editShare = edits.value
        options.limit = bills
        options.duration = duration
        options.seed = seed
        return options
    }
}
