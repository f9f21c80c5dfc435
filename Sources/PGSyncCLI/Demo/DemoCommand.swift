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
    var imports = false
    var isOfNode = false
    var duration: Duration?

    static let signature = Signature(
        "demo",
        "Install a demo clinic, and write its bills until it is stopped.",
        discussion: """
            It creates the tables of a clinic, a chart of accounts and periods, attaches the tables and applies \
            rules. Then it writes bills of every kind with payments, returns and refunds, edits and cancels some, \
            and makes a few that cannot be posted. To post them, run pgsync worker in another terminal. Started \
            again, it continues. For all of this on a private server: pgsync up --demo.

            It needs a user who can act as the owner of the schema pgsync and create tables in public. If tables with \
            these names exist that it did not create, it reports them and changes nothing. Ctrl-C or SIGTERM ends \
            it with exit code 0.

            With --import it is an agency instead (sql/examples/crm): it reads a CRM, which this process plays.
            """,
        examples: [
            .init("pgsync demo", "Write five bills per second, until Ctrl-C."),
            .init("pgsync demo --bills 1000 --bad 10% --edits 1", "Write a thousand, with as many edits."),
            .init("pgsync demo --import --for 30s", "Import from a CRM, as of sql/examples/crm."),
            .init("pgsync demo --install-only", "Create the tables only; write bills with psql."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "rate",
            \.rate,
            placeholder: "N",
            limits: .within(1...10_000),
            environment: ["PGSYNC_DEMO_RATE"],
            help: "The most bills to write per second."
        ),
        .option(
            "bad",
            \.bad,
            limits: .within(Share(0)...Share(1)),
            help: "The share of bills that cannot be posted, for various reasons."
        ),
        .option(
            "edits",
            \.edits,
            limits: .within(Share(0)...Share(10)),
            help: "How many bills to edit, cancel, reinstate or delete for each bill written."
        ),
        .option("bills", \.bills, placeholder: "N", limits: .atLeast(1), help: "Stop after this many bills."),
        .option("for", \.duration, limits: .atLeast(.zero), help: "Stop after this time."),
        .option(
            "seed",
            \.seed,
            placeholder: "N",
            help:
                "Seed of the random bills: in a new database, the same seed and options write the same bills."
        ),
        .flag("import", \.imports, help: "Read the CRM of an agency over HTTP, instead of writing bills."),
        .flag("node", \.isOfNode, help: "Only the tables of a node, which its master posts."),
        .flag("install-only", \.installsOnly, help: "Write no bills, and import nothing."),
    ]

    func validate() throws {
        if isOfNode && imports { throw UsageProblem.conflict("choose one of --node and --import") }
        if isOfNode && bills != nil { throw UsageProblem.conflict("--bills is for the clinic of a master") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync demo")
        let (logger, logHandler) = globals.patientLogger
        defer { logHandler.flush() }
        let display = DemoDisplay(globals, in: context)
        let run: any Service
        if imports {
            run = ImportDemoRun(
                try CRMDemo(seed: seed),
                imports: !installsOnly,
                duration: duration,
                connection: database.takingWrites(in: context),
                display: display
            )
        } else {
            run = DemoRun(
                options: installsOnly || isOfNode ? nil : options,
                pack: isOfNode ? .clinicOfNode : .clinic,
                connection: database.takingWrites(in: context),
                logger: logger,
                display: display
            )
        }
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
