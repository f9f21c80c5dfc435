import Arguments
import HTTPServer
import JSON
import PGSyncWorker
import Postgres
import Services
import Telemetry

/// The command `pgsync worker`.
struct WorkerCommand: Command {
    var posters: Int?
    var batch: Int?
    var sources: TableList?
    var drain = false
    var once = false
    var failOn: LeftoverList?
    var poll = false
    var name: String?
    var grace = Duration.seconds(10)
    var healthFile: String?
    var statusFile: String?
    var checkHealth = false
    var metricsListen: ListenAddress?
    var serve: ListenAddress?
    var anchorTo: AnchorList?
    var imageKeyFile: String?

    static let signature = Signature(
        "worker",
        "Post changes until it is stopped.",
        discussion: """
            Any number can run, on any machines. On Ctrl-C or SIGTERM one finishes its batch and exits with 0; a second signal \
            stops it at once. Nothing is left half done.
            """,
        examples: [
            .init("pgsync worker --drain -q", "For cron: post, then exit."),
            .init(
                "pgsync worker --sources bills",
                "Post for one table only."
            ),
        ],
        exitCodes: [.problemsFound, .refused, .cannotListen, .notPermitted, .keyMissing, .wrongFile]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "posters",
            \.posters,
            limits: .within(1...64),
            environment: ["PGSYNC_POSTERS"],
            help:
                "How many post. [default: half the cores]"
        ),
        .option(
            "batch",
            \.batch,
            limits: .within(1...100_000),
            environment: ["PGSYNC_BATCH"],
            help: "The most changes in a batch."
        ),
        .option(
            "sources",
            \.sources,
            environment: ["PGSYNC_SOURCES"],
            help: "Post the changes of these tables only."
        ),
        .flag(
            "drain",
            \.drain,
            environment: ["PGSYNC_DRAIN"],
            help:
                "Post what is ready, then exit and report the rest."
        ),
        .flag(
            "once",
            \.once,
            environment: ["PGSYNC_ONCE"],
            help: "Post until nothing more is found, then exit."
        ),
        .option(
            "fail-on",
            \.failOn,
            environment: ["PGSYNC_FAIL_ON"],
            help:
                "Exit with 93 if these are left: dead,waiting."
        ),
        .flag(
            "poll",
            \.poll,
            environment: ["PGSYNC_POLL"],
            help:
                "Poll instead of LISTEN: for transaction poolers."
        ),
        .option(
            "name",
            \.name,
            environment: ["PGSYNC_WORKER_NAME"],
            help: "Name in the audit log. [default: HOST:PROCESS]"
        ),
        .option(
            "grace",
            \.grace,
            limits: .within(.zero ... .seconds(3_600)),
            environment: ["PGSYNC_GRACE"],
            help: "Time to finish when stopping."
        ),
        .option(
            "health-file",
            \.healthFile,
            placeholder: "PATH",
            environment: ["PGSYNC_HEALTH_FILE"],
            isPath: true,
            help: "Write the health to this file every second."
        ),
        .option(
            "status-file",
            \.statusFile,
            placeholder: "PATH",
            environment: ["PGSYNC_STATUS_FILE"],
            isPath: true,
            help: "Write the status of exchanges with a master here."
        ),
        .flag(
            "check-health",
            \.checkHealth,
            help: "Check the --health-file; exit with 0 if well, else 1."
        ),
        .option(
            "metrics-listen",
            \.metricsListen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_METRICS_LISTEN"],
            help: "Serve /metrics and /healthz. [default host: 127.0.0.1]"
        ),
        .option(
            "serve",
            \.serve,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_SERVE"],
            help: "Also serve the dashboard to this machine."
        ),
        .option(
            "anchor-to",
            \.anchorTo,
            environment: [AnchorList.variable],
            help: "Anchor the chain there: see pgsync audit anchor."
        ),
        .imageKeyFile(\.imageKeyFile),
    ]

    func validate() throws {
        if checkHealth && healthFile == nil {
            throw UsageProblem.conflict("--check-health needs a --health-file, or PGSYNC_HEALTH_FILE")
        }
        if failOn != nil && !drain && !once {
            throw UsageProblem.conflict("--fail-on needs --drain or --once")
        }
        if let serve, !serve.isLoopback {
            throw UsageProblem.conflict(
                "a worker serves the dashboard to this machine alone; see pgsync serve"
            )
        }
        if serve != nil && (drain || once) {
            throw UsageProblem.conflict("--serve is for a worker that runs until it is stopped")
        }
        if drain && once { throw UsageProblem.conflict("choose one of --drain and --once") }
        if let name, !name.contains(where: { !$0.isWhitespace }) {
            throw UsageProblem.conflict("--name must not be empty")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        if checkHealth { return try check(globals, in: context) }
        let database = try Database(globals, in: context, program: "pgsync worker")
        let (logger, logHandler) = globals.patientLogger
        defer { logHandler.flush() }
        var options = options
        options.privateKeys = try context.privateKeys(at: imageKeyFile)
        var run = WorkerRun(options, connection: database.takingWrites(in: context), logger: logger)
        run.reporter = HealthReporter(
            file: healthFile.map(HealthFile.init),
            supervisor: Supervisor { context.environment[$0] },
            logger: logger
        )
        run.metricsAddress = metricsListen
        run.dashboardAddress = serve
        run.sync = try SyncSettings(context.environment)
        run.statusFile = statusFile.map(StatusFile.init)
        run.anchors = anchorTo?.destinations ?? []
        run.credentials =
            database.credentialFiles(in: context.environment) + [imageKeyFile].compactMap(\.self)
        let report = try await Interruption.asksFirst { [run] shutdown in
            do {
                return try await run.run(until: shutdown)
            } catch let error as PostgresError where error.kind == .cannotConnect {
                throw CommandError.cannotConnect(error, source: database.source)
            }
        }
        let summary = WorkerSummary(report: report)
        let fails = failOn.flatMap { list in report.waiting.map(list.isMet) } ?? false
        if globals.json {
            try context.print(summary.json)
        } else if drain || once, !globals.quiet {
            try context.output.write(summary.text + "\n")
        } else if fails {
            context.say(summary.text)
        }
        return fails ? .changesLeft : .success
    }

    /// Whether the worker that updates the file is well.
    private func check(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        let complaint = HealthFile(path: healthFile ?? "").complaint()
        if globals.json {
            try context.print([
                "healthy": .bool(complaint == nil), "reason": complaint.map { .string($0) } ?? .null,
            ])
        } else if let complaint {
            context.say(complaint)
        } else if !globals.quiet {
            try context.print("the worker is well")
        }
        return complaint == nil ? .success : .problemsFound
    }

    private var options: WorkerOptions {
        var options = WorkerRun.optionsHere
        if let name { options.name = name }
        if let posters { options.posters = posters }
        options.batchLimit = batch
        options.sources = sources?.names ?? []
        options.mode = poll ? .poll : .doorbell
        options.countsWaiting = failOn != nil
        options.goal = drain ? .untilDrained : once ? .onePass : .untilStopped
        options.gracePeriod = grace
        return options
    }
}
