import Concurrency
import PGSyncCore
package import PGSyncDelivery
package import PGSyncOperations
import PGSyncStore
package import Postgres
package import Services
package import Telemetry

/// Posts what waits in the queue: posters, a queue watcher that sleeps for them, and a housekeeper.
///
/// A worker holds posters + 2 connections, one more while a table is read, in the leader one or two more while jobs
/// run, and one for each channel while something is sent there.
package struct Worker: Sendable {
    private let options: WorkerOptions
    private let operations: [any JobOperation]
    private let keys: GivenKeys?
    private let delivery: DeliveryRunner?
    private let connection: ConnectionOptions
    private let logger: Logger
    private let metrics: WorkerMetrics
    private let checkSchema: @Sendable (PostgresConnection) async throws -> Void
    private let ticker: HealthTicker

    /// How much longer than its grace period a worker may take to end: to close a connection and for the last
    /// report.
    private static let stopOverrun = Duration.seconds(8)

    /// `checkSchema` is called now and then, and throws if the worker must not continue with the schema.
    ///
    /// `onHealth` receives the worker's health at intervals. If it leads, the worker runs the jobs of `operations` and
    /// sends news of alerts. It runs those for which `keys` has a secret in any case.
    package init(
        _ options: WorkerOptions,
        operations: [any JobOperation] = [],
        keys: GivenKeys? = nil,
        delivery: DeliveryRunner? = nil,
        connection: ConnectionOptions,
        logger: Logger,
        metrics: WorkerMetrics,
        checkSchema: @escaping @Sendable (PostgresConnection) async throws -> Void = { _ in },
        healthInterval: Duration = .seconds(1),
        onHealth: @escaping @Sendable (WorkerHealth) -> Void = { _ in }
    ) {
        self.options = options
        self.operations = options.runsJobs ? operations : []
        self.keys = options.runsJobs ? keys : nil
        self.delivery = options.goal == .untilStopped ? delivery : nil
        var connection = connection.with("fallback_application_name", "pgsync worker")
        if !options.ownsSessions {
            connection.keepsPreparedStatements = false
            connection.sharesSession = true
        }
        self.connection = connection
        self.logger = logger.with(["worker.name": .string(options.name)])
        self.metrics = metrics
        self.checkSchema = checkSchema
        ticker = HealthTicker(every: healthInterval, posters: options.posters) { health in
            metrics.note(health)
            onHealth(health)
        }
    }

    /// Works until a shutdown is requested or the goal is reached, finishes what it began, and reports.
    @discardableResult
    package func run(until shutdown: Shutdown) async throws -> WorkerReport {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ticker.run(until: shutdown) }
            defer { group.cancelAll() }
            return try await work(until: shutdown)
        }
    }

    private func work(until shutdown: Shutdown) async throws -> WorkerReport {
        let gate = ConnectionGate(
            to: connection,
            isPatient: options.goal == .untilStopped,
            logger: logger,
            metrics: metrics
        )
        guard let first = try await gate.connect(until: shutdown) else { return WorkerReport() }
        let registration: WorkerContext.Registration
        let settings: WorkerSettings
        let operations: [any JobOperation]
        do {
            guard let begun = try await begin(on: first, gate, until: shutdown) else {
                await first.close()
                return WorkerReport()
            }
            (registration, settings) = begun
            operations = try await permitted(on: first)
        } catch {
            await first.close()
            throw error
        }
        let context = WorkerContext(
            options,
            operations: operations,
            registration: registration,
            settings: settings,
            gate: gate,
            metrics: metrics,
            logger: logger.with(["worker.id": .int(registration.id)])
        )
        ticker.watch(context)
        context.logger.info("Worker started", ["worker.posters": .int(options.posters)])
        if registration.isUnclean {
            context.logger.notice(
                "A worker stopped without shutting down; posting one change at a time until its batch is finished"
            )
        }
        try await run(operations, context, on: first, until: shutdown)
        if options.goal == .onePass, options.countsWaiting, !shutdown.isRequested {
            try await countWaiting(context)
        }
        let report = context.report.withLock { $0 }
        context.logger.info(
            "Worker stopped",
            ["worker.finished": .int(report.finished), "worker.failed": .int(report.failed)]
        )
        return report
    }

    /// Those operations that the login may run; jobs of the others are left to other workers.
    private func permitted(on connection: PostgresConnection) async throws -> [any JobOperation] {
        let rights = operations.compactMap(\.right)
        guard !rights.isEmpty else { return operations }
        let (allowed, login) = try await connection.withSession { session in
            (
                try JobStore(session).allowed(rights),
                try session.query("select current_user::text").onlyRow().decode(0, as: String.self)
            )
        }
        let refused = operations.filter { $0.right.map { !allowed.contains($0) } ?? false }
        for operation in refused {
            logger.notice(
                "This login may not run the jobs of a kind; they are left to other workers",
                ["job.kind": .string(operation.kind), "worker.login": .string(login)]
            )
        }
        return operations.filter { one in !refused.contains { $0.kind == one.kind } }
    }

    private func countWaiting(_ context: WorkerContext) async throws {
        guard let connection = try await context.gate.connect(until: Shutdown()) else { return }
        let waiting = try await connection.closing {
            try await context.within {
                try await connection.withSession { try context.store($0).waiting() }
            }
        }
        context.report.withLock { $0.waiting = waiting }
    }

    /// Checks the schema and registers the worker; nil if it is asked to stop before that is done.
    private func begin(
        on connection: PostgresConnection,
        _ gate: ConnectionGate,
        until shutdown: Shutdown
    ) async throws -> (WorkerContext.Registration, WorkerSettings)? {
        var backoff = Backoff(initial: .milliseconds(50), cap: .seconds(1), jitter: .equal)
        var generator = SystemRandomNumberGenerator()
        while !shutdown.isRequested {
            do {
                return try await shutdown.withGracePeriod(.zero) {
                    try await refusePooler(on: connection, gate, until: shutdown)
                    try await connection.withSession { session in
                        guard options.ownsSessions else { return }
                        try session.runScript("set lock_timeout = '\(Housekeeper.lockTimeout)'")
                    }
                    try await checkSchema(connection)
                    return try await register(on: connection)
                }
            } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                logger.warning(
                    "Waiting to register: another session holds a lock on the tables of pgsync",
                    ["error": .string("\(error)")]
                )
                if try await shutdown.sleep(for: backoff.next(using: &generator)) { return nil }
            } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
                return nil
            }
        }
        return nil
    }

    /// Throws if two simultaneous connections got the same server session.
    private func refusePooler(
        on connection: PostgresConnection,
        _ gate: ConnectionGate,
        until shutdown: Shutdown
    ) async throws {
        let first = try await connection.withSession { $0.isPooled ? $0.firstBackend : nil }
        guard options.ownsSessions, let first, let other = try await gate.connect(until: shutdown) else {
            return
        }
        let second = try await other.closing { try await other.withSession { $0.firstBackend } }
        guard first != second else {
            throw StoreError.needsPolling("two connections got the same server session")
        }
    }

    private func register(
        on connection: PostgresConnection
    ) async throws -> (WorkerContext.Registration, WorkerSettings) {
        let introduction = WorkerStore.Introduction(
            name: options.name,
            host: options.host,
            processID: options.processID,
            version: options.version,
            posters: options.posters,
            ownsSession: options.ownsSessions
        )
        return try await connection.withSession { [options] session in
            let store = WorkerStore(session)
            let sources = try store.sources(named: options.sources)
            try ImageKeyStore(session).requireKeys(options.privateKeys, for: sources)
            let id = try store.register(introduction)
            let lost = try store.findLost(except: id)
            return (
                WorkerContext.Registration(id: id, isUnclean: !lost.isEmpty, sources: sources),
                try store.settings()
            )
        }
    }

    private func run(
        _ operations: [any JobOperation],
        _ context: WorkerContext,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws {
        var services = ServiceGroup(
            gracePeriod: options.gracePeriod + Self.stopOverrun,
            shutdownOrder: .oneByOneInReverse
        )
        services.add(
            "housekeeper",
            Housekeeper(context: context, connection: connection, checkSchema: checkSchema)
        )
        if !operations.isEmpty {
            services.add("jobs", JobService(context: context, operations: operations))
        }
        if let keys {
            let operations = operations.filter { $0.right != nil }
            services.add(
                "jobs with secrets",
                GivenJobService(context: context, operations: operations, keys: keys)
            )
        }
        if let delivery {
            services.add("delivery", DeliveryService(context: context, runner: delivery))
        }
        services.add("folding of versions", FoldService(context: context))
        for lane in PartList.Lane.allCases {
            services.add("reader of parts, \(lane)", PartReader(context: context, lane: lane))
        }
        services.add("posting", Posting(context: context), earlyReturn: .stopsTheGroup)
        try await services.run(until: shutdown)
    }
}

/// Which part ends first: the posters, or the queue watcher if posters have to be woken.
private struct Posting: Service {
    let context: WorkerContext

    func run(until shutdown: Shutdown) async throws {
        var services = ServiceGroup(gracePeriod: context.options.gracePeriod)
        for number in 0..<context.options.posters {
            services.add(
                "poster \(number + 1)",
                Poster(number: number, context: context),
                earlyReturn: .isFine
            )
        }
        if context.options.goal != .onePass {
            services.add("queue watcher", QueueWatcher(context: context), earlyReturn: .stopsTheGroup)
            services.add("poster pool", context.posters)
        }
        do {
            try await services.run(until: shutdown)
        } catch ServicesError.gracePeriodExceeded {
            context.report.withLock { $0.wasCut = true }
            context.logger.warning("The grace period has ended; unfinished work is rolled back")
        }
    }
}
