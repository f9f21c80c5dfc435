import Arguments
import HTTPServer
import JSON
import PGSyncCluster
import PGSyncDemo
import PGSyncOperations
import PGSyncSchema
import PGSyncServe
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry

/// Runs the private PostgreSQL from its start to its stop.
struct PrivateServer: Service {
    /// The database that everything lives in.
    static let database = "pgsync"

    let configuration: ClusterConfiguration
    let isReset: Bool
    let isMigrated: Bool
    let hasWorker: Bool
    /// Nil to write no bills.
    let demonstration: DemoOptions?
    /// The master that it is a node of, if it is one.
    let master: MasterOfNode?
    let metricsAddress: ListenAddress?
    /// Whether the dashboard is served, and where, if not at the standard port.
    let hasDashboard: Bool
    let dashboardAddress: ListenAddress?
    /// What decrypts images, if any are encrypted, and the file with it.
    let privateKeys: PrivateKeys?
    let keyFile: String?
    let globals: GlobalOptions
    let context: CommandContext

    func run(until shutdown: Shutdown) async throws {
        let cluster = try await prepare()
        do {
            try await shutdown.withGracePeriod(.zero) { try await start(cluster) }
            try await work(on: cluster, until: shutdown)
        } catch is CancellationError where shutdown.isRequested {
            // It was asked to stop while starting: there may be a server all the same.
        } catch {
            // Nothing watches it any more. Report the first error.
            try? await cluster.stop(.fast)
            throw error
        }
        globals.logger.debug("Stopping PostgreSQL")
        try await cluster.stop(.fast)
        progress.say("PostgreSQL has stopped; its data stays in \(cluster.stateDirectory)")
    }

    private var progress: StartProgress {
        StartProgress(isShown: !globals.quiet && !globals.json, stream: context.errors)
    }

    // MARK: Start

    /// Becomes the owner of the state directory.
    private func prepare() async throws -> PrivateCluster {
        do {
            if isReset {
                try await PrivateCluster(owning: configuration).destroy()
                progress.say("removed everything in \(configuration.stateDirectory)")
            }
            return try await PrivateCluster(owning: configuration)
        } catch ClusterError.inUse(let directory, let processID) {
            throw CommandError.alreadyRunning(
                directory: directory,
                processID: processID,
                connection: PrivateCluster.connectionString(to: directory, database: Self.database)
            )
        }
    }

    private func start(_ cluster: PrivateCluster) async throws {
        let version = "PostgreSQL \(cluster.binaries.major).\(cluster.binaries.minor)"
        let work =
            switch try await cluster.status() {
            case .absent: "creating a database cluster for \(version)"
            case .stopped: "starting \(version)"
            case .stale: "recovering \(version), which was killed,"
            case .running: "taking over \(version), which is running"
            }
        try await progress.step("\(work) in \(cluster.stateDirectory)") { try await cluster.start() }
        try await createDatabase(cluster)
        if isMigrated { try await migrate(cluster) }
        if let master { try await join(master, on: cluster) }
        let banner = UpBanner(
            cluster: cluster,
            database: Self.database,
            listens: configuration.listening != .socketOnly,
            isDemonstrated: demonstration != nil,
            master: master
        )
        try context.output.write(globals.json ? banner.json.text() + "\n" : banner.text)
    }

    private func createDatabase(_ cluster: PrivateCluster) async throws {
        try await connect(to: cluster, "postgres") { connection in
            try await connection.withSession { session in
                let name = Self.database
                let exists = try session.query("select from pg_database where datname = \(name)").count == 1
                guard !exists else { return }
                try session.execute("create database \(Identifier(name)) encoding 'UTF8' template template0")
            }
        }
    }

    private func migrate(_ cluster: PrivateCluster) async throws {
        try await connect(to: cluster, Self.database) { connection in
            var report = MigrationReport(showsProgress: globals.verbose && !globals.json, in: context)
            let steps = try await Migrator(binaryVersion: Version.number).migrate(on: connection) {
                report.take($0)
            }
            if !steps.isEmpty { progress.say("installed pgsync \(Version.number): \(steps.count) steps") }
        }
    }

    /// Makes it a node; the clinic's tables come before the first exchange.
    private func join(_ master: MasterOfNode, on cluster: PrivateCluster) async throws {
        if master.hasClinic {
            let options = try Self.options(for: cluster, Self.database, program: "pgsync demo")
            _ = try await DemoRun.install(.clinicOfNode, options)
        }
        try await connect(to: cluster, Self.database) { connection in
            try await connection.withTransaction { try master.join(in: $0) }
        }
    }

