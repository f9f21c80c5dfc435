import Concurrency
import PGSyncDelivery
import PGSyncOperations
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport

/// A worker that runs beside a test.
struct RunningWorker: Sendable {
    let shutdown = Shutdown()
    let log = RecordingLogHandler()
    let registry = MetricsRegistry()

    private enum End: Sendable {
        case worker(Result<WorkerReport, any Error>)
        case body(Result<Void, any Error>)
    }

    /// Runs a worker for as long as a closure runs, then asks it to stop, and returns what it reports.
    @discardableResult
    static func with(
        _ connection: ConnectionOptions? = nil,
        _ configure: (inout WorkerOptions) -> Void = { _ in },
        operations: [any JobOperation] = [],
        keys: GivenKeys? = nil,
        delivery: DeliveryRunner? = nil,
        checkSchema: @escaping @Sendable (PostgresConnection) async throws -> Void = { _ in },
        onHealth: @escaping @Sendable (WorkerHealth) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningWorker) async throws -> Void
    ) async throws -> WorkerReport {
        let running = RunningWorker()
        let worker = try running.worker(
            connection,
            configure,
            operations: operations,
            keys: keys,
            delivery: delivery,
            checkSchema: checkSchema,
            onHealth: onHealth
        )
        return try await withTaskGroup(of: End.self) { group in
            group.addTask {
                do {
                    return .worker(.success(try await worker.run(until: running.shutdown)))
                } catch {
                    return .worker(.failure(error))
                }
            }
            group.addTask {
                do {
                    return .body(.success(try await body(running)))
                } catch {
                    return .body(.failure(error))
                }
            }
            var outcome: Result<WorkerReport, any Error> = .failure(CancellationError())
            var failure: (any Error)?
            for await end in group {
                switch end {
                case .body(let result):
                    if case .failure(let error) = result { failure = failure ?? error }
                    running.shutdown.request()
                case .worker(let result):
                    outcome = result
                    // Nobody is there any more whom the closure could wait for.
                    if case .failure(let error) = result {
                        failure = failure ?? error
                        group.cancelAll()
                    }
                }
            }
            return Result { if let failure { throw failure } }.flatMap { outcome }
        }.get()
    }

    /// Runs a worker until its goal is reached.
    static func run(
        _ goal: WorkerOptions.Goal,
        _ connection: ConnectionOptions? = nil,
        _ configure: (inout WorkerOptions) -> Void = { _ in }
    ) async throws -> WorkerReport {
        let running = RunningWorker()
        return try await running.worker(
            connection,
            {
                configure(&$0)
                $0.goal = goal
            }
        ).run(until: running.shutdown)
    }

    private func worker(
        _ connection: ConnectionOptions?,
        _ configure: (inout WorkerOptions) -> Void,
        operations: [any JobOperation] = [],
        keys: GivenKeys? = nil,
        delivery: DeliveryRunner? = nil,
        checkSchema: @escaping @Sendable (PostgresConnection) async throws -> Void = { _ in },
        onHealth: @escaping @Sendable (WorkerHealth) -> Void = { _ in }
    ) throws -> Worker {
        var options = WorkerOptions(name: "tester", host: "here", processID: 1, version: "1.0")
        configure(&options)
        return Worker(
            options,
            operations: operations,
            keys: keys,
            delivery: delivery,
            connection: connection ?? TestDatabase.current.options,
            logger: Logger(handler: log, level: .trace),
            metrics: try WorkerMetrics(in: registry),
            checkSchema: checkSchema,
            healthInterval: .milliseconds(5),
            onHealth: onHealth
        )
    }

    /// Waits until it sleeps, having found nothing more to do.
    func untilAsleep() async throws {
        let database = TestDatabase.current
        try await eventually {
            try await database.count(
                "pg_locks where locktype = 'advisory' and classid = 1886876531 and objid = 1 and mode = 'ExclusiveLock'"
                    + " and granted and database = (select oid from pg_database where datname = current_database())"
            ) > 0
        }
    }

    /// The value of a metric, by its name with its labels.
    func metric(_ name: String) -> Double {
        for line in registry.prometheusText().split(separator: "\n") where line.hasPrefix("\(name) ") {
            return Double(line.dropFirst(name.count + 1)) ?? .nan
        }
        return 0
    }

    /// How many changes each batch had, as far as it has logged them.
    var batchSizes: [Int] {
        log.records.filter { $0.message == "Batch posted" }.compactMap { record in
            guard case .int(let claimed)? = record.metadata["batch.claimed"] else { return nil }
            return claimed
        }
    }

    /// Waits until it has logged a sentence.
    func untilLogged(_ message: String) async throws {
        try await eventually { log.messages.contains(message) }
    }
}
