import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Runs the jobs whose secrets came with requests to this process, whoever leads: nobody else can.
struct GivenJobService: Service {
    let context: WorkerContext
    let operations: [any JobOperation]
    let keys: GivenKeys

    /// How often a job that waits, or whose session was lost, is tried again.
    private static let pause = Duration.seconds(2)

    func run(until shutdown: Shutdown) async throws {
        let runner = JobRunner(operations)
        guard !operations.isEmpty else { return try await shutdown.wait() }
        keys.serve(true)
        defer { keys.serve(false) }
        try await withThrowingDiscardingTaskGroup { group in
            while let job = try await next(until: shutdown) {
                group.addTask { try await run(job, with: runner, until: shutdown) }
            }
        }
    }

    private func next(until shutdown: Shutdown) async throws -> Int64? {
        do {
            return try await shutdown.withGracePeriod(.zero) { [keys] in try await keys.next() }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            return nil
        }
    }

    private func run(_ job: Int64, with runner: JobRunner, until shutdown: Shutdown) async throws {
        while !shutdown.isRequested {
            do {
                let hasEnded = try await shutdown.withGracePeriod(JobService.gracePeriod) {
                    try await runOnce(job, with: runner, until: shutdown)
                }
                if hasEnded { return keys.forget(job) }
            } catch let error as PostgresError {
                context.logger.warning(
                    "A job that holds a secret was interrupted; it will be resumed",
                    ["job.id": .string("\(job)"), "error": .string("\(error)")]
                )
            } catch is CancellationError where !Task.isCancelled {
                return
            }
            if try await shutdown.sleep(for: Self.pause) { return }
        }
    }

    /// Whether the job has ended, now or before.
    private func runOnce(
        _ job: Int64,
        with runner: JobRunner,
        until shutdown: Shutdown
    ) async throws -> Bool {
        guard let connection = try await context.gate.connect(until: shutdown) else { return false }
        return try await connection.closing {
            try await connection.withSession { [limits = context.limits] in
                try PostingStore.limit($0, to: limits)
            }
            guard let report = try await runner.runGiven(job, on: connection, until: shutdown) else {
                return try await connection.withSession { try JobStore($0).hasEnded(job) }
            }
            context.log(report)
            return report.state.hasEnded
        }
    }
}
