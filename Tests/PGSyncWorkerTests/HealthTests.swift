import Concurrency
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport
import Testing

@testable import PGSyncWorker

@Suite("The health of a worker", .postingDatabase, .timeLimit(.minutes(10)))
struct HealthTests {
    @Test("is ready while posters are connected, away while none is, and stopping in the end")
    func states() async throws {
        let seen = Locked<[WorkerHealth.State]>([])
        let note: @Sendable (WorkerHealth) -> Void = { health in
            seen.withLock { if $0.last != health.state { $0.append(health.state) } }
        }
        try await TestDatabase.current.withProxy { proxy, options in
            try proxy.inject(.refuse)
            try await RunningWorker.with(options, onHealth: note) { worker in
                try await eventually { seen.withLock { $0 } == [.starting] }
                try proxy.inject(.none)
                try await eventually { seen.withLock { $0.last } == .ready }
                try await worker.untilAsleep()
                try proxy.inject(.refuse)
                proxy.cutConnections()
                try await TestDatabase.current.insertBills(1...1)
                try await eventually { seen.withLock { $0.last } == .away }
                try proxy.inject(.none)
                try await eventually { seen.withLock { $0.last } == .ready }
            }
        }
        #expect(seen.withLock { $0.last } == .stopping)
        #expect(!seen.withLock { $0.contains(.stuck) })
    }

    @Test("is stuck when something does not come back that should have")
    func overdue() async throws {
        let deadlines = DeadlineWatch()
        let first = deadlines.begin(within: .zero)
        let second = deadlines.begin(within: .seconds(3_600))
        try await eventually { deadlines.isOverdue }
        deadlines.end(first)
        #expect(!deadlines.isOverdue)
        deadlines.end(second)
        #expect(!WorkerHealth(state: .stuck, posters: 1).isAlive)
    }
}
