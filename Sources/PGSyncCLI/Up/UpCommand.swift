import Arguments
import Glibc
import HTTPServer
import PGSyncCluster
import PGSyncDemo
import PGSyncSchema
import Postgres
import Services
import Telemetry

/// The command `pgsync up`.
struct UpCommand: Command {
    var stateDirectory: String?
    var port = PortChoice.none
    var skipsMigration = false
    var skipsWorker = false
    var reset = false
    var printsURL = false
    var demo = false
    var rate: Int?
    var metricsListen: ListenAddress?

    static let signature = Signature(
        "up",
        "Run a private PostgreSQL with pgsync and a worker, until Ctrl-C.",
        discussion: """
            The server has its own directory and touches no other PostgreSQL. Ctrl-C or SIGTERM stops it, with exit \
            code 0; a second signal stops at once, with code 130 or 143. If pgsync is killed or its terminal is \
            closed, the server keeps running, and the next pgsync up takes it over.

            A worker posts changes in this process. With --demo, a clinic writes bills for it: see pgsync demo --help.

            As root, the server runs as PGSYNC_CLUSTER_USER, else as postgres or nobody. Its programs are those in \
            PGSYNC_PG_BINDIR, else the newest ones found.
            """,
        examples: [
            .init("pgsync up", "Start it; the first time takes a few seconds."),
            .init("pgsync up --demo", "Also see the bills of a clinic posted."),
            .init(
                "pgsync up --demo --rate 200 --metrics-listen 9187",
                "Write many bills, and serve metrics."
            ),
            .init("pgsync up --port 5433", "Also let programs on this machine connect with a password."),
            .init("pgsync up --state-dir /tmp/try --reset", "Start with an empty database."),
        ],
        exitCodes: [.cannotListen, .clusterUnavailable, .clusterInUse, .serverDied]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "state-dir",
            \.stateDirectory,
            placeholder: "DIR",
            environment: ["PGSYNC_STATE_DIR"],
            isPath: true,
            help: "Where everything is kept; by default $XDG_STATE_HOME/pgsync, else ~/.local/state/pgsync. "
                + "If the server's user cannot enter root's home: \(StateDirectory.forRoot)."
        ),
        .option(
            "port",
            \.port,
            help: "Listen on this port of 127.0.0.1; 0 for any free port, none for the socket only."
        ),
        .flag("demo", \.demo, help: "Also install a clinic, write its bills, and post them."),
        .option(
            "rate",
            \.rate,
            placeholder: "N",
            limits: .within(1...10_000),
            help: "With --demo: how many bills to write per second; by default 5."
        ),
        .option(
            "metrics-listen",
            \.metricsListen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_METRICS_LISTEN"],
            help: "Serve the worker's /metrics and /healthz at this address; without a host, on 127.0.0.1."
        ),
        .flag("no-worker", \.skipsWorker, help: "Run no worker; pgsync worker posts."),
        .flag("no-migrate", \.skipsMigration, help: "Do not install or update the schema."),
        .flag(
            "reset",
            \.reset,
            help: "First remove everything in the directory, irreversibly."
        ),
        .flag(
            "print-url",
            \.printsURL,
            help: "Print the database URL of the running server; start nothing."
        ),
    ]

    func validate() throws {
        if printsURL && (demo || reset || skipsMigration || skipsWorker || port != .none) {
            throw UsageProblem.conflict(
                "--print-url starts nothing and can be combined with --state-dir only"
            )
        }
        if metricsListen != nil && skipsWorker {
            throw UsageProblem.conflict(
                "--metrics-listen, or PGSYNC_METRICS_LISTEN, is for the worker, which --no-worker leaves out"
            )
        }
        if rate != nil && !demo { throw UsageProblem.conflict("--rate needs --demo") }
        if demo && skipsWorker { throw UsageProblem.conflict("--demo needs a worker") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard !printsURL else {
            try context.print(try await runningServerURL(context))
            return .success
        }
        let shutdown = Shutdown()
        let server = PrivateServer(
            configuration: configuration(context),
            isReset: reset,
            isMigrated: !skipsMigration,
            hasWorker: !skipsWorker,
            demonstration: demo ? demonstration : nil,
            metricsAddress: metricsListen,
            globals: globals,
            context: context
        )
        // The first signal asks to stop; the second one does not wait for what the first one has begun.
        let listener = SignalListener(stopSignals: [], eventSignals: [.interrupt, .terminate])
        try await listener.listen(requesting: shutdown) { signal in
            guard shutdown.isRequested else { return shutdown.request() }
            _exit(signal.exitCode)
        } during: {
            try await server.run(until: shutdown)
        }
        return .success
    }

    private var demonstration: DemoOptions {
        var options = DemoOptions()
        if let rate { options.rate = rate }
        return options
    }

    private func runningServerURL(_ context: CommandContext) async throws -> String {
        let directory = StateDirectory.choose(stateDirectory, environment: context.environment)
        guard case .running = try await PrivateCluster.status(of: directory),
            let url = PrivateCluster.connectionString(to: directory, database: PrivateServer.database)
        else { throw CommandError.notRunning(directory: directory) }
        return url
    }

    private func configuration(_ context: CommandContext) -> ClusterConfiguration {
        var configuration = ClusterConfiguration(
            stateDirectory: StateDirectory.choose(stateDirectory, environment: context.environment)
        )
        configuration.listening = port.listening
        return configuration
    }
}
