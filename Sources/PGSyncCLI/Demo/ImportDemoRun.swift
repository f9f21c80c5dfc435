import Arguments
import JSON
import PGSyncDelivery
import PGSyncDemo
import PGSyncImport
import PGSyncOperations
import PGSyncRules
import PGSyncSchema
import PGSyncStore
import Postgres
import Services

/// A demonstration of imports: installs the agency, and reads its CRM, which this process is, until it is stopped.
struct ImportDemoRun: Service {
    let demo: CRMDemo
    /// Whether it reads anything.
    let imports: Bool
    let duration: Duration?
    let connection: ConnectionOptions
    let display: DemoDisplay

    private let keys = GivenKeys()
    /// How long nothing is read between two runs.
    private static let rest = Duration.seconds(5)
    private static let look = Duration.seconds(1)

    init(
        _ demo: CRMDemo,
        imports: Bool,
        duration: Duration?,
        connection: ConnectionOptions,
        display: DemoDisplay
    ) {
        self.demo = demo
        self.imports = imports
        self.duration = duration
        self.connection = connection
        self.display = display
    }

    func run(until shutdown: Shutdown) async throws {
        do {
            let installation = try await shutdown.withGracePeriod(.zero) { try await install() }
            try display.show(installation, of: "agency")
        } catch is CancellationError where shutdown.isRequested {
            return
        }
        guard imports else { return }
        let start = ContinuousClock.now
        try await demo.crm.run { base in
            var type = "initial"
            while !shutdown.isRequested {
                let run = try await fetch(type, from: base, until: shutdown)
                if let run { try display.show(run) }
                if let duration, run?.hasEnded == true, .now - start >= duration { break }
                if run?.hasEnded == true {
                    demo.goOn()
                    type = "daily"
                }
                if try await shutdown.sleep(for: Self.rest) { break }
            }
        }
    }

    private func install() async throws -> DemoInstallation {
        try await PostgresConnection.withConnection(to: connection) { connection in
            let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
            guard status.facts.isInstalled else {
                throw CommandError.notInstalled(database: status.facts.database)
            }
            try status.requireUsable()
            let demo = demo
            return try await connection.withSession { session in
                let installation = try DemoInstaller(session, .crm).install()
                _ = try session.transaction {
                    try ImportStore(session).apply(demo.definition, content: demo.text)
                }
                return installation
            }
        }
    }

    /// Runs an import, and shows how far it is; nil while another process runs it.
    private func fetch(
        _ type: String,
        from base: String,
        until shutdown: Shutdown
    ) async throws -> ImportRun? {
        let site = DeliverySite(variables: [:], addresses: "127.0.0.1")
        let runner = JobRunner([ImportOperation(to: connection, site: site, keys: keys)])
        let name = demo.definition.name
        return try await PostgresConnection.withConnection(to: connection) { connection in
            // Workers know neither the address nor the key, and leave it to this process.
            let job = try await connection.withTransaction { session in
                var request = ImportStore.Request()
                (request.type, request.baseURL, request.holdsKey) = (type, base, true)
                return try ImportStore(session).request(name, request).job
            }
            keys.put(demo.key, for: job)
            let report = try await withThrowingTaskGroup(of: JobRunner.Report?.self) { group in
                group.addTask { try await runner.run(job, on: connection, until: shutdown) }
                group.addTask { try await show(job) }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            guard report != nil else { return nil }
            return try await connection.withTransaction { try ImportStore($0).run(job) }
        }
    }

    /// Shows a job until it is cancelled.
    private func show(_ job: Int64) async throws -> JobRunner.Report? {
        try await PostgresConnection.withConnection(to: connection) { connection in
            while !Task.isCancelled {
                try await Task.sleep(for: Self.look)
                try display.show(try await connection.withTransaction { try ImportStore($0).run(job) })
            }
            return nil
        }
    }
}

extension DemoDisplay {
    /// How far a run of an import is.
    func show(_ run: ImportRun) throws {
        if globals.json {
            try line([
                "event": run.hasEnded ? "imported" : "importing", "type": .string(run.type),
                "state": .string(run.state), "pages": JSONValue(run.counts["pages"] ?? 0),
                "added": JSONValue(run.counts["added"] ?? 0),
                "updated": JSONValue(run.counts["updated"] ?? 0),
                "failed": JSONValue(run.failedItems),
                "error_message": run.errorMessage.map { .string($0) } ?? .null,
            ])
        } else if !globals.quiet {
            let streams = run.streams.map { "\($0.name) \($0.done)" }.joined(separator: ", ")
            let problem = run.errorMessage.map { ": \($0)" } ?? ""
            try context.print(
                "\(run.type) import \(run.state)\(problem): \(streams); \(run.counts["added"] ?? 0) new, "
                    + "\(run.counts["updated"] ?? 0) changed, \(run.failedItems) failed"
            )
        }
    }
}
