import Concurrency
import Services

/// The health of a worker at a moment.
package struct WorkerHealth: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// This process has not posted yet: no connection has been made.
        case starting
        case ready
        /// No poster has a connection.
        case away
        /// A part of it hangs in something that should have ended long ago.
        case stuck
        case stopping
    }

    package var state: State
    package var posters: Int
    package var connectedPosters: Int
    package var finished: Int
    package var failed: Int
    /// Failing duties and locks that block posting, in words.
    package var problems: [String]

    package init(
        state: State,
        posters: Int,
        connectedPosters: Int = 0,
        finished: Int = 0,
        failed: Int = 0,
        problems: [String] = []
    ) {
        self.state = state
        self.posters = posters
        self.connectedPosters = connectedPosters
        self.finished = finished
        self.failed = failed
        self.problems = problems
    }

    /// Whether each part of it works or waits as it should, connected or not.
    package var isAlive: Bool { state != .stuck }
}

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

    /// From now on there is a worker to observe.
    func watch(_ worker: WorkerContext) { context.withLock { $0 = worker } }

    func run(until shutdown: Shutdown) async throws {
        repeat {
            tell(health(isStopping: false))
        } while try await !shutdown.sleep(for: interval)
        // It keeps showing that it is alive while it ends; the caller that waits for that cancels this.
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

/// The deadlines of all calls in progress in a worker.
final class DeadlineWatch: Sendable {
    private struct State {
        var nextID = 0
        var deadlines: [Int: ContinuousClock.Instant] = [:]
    }

    private let state = Locked(State())

    /// Begins a call that should end within a limit; the returned token ends it.
    func begin(within limit: Duration) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.deadlines[state.nextID] = .now + limit
            return state.nextID
        }
    }

    func end(_ id: Int) { state.withLock { _ = $0.deadlines.removeValue(forKey: id) } }

    /// Whether a call has passed its deadline.
    var isOverdue: Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.deadlines.values.contains { $0 < now } }
    }
}
