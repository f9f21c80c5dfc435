import Concurrency
import TestSupport
import Testing

@testable import Services

@Suite("Shutdown", .timeLimit(.minutes(10)))
struct ShutdownTests {
    private let shutdown = Shutdown()

    @Test("stays requested, however often it is requested")
    func staysRequested() async throws {
        #expect(!shutdown.isRequested)
        shutdown.request()
        shutdown.request()
        #expect(shutdown.isRequested)
        try await shutdown.wait()
    }

    @Test("wakes all who wait and keeps none of them")
    func wakesAll() async throws {
        let woken = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { [shutdown] in
                    try await shutdown.wait()
                    woken.withLock { $0 += 1 }
                }
            }
            try await eventually { shutdown.waiterCount == 100 }
            #expect(woken.withLock { $0 } == 0)
            shutdown.request()
            try await group.waitForAll()
        }
        #expect(woken.withLock { $0 } == 100)
        #expect(shutdown.waiterCount == 0)
    }

    @Test("lets go of waiters that are cancelled and still wakes the others")
    func letsGoOfCancelledWaiters() async throws {
        try await withThrowingTaskGroup(of: Void.self) { survivors in
            survivors.addTask { [shutdown] in try await shutdown.wait() }
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { [shutdown] in try await shutdown.wait() } }
                await #expect(throws: Never.self) { try await eventually { shutdown.waiterCount == 51 } }
                group.cancelAll()
                while let result = await group.nextResult() {
                    #expect(throws: CancellationError.self) { try result.get() }
                }
            }
            #expect(shutdown.waiterCount == 1)
            shutdown.request()
            try await survivors.waitForAll()
        }
    }

    @Test("loses nobody when waiting, cancellation and request meet")
    func survivesRaces() async {
        for _ in 0..<200 {
            let shutdown = Shutdown()
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await shutdown.wait() } }
                group.addTask { shutdown.request() }
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            #expect(shutdown.waiterCount == 0)
        }
    }

    @Test("reports cancellation before anything else")
    func reportsCancellationFirst() async {
        shutdown.request()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { [shutdown] in try await shutdown.wait() }
            let result = await group.nextResult()
            #expect(throws: CancellationError.self) { try result?.get() }
        }
    }
}
