import Concurrency
import Services

/// Reports the health of the worker at intervals, from before its first connection to its end.
final class HealthTicker: Service {
    private let interval: Duration
    private let posters: Int
    private let tell: @Sendable (WorkerHealth) -> Void
    private let context = Locked<WorkerContext?>(nil)

    init(
        every interval: Duration,
        posters: Int,
        tell: @escaping @Sendable (WorkerHealth) -> Void
    ) {
        self.interval = interval
        self.posters = posters
        self.tell = tell
    }

    /// From now on there is a worker to look at.
    func watch(_ worker: WorkerContext) { context.withLock { $0 = worker } }

    func run(until shutdown: Shutdown) async throws {
        repeat {
            tell(health(isStopping: false))
        } while try await !shutdown.sleep(for: interval)
        // It goes on to show that it is alive while it ends; whoever waits for that cancels this.
        while true {
            tell(health(isStopping: true))
            try await Task.sleep(for: interval)
        }
    }

    private func health(isStopping: Bool) -> WorkerHealth {
        guard let worker = context.withLock({ $0 }) else {
            return WorkerHealth(state: isStopping ? .stopping : .starting, posters: posters)
        }
        let connected = worker.posters.connectedCount
        let report = worker.report.withLock { $0 }
        return WorkerHealth(
            state: worker.deadlines.isOverdue
                ? .stuck : isStopping ? .stopping : connected > 0 ? .ready : .away,
            posters: posters,
            connectedPosters: connected,
            finished: report.finished,
            failed: report.failed,
            problems: worker.duties.problems
        )
    }
}
