import Concurrency
import Glibc
import HTTPServer
import PGSyncCompare
import PGSyncDelivery
import PGSyncImport
import PGSyncNodes
import PGSyncOperations
import PGSyncSchema
import PGSyncServe
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry

/// A worker of this program, and what it needs from it.
struct WorkerRun: Sendable {
    let options: WorkerOptions
    let connection: ConnectionOptions
    let logger: Logger
    /// Receives the worker's health.
    var reporter: HealthReporter
    /// Where its metrics are served, if anywhere.
    var metricsAddress: ListenAddress?
    /// Where it also serves the dashboard, if anywhere.
    var dashboardAddress: ListenAddress?
    /// Where the chain is anchored.
    var anchors: [AnchorDestination] = []
    /// The files that let it into its database.
    var credentials: [String] = []
    /// Secrets that came with requests for imports, which this process alone can run.
    var importKeys = GivenKeys()
    /// What the environment says of exchanging records with a master.
    var sync: SyncSettings?
    /// Where the status of exchanges is written.
    var statusFile: StatusFile?
    /// The master that the command line of this process has named, and who is told how the exchange with it stands.
    var master: (of: MasterOfNode, news: ExchangeNews)?
    private let isAdmitted = Locked(false)

    init(_ options: WorkerOptions, connection: ConnectionOptions, logger: Logger) {
        self.options = options
        self.connection = connection
        self.logger = logger
        reporter = HealthReporter(file: nil, supervisor: nil, logger: logger)
    }

    /// A worker named after this process, with a number of posters that suits this machine.
    static var optionsHere: WorkerOptions {
        let host = HostFacts.host
        var options = WorkerOptions(
            name: "\(host):\(getpid())",
            host: host,
            processID: Int(getpid()),
            version: Version.number
        )
        options.posters = HostFacts.posters()
        return options
    }

    func run(until shutdown: Shutdown) async throws -> WorkerReport {
        let registry = MetricsRegistry()
        let metrics = try WorkerMetrics(in: registry)
        guard let metricsAddress else { return try await serve(metrics, nil, until: shutdown) }
        let server = try MetricsServer(registry, others: WorkerSite.routes(reporter))
        let dashboardMetrics = dashboardAddress == nil ? nil : try DashboardMetrics(in: registry)
        return try await server.run(at: metricsAddress, logger: logger) {
            try await serve(metrics, dashboardMetrics, until: shutdown)
        }
    }

    /// Serves the dashboard, if it is asked for, while the worker works.
    private func serve(
        _ metrics: WorkerMetrics,
        _ dashboardMetrics: DashboardMetrics?,
        until shutdown: Shutdown
    ) async throws -> WorkerReport {
        guard let dashboardAddress else { return try await work(metrics, until: shutdown) }
        let dashboard = try Dashboard(
            DashboardOptions(at: dashboardAddress, version: Version.number),
            to: connection,
            logger: logger,
            metrics: dashboardMetrics,
            keys: KeyKeeper(importKeys)
        )
        return try await dashboard.run { address, _ in
            logger.info("Serving the dashboard", ["http.address": .string("\(address)")])
            return try await work(metrics, until: shutdown)
        }
    }

    private func work(_ metrics: WorkerMetrics, until shutdown: Shutdown) async throws -> WorkerReport {
        var options = options
        options.watchesQueue = metricsAddress != nil
        let worker = Worker(
            options,
            operations: JobOperations.all(anchoringTo: anchors) + remoteOperations,
            keys: importKeys,
            delivery: DeliveryRunner(
                ChannelSender(.current(credentials: credentials), version: Version.number)
            ),
            connection: connection,
            logger: logger,
            metrics: metrics,
            checkSchema: { try await checkSchema($0) },
            healthInterval: reporter.interval,
            onHealth: { reporter.tell($0) }
        )
        try reporter.begin(posters: options.posters)
        defer { reporter.end() }
        return try await worker.run(until: shutdown)
    }

    private var remoteOperations: [any JobOperation] {
        let site = DeliverySite.current(credentials: credentials)
        let imports = ImportOperation(to: connection, site: site, keys: importKeys)
        let comparisons = CompareOperation(to: connection, site: site)
        guard sync?.isEnabled != false else { return [imports, comparisons] }
        let exchangeSite = master.map { master in
            site.adding(variables: [MasterToken.variable: master.of.token], addresses: master.of.url.loopback)
        }
        return [
            imports, comparisons,
            SyncOperation(site: exchangeSite ?? site) { [statusFile, news = master?.news] in
                statusFile?.write($0)
                news?.take($0)
            },
        ]
    }

    /// Makes the master of the environment known.
    private func follow(on connection: PostgresConnection) async throws {
        guard let sync else { return }
        do {
            try await connection.withTransaction { try NodeStore($0).follow(sync) }
        } catch let error as StoreError {
            logger.warning("The master of MASTER_URL cannot be joined", ["error": .string("\(error)")])
        }
    }

    /// At first the schema must be the one of this program; later, only breaking migrations count.
    private func checkSchema(_ connection: PostgresConnection) async throws {
        let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
        guard status.facts.isInstalled else {
            throw CommandError.notInstalled(database: status.facts.database)
        }
        if isAdmitted.withLock({ $0 }) {
            if let conflict = status.plan.conflict { throw conflict }
        } else {
            try status.requireUsable()
            if dashboardAddress != nil { try await DashboardRights.require(on: connection) }
            isAdmitted.withLock { $0 = true }
            try await follow(on: connection)
        }
    }
}

extension KeyKeeper {
    /// The keys of a worker of this process.
    init(_ keys: GivenKeys) {
        self.init(isOpen: { keys.isServed }, keep: { keys.put($0, for: $1) })
    }
}

/// What a worker reports about where it runs.
enum HostFacts {
    static var host: String {
        var buffer = [UInt8](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }

    static var cores: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

    /// One poster keeps one core of the server busy; half of the cores are left to others.
    static func posters(cores: Int = cores) -> Int { cores <= 2 ? 1 : min(4, cores / 2) }
}
