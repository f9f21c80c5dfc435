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
    var checkHealth = false
    var metricsListen: ListenAddress?

    static let signature = Signature(
        "worker",
        "Post what waits, and what comes, until it is stopped.",
        discussion: """
            Any number of workers may run, on any machines: each change is posted once, and those of one record in \
            their order. A worker has one connection for each poster and two more, or three while it asks a table \
            what was in an emptied partition. It connects anew by itself whenever the database was away, and of \
            several hosts in the address uses the one that takes writes.

            Ctrl-C or SIGTERM lets it finish the batch in hand and ends with exit code 0; what takes longer than \
            --grace is undone and waits as before. A second signal leaves at once, with 130 or 143. Nothing is ever \
            half done, whatever ends it.

            Started by systemd with Type=notify it says when it is ready, how it is, and, where WatchdogSec is set, \
            that it is alive. For a container, --health-file and --check-health do the same. With --metrics-listen it \
            answers GET /metrics for Prometheus and GET /healthz, which is 200 when it is connected and well, \
            else 503; anybody who reaches the port may ask.
            """,
        examples: [
            .init("pgsync worker", "Work until it is stopped."),
            .init("pgsync worker --drain", "Post what waits, then end and say what is left."),
            .init(
                "pgsync worker --drain --fail-on dead -q",
                "For cron: silent unless there are dead letters."
            ),
            .init(
                "pgsync worker --posters 4 --sources bills,visits",
                "Four connections, for two tables alone."
            ),
            .init("pgsync worker --poll", "Work through a pooler in transaction mode."),
            .init("pgsync worker --metrics-listen 9187", "Show figures on 127.0.0.1, port 9187."),
        ],
        exitCodes: [.problemsFound, .refused, .cannotListen, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "posters",
            \.posters,
            limits: .within(1...64),
            environment: ["PGSYNC_POSTERS"],
            help:
                "How many connections post at a time; else 1 on one or two cores, on more half of them, at most 4."
        ),
        .option(
            "batch",
            \.batch,
            limits: .within(1...100_000),
            environment: ["PGSYNC_BATCH"],
            help: "The most changes of a batch; else, and at most, the setting queue_batch_size."
        ),
        .option(
            "sources",
            \.sources,
            environment: ["PGSYNC_SOURCES"],
            help: "Post the changes of these tables alone."
        ),
        .flag(
            "drain",
            \.drain,
            environment: ["PGSYNC_DRAIN"],
            help:
                "Post everything that is ready, then exit and report scheduled retries and dead letters."
        ),
        .flag(
            "once",
            \.once,
            environment: ["PGSYNC_ONCE"],
            help: "Look until nothing more is found, and end; what others have in hand is not waited for."
        ),
        .option(
            "fail-on",
            \.failOn,
            environment: ["PGSYNC_FAIL_ON"],
            help:
                "With --drain or --once: end with exit code 93 when dead letters, or changes that wait, are left."
        ),
        .flag(
            "poll",
            \.poll,
            environment: ["PGSYNC_POLL"],
            help:
                "Poll every poll_interval_seconds instead of LISTEN; use this behind PgBouncer in transaction mode."
        ),
        .option(
            "name",
            \.name,
            environment: ["PGSYNC_WORKER_NAME"],
            help: "What it is called in the audit log and the list of workers; else its host and process."
        ),
        .option(
            "grace",
            \.grace,
            limits: .within(.zero ... .seconds(3_600)),
            environment: ["PGSYNC_GRACE"],
            help: "How long the batch in hand may take when it is asked to stop."
        ),
        .option(
            "health-file",
            \.healthFile,
            placeholder: "PATH",
            environment: ["PGSYNC_HEALTH_FILE"],
            isPath: true,
            help: "Renew this file every second while it runs, with how it is."
        ),
        .flag(
            "check-health",
            \.checkHealth,
            help: "Look at the --health-file of a worker; 0 when it is connected and well, else 1."
        ),
        .option(
            "metrics-listen",
            \.metricsListen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_METRICS_LISTEN"],
            help: "Serve /metrics and /healthz there; without a host, to this machine alone, at 127.0.0.1."
        ),
    ]

    func validate() throws {
        if checkHealth && healthFile == nil {
            throw UsageProblem.conflict("--check-health needs a --health-file, or PGSYNC_HEALTH_FILE")
        }
        if failOn != nil && !drain && !once {
            throw UsageProblem.conflict("--fail-on needs --drain or --once")
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
        var run = WorkerRun(options, connection: database.takingWrites(in: context), logger: logger)
        run.reporter = HealthReporter(
            file: healthFile.map(HealthFile.init),
            supervisor: Supervisor { context.environment[$0] },
            logger: logger
        )
        run.metricsAddress = metricsListen
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

    /// Whether the worker is well that renews the file.
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
