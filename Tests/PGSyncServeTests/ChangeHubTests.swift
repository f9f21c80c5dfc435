import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Waiting for a change to download", .servedDatabase, .timeLimit(.minutes(2)))
struct ChangeHubTests {
    @Test("ends by its limit, however short that is")
    func shortLimits() async throws {
        try await Served.with { served in
            let (hub, gate) = (served.dashboard.changes, served.dashboard.gate)
            for limit in 0..<500 {
                await hub.waitForChange(after: .max, atMost: .nanoseconds(limit), gate)
            }
        }
    }

    @Test("ends at once for what was folded between the look and the wait")
    func missedChange() async throws {
        try await Served.with { served in
            let (hub, gate) = (served.dashboard.changes, served.dashboard.gate)
            let tick = try await served.dashboard.exchange.foldedThrough()
            await hub.waitForChange(after: tick - 1, atMost: .seconds(600), gate)
        }
    }

    @Test("ends when whoever waits is cancelled, and when the server stops")
    func cancelled() async throws {
        try await Served.with { served in
            let (hub, gate) = (served.dashboard.changes, served.dashboard.gate)
            let first = Task { await hub.waitForChange(after: .max, atMost: .seconds(600), gate) }
            first.cancel()
            await first.value
            let second = Task { await hub.waitForChange(after: .max, atMost: .seconds(600), gate) }
            hub.close()
            await second.value
        }
    }
}
