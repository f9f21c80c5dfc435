import Testing

@testable import Services

@Suite("Service group progress")
struct ServiceGroupProgressTests {
    private struct Idle: Service {
        func run(until shutdown: Shutdown) async throws {}
    }

    private func progress(
        _ order: ServiceGroup.ShutdownOrder,
        earlyReturn: ServiceGroup.EarlyReturn = .isAnError
    ) -> ServiceGroupProgress {
        let members = ["a", "b", "c"].map {
            ServiceGroup.Member(name: $0, service: Idle(), earlyReturn: earlyReturn)
        }
        return ServiceGroupProgress(members: members, shutdownOrder: order)
    }

    @Test("asks each service once, the last one first")
    func asksEachOnce() {
        var progress = progress(.together)
        #expect(
            progress.handle(.shutdownRequested) == [
                .startGracePeriod, .request(2), .request(1), .request(0),
            ]
        )
        #expect(progress.handle(.ended(1, nil)) == [])
        #expect(progress.handle(.shutdownRequested) == [])
        #expect(progress.handle(.ended(0, Refused())) == [])
        #expect(progress.isRunning)
        #expect(progress.handle(.ended(2, nil)) == [])
        #expect(!progress.isRunning)
        #expect(progress.error is Refused)
    }

    @Test("in reverse order asks the next one when the one before has ended")
    func asksInReverse() {
        var progress = progress(.oneByOneInReverse)
        #expect(progress.handle(.shutdownRequested) == [.startGracePeriod, .request(2)])
        #expect(progress.handle(.ended(0, nil)) == [])
        #expect(progress.handle(.ended(2, nil)) == [.request(1)])
        #expect(progress.handle(.ended(1, nil)) == [])
        #expect(progress.error == nil)
    }

    @Test("cancels at the end of the grace period only if somebody still runs")
    func cancelsTheLate() {
        var progress = progress(.together, earlyReturn: .isFine)
        _ = progress.handle(.shutdownRequested)
        _ = progress.handle(.ended(1, nil))
        #expect(progress.handle(.gracePeriodEnded) == [.cancelAll])
        #expect(progress.error as? ServicesError == .gracePeriodExceeded(services: ["a", "c"]))
        _ = progress.handle(.ended(0, CancellationError()))
        _ = progress.handle(.ended(2, CancellationError()))
        #expect(progress.handle(.gracePeriodEnded) == [])
        #expect(progress.error as? ServicesError == .gracePeriodExceeded(services: ["a", "c"]))
    }

    @Test("takes a return after cancellation neither for early nor for success")
    func knowsCancellation() {
        var progress = progress(.together)
        progress.cancelled()
        #expect(progress.handle(.ended(0, nil)) == [])
        #expect(progress.handle(.waitCancelled) == [])
        #expect(progress.error is CancellationError)
    }
}
