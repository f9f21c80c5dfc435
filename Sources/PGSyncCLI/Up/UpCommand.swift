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
    var imageKeyFile: String?
    var listen: ListenAddress?
    var skipsDashboard = false
    var nodeOf: MasterURL?
    var tokenFile: String?

    static let signature = Signature(
        "up",
        "Run a private PostgreSQL with pgsync, a worker and the dashboard.",
        discussion: """
            It touches no other PostgreSQL. Ctrl-C or SIGTERM stops it, a second one at once. If it is killed, its server goes \
            on, and the next pgsync up takes over.
            """,
        examples: [
            .init("pgsync up", "The first start takes a few seconds."),
            .init("pgsync up --demo", "Also see the bills of a clinic posted."),
            .init("pgsync up --node-of https://books.example", "A node of that master."),
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
            help:
                "Where everything is kept. [default: ~/.local/state/pgsync, of a node pgsync-node; if closed to the server's user, in /var/lib]"
        ),
        .option(
            "port",
            \.port,
            help: "Also listen on 127.0.0.1; 0: any."
        ),
        .flag("demo", \.demo, help: "Also install a clinic, write its bills, and post them."),
        .option(
            "rate",
            \.rate,
            placeholder: "N",
            limits: .within(1...10_000),
            help: "Demo bills per second. [default: 5]"
        ),
        .option(
            "metrics-listen",
            \.metricsListen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_METRICS_LISTEN"],
            help: "Serve /metrics and /healthz. [default host: 127.0.0.1]"
        ),
        .imageKeyFile(\.imageKeyFile),
        .option(
            "listen",
            \.listen,
            placeholder: "[HOST:]PORT",
            help: "Where the dashboard is. [default: 8484, of a node 8485]"
        ),
        .option("node-of", \.nodeOf, help: "Be a node of the master there, beside another server."),
        .option(
            "token-file",
            \.tokenFile,
            placeholder: "FILE",
            isPath: true,
            help: "Where its token is. [default: in MASTER_TOKEN]"
        ),
        .flag("no-dashboard", \.skipsDashboard, help: "Serve no dashboard."),
        .flag("no-worker", \.skipsWorker, help: "Run no worker; pgsync worker posts."),
        .flag("no-migrate", \.skipsMigration, help: "Do not install or update the schema."),
        .flag(
            "reset",
            \.reset,
            help: "First remove everything in the directory, for good."
        ),
        .flag(
            "print-url",
            \.printsURL,
            help: "Print the URL of the running server, and exit."
        ),
    ]

    func validate() throws {
        if printsURL && (nodeOf != nil || demo || reset || skipsMigration || skipsWorker || port != .none) {
            throw UsageProblem.conflict(
                "--print-url starts nothing and can be combined with --state-dir only"
            )
        }
        if metricsListen != nil && skipsWorker {
            throw UsageProblem.conflict(
                "--metrics-listen, or PGSYNC_METRICS_LISTEN, is for the worker, which --no-worker leaves out"
            )
        }
        if let listen, !listen.isLoopback {
            throw UsageProblem.conflict(
                "pgsync up serves the dashboard to this machine alone; see pgsync serve"
            )
        }
        if listen != nil && skipsDashboard {
            throw UsageProblem.conflict("choose one of --listen and --no-dashboard")
        }
        if tokenFile != nil && nodeOf == nil {
            throw UsageProblem.conflict("--token-file needs --node-of")
        }
        if nodeOf != nil && (skipsWorker || skipsMigration) {
            throw UsageProblem.conflict("--node-of needs the schema and a worker, which makes the exchanges")
        }
        if nodeOf != nil && rate != nil {
            throw UsageProblem.conflict("--rate is for the master: a node writes no demo bills")
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
            demonstration: demo && nodeOf == nil ? demonstration : nil,
            master: try nodeOf.map { try master(at: $0, context) },
            metricsAddress: metricsListen,
            hasDashboard: !skipsDashboard && !skipsMigration,
            dashboardAddress: listen,
            privateKeys: try context.privateKeys(at: imageKeyFile),
            keyFile: imageKeyFile,
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

    private func master(at url: MasterURL, _ context: CommandContext) throws -> MasterOfNode {
        MasterOfNode(
            url: url,
            token: try MasterToken.read(from: tokenFile, in: context),
            tokenFile: tokenFile,
            settings: try SyncSettings(context.environment),
            hasClinic: demo
        )
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
            stateDirectory: StateDirectory.choose(
                stateDirectory,
                isNode: nodeOf != nil,
                environment: context.environment
            )
        )
        configuration.listening = port.listening
        return configuration
    }
}
