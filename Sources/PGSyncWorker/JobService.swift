import Concurrency
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Which jobs wait for the leader, and until when this worker leads.
final class JobBoard: Sendable {
    private let latches: [JobLane: Latch<Void, Never>]
    private let lanes: [String: JobLane]
    private let term = Locked<Shutdown?>(nil)

    init(_ operations: [any JobOperation]) {
        latches = Dictionary(uniqueKeysWithValues: JobLane.allCases.map { ($0, Latch()) })
        lanes = Dictionary(uniqueKeysWithValues: operations.map { ($0.kind, $0.lane) })
    }

    /// What can be run at all.
    var kinds: [String] { lanes.keys.sorted() }

    /// This worker leads, and these kinds have jobs that nobody runs.
    func lead(runnable kinds: [String]) {
        term.withLock { $0 = $0 ?? Shutdown() }
        for kind in kinds {
            if let lane = lanes[kind] { latches[lane]?.open() }
        }
    }

    /// This worker leads no longer: its jobs are left to the next leader.
    func resign() {
        term.withLock { term in
            term?.request()
            term = nil
        }
    }

    /// Waits until there is a job for a lane; returns what ends when this worker leads no longer.
    func next(in lane: JobLane) async throws -> Shutdown {
        while true {
            try await latches[lane]?.wait()
            latches[lane]?.close()
            if let term = term.withLock({ $0 }) { return term }
        }
    }
}

/// Runs the jobs that wait, while this worker leads.
struct JobService: Service {
    let context: WorkerContext
    let operations: [any JobOperation]

    /// How long a step may go on once the worker stops or leads no longer; then it is cancelled and rolled back.
    static let gracePeriod = Duration.seconds(2)

    func run(until shutdown: Shutdown) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in JobLane.allCases {
                for _ in 0..<lane.width { group.addTask { try await run(lane, until: shutdown) } }
            }
            try await group.waitForAll()
        }
        try await shutdown.wait()
    }

    private func run(_ lane: JobLane, until shutdown: Shutdown) async throws {
        let runner = JobRunner(operations.filter { $0.lane == lane })
        while let term = try await next(lane, until: shutdown) {
            do {
                try await shutdown.withEither(term) { stop in
                    try await stop.withGracePeriod(Self.gracePeriod) {
                        try await runAll(runner, until: stop)
                    }
                }
            } catch let error as PostgresError {
                context.logger.warning(
                    error.isConnectionLost
                        ? "The connection of a job was lost; the job will be resumed"
                        : "Jobs cannot be taken; the leader tries again",
                    ["error": .string("\(error)")]
                )
            } catch is CancellationError where !Task.isCancelled {
                context.logger.notice("A step of a job was cancelled; the job will be resumed")
            }
        }
    }

    private func next(_ lane: JobLane, until shutdown: Shutdown) async throws -> Shutdown? {
        do {
            return try await shutdown.withGracePeriod(.zero) { [context] in
                try await context.jobs.next(in: lane)
            }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            return nil
        }
    }

    /// Runs one job after the other until none is left, on a connection of their own.
    private func runAll(_ runner: JobRunner, until stop: Shutdown) async throws {
        guard let connection = try await context.gate.connect(until: stop) else { return }
        try await connection.closing {
            try await connection.withSession { [limits = context.limits] in
                try PostingStore.limit($0, to: limits)
            }
            while !stop.isRequested,
                let report = try await runner.runNext(on: connection, until: stop)
            {
                context.log(report)
                guard ![.interrupted, .waiting].contains(report.state) else { return }
            }
        }
    }
}

extension WorkerContext {
    /// How a job left the worker.
    func log(_ report: JobRunner.Report) {
        let logger = logger.with([
            "job.id": .string("\(report.id)"), "job.kind": .string(report.kind),
            "job.subject": .string(report.subject), "job.state": .string(report.state.rawValue),
        ])
        switch (report.state, report.reason) {
        case (.failed, let reason): logger.warning("A job failed", ["error": .string(reason ?? "")])
        case (.interrupted, let reason?):
            logger.warning("A job was interrupted; it will be resumed", ["error": .string(reason)])
        case (.interrupted, nil): logger.info("A job was interrupted")
        case (.waiting, let reason): logger.info("A job waits", ["reason": .string(reason ?? "")])
        default: logger.info("A job ended")
        }
    }
}

extension Shutdown {
    /// Runs an operation with a shutdown that is requested when this one or another one is.
    fileprivate func withEither(
        _ other: Shutdown,
        _ operation: @escaping @Sendable (Shutdown) async throws -> Void
    ) async throws {
        let either = Shutdown()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for one in [self, other] {
                group.addTask {
                    do { try await one.wait() } catch is CancellationError { return }
                    either.request()
                }
            }
            defer { group.cancelAll() }
            try await operation(either)
        }
    }
}
