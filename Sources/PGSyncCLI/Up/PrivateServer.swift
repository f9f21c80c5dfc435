import Arguments
import JSON
import PGSyncCluster
import PGSyncSchema
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
    let globals: GlobalOptions
    let context: CommandContext

    /// How often to look whether the server still runs.
    private static let interval = Duration.milliseconds(500)

    func run(until shutdown: Shutdown) async throws {
        let cluster = try await prepare()
        do {
            try await shutdown.withGracePeriod(.zero) { try await start(cluster) }
            try await watch(cluster, until: shutdown)
        } catch is CancellationError where shutdown.isRequested {
            // Asked to stop while starting: there may be a server all the same.
        } catch {
            // Nobody watches it any more. The first error is the one to tell.
            try? await cluster.stop(.fast)
            throw error
        }
        globals.logger.debug("Stopping PostgreSQL")
        try await cluster.stop(.fast)
        progress.say("PostgreSQL has stopped; everything is kept in \(cluster.stateDirectory)")
    }

    private var progress: StartProgress {
        StartProgress(isShown: !globals.quiet && !globals.json, stream: context.errors)
    }

    // MARK: Start

    /// Becomes the master of the state directory.
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
            case .absent: "making a database cluster for \(version)"
            case .stopped: "starting \(version)"
            case .stale: "recovering \(version), which was killed,"
            case .running: "taking over \(version), which runs"
            }
        try await progress.step("\(work) in \(cluster.stateDirectory)") { try await cluster.start() }
        try await createDatabase(cluster)
        if isMigrated { try await migrate(cluster) }
        let banner = UpBanner(
            cluster: cluster,
            database: Self.database,
            listens: configuration.listening != .socketOnly
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

    private func connect(
        to cluster: PrivateCluster,
        _ database: String,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        let options = try ConnectionOptions(cluster.connectionString(database: database))
            .with("fallback_application_name", "pgsync up")
        try await PostgresConnection.withConnection(to: options, body)
    }

    // MARK: Run

    private func watch(_ cluster: PrivateCluster, until shutdown: Shutdown) async throws {
        while try await !shutdown.sleep(for: Self.interval) {
            guard case .running = try await cluster.status() else {
                throw CommandError.serverDied(log: cluster.lastLogLines, directory: cluster.logDirectory)
            }
        }
    }
}
