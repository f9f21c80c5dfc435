import PGSyncWorker
import Telemetry
import TestSupport
import Testing

@Suite("Metrics of the leader", .postingDatabase, .timeLimit(.minutes(5)))
struct LeaderMetricsTests {
    @Test("only the leader shows the queue and its own duties, and the next one does when it goes")
    func globalMetrics() async throws {
        try await TestDatabase.current.run(
            "select pgsync.set_configuration('worker_heartbeat_seconds', '0.1')"
        )
        let names = ["pgsync_queue_changes", "pgsync_worker_duty_failing{duty=\"capture\"}"]
        @Sendable func shows(_ worker: RunningWorker) -> [Bool] {
            let text = worker.registry.prometheusText()
            return names.map { text.contains("\n\($0) ") }
        }
        try await RunningWorker.with(nil, { $0.watchesQueue = true }) { second in
            try await RunningWorker.with(
                nil,
                {
                    $0.watchesQueue = true
                    $0.name = "other"
                }
            ) { first in
                try await eventually {
                    [shows(first), shows(second)].contains([true, true])
                        && [first, second].allSatisfy {
                            $0.registry.prometheusText().contains("duty=\"locks\"")
                        }
                }
                #expect([shows(first), shows(second)].contains([false, false]))
            }
            try await eventually { shows(second) == [true, true] }
        }
    }
}