    private func connect(
        to cluster: PrivateCluster,
        _ database: String,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        try await PostgresConnection.withConnection(
            to: try Self.options(for: cluster, database, program: "pgsync up"),
            body
        )
    }

    private static func options(
        for cluster: PrivateCluster,
        _ database: String,
        program: String
    ) throws -> ConnectionOptions {
        try ConnectionOptions(cluster.connectionString(database: database))
            .with("fallback_application_name", program)
    }

    // MARK: Run

    /// Watches the server, and posts what is written to it; for a demonstration, it also writes bills.
    private func work(on cluster: PrivateCluster, until shutdown: Shutdown) async throws {
        let (logger, logHandler) = globals.patientLogger
        defer { logHandler.flush() }
        // In reverse order: what is written last can still be posted, and the server is there for both.
        var group = ServiceGroup(gracePeriod: Self.grace, shutdownOrder: .oneByOneInReverse)
        group.add("server", ServerWatch(cluster: cluster))
        let importKeys = GivenKeys()
        if hasWorker {
            var options = WorkerRun.optionsHere
            options.privateKeys = privateKeys
            var worker = WorkerRun(
                options,
                connection: try Self.options(for: cluster, Self.database, program: "pgsync worker"),
                logger: logger
            )
            worker.metricsAddress = metricsAddress
            worker.importKeys = importKeys
            worker.sync = try SyncSettings(context.environment)
            if let master {
                worker.sync?.urls = []
                worker.master = (master, news(of: master))
            }
            worker.credentials =
                worker.connection.credentialFiles(in: context.environment)
                + [keyFile, master?.tokenFile].compactMap(\.self)
            group.add(
                "worker",
                WorkerService(run: worker, isOptional: !isMigrated, progress: progress),
                earlyReturn: .isFine
            )
        }
        if hasDashboard {
            let dashboard = DashboardService(
                address: dashboardAddress,
                usualAddress: master == nil ? ServeCommand.standardAddress : ServeCommand.nodeAddress,
                connection: try Self.options(for: cluster, Self.database, program: "pgsync dashboard"),
                logger: logger,
                keys: hasWorker ? KeyKeeper(importKeys) : nil
            ) { [context, globals] link in
                if globals.json {
                    let line: JSONValue = ["dashboard": .string(link)]
                    try? context.output.write(line.text() + "\n")
                } else {
                    context.say("dashboard  \(link)")
                }
            }
            group.add("dashboard", dashboard, earlyReturn: .isFine)
        }
        if let demonstration {
            let demo = DemoRun(
                options: demonstration,
                connection: try Self.options(for: cluster, Self.database, program: "pgsync demo"),
                logger: logger,
                display: DemoDisplay(globals, in: context)
            )
            group.add("demo", demo)
        }
        do {
            try await group.run(until: shutdown)
        } catch let error as PostgresError where error.isConnectionLost {
            // A user of a dying server may notice before its watcher does, which knows its last log lines.
            do {
                try await withTimeLimit(.seconds(20)) {
                    try await ServerWatch(cluster: cluster).run(until: Shutdown())
                }
            } catch ServicesError.timeLimitExceeded {}
            throw error
        }
    }

    private func news(of master: MasterOfNode) -> ExchangeNews {
        ExchangeNews(master.url) { [context, globals, progress] status, text in
            if globals.json {
                let line: JSONValue = ["exchange": status]
                try? context.output.write(line.text() + "\n")
            } else {
                progress.say(text)
            }
        }
    }

    /// More than the worker takes to end.
    private static let grace = Duration.seconds(30)
}

/// The worker of the server.
private struct WorkerService: Service {
    let run: WorkerRun
    /// Whether a database that was not migrated may have nothing to work on.
    let isOptional: Bool
    let progress: StartProgress

    func run(until shutdown: Shutdown) async throws {
        do {
            _ = try await run.run(until: shutdown)
        } catch CommandError.notInstalled where isOptional {
            progress.say("no worker runs: pgsync is not installed; run pgsync migrate")
        } catch let error as SchemaError where isOptional {
            progress.say("no worker runs: \(error)")
        }
    }
}

/// Watches whether a private server still runs, until it is asked to stop.
struct ServerWatch: Service {
    let cluster: PrivateCluster

    /// How often to look.
    private static let interval = Duration.milliseconds(500)

    func run(until shutdown: Shutdown) async throws {
        while try await !shutdown.sleep(for: Self.interval) {
            guard case .running = try await cluster.status() else {
                throw CommandError.serverDied(log: cluster.lastLogLines, directory: cluster.logDirectory)
            }
        }
    }
}
