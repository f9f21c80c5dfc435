import Concurrency
import Services
import TestSupport
import Testing

@Suite("Service group", .timeLimit(.minutes(10)))
struct ServiceGroupTests {
    private let shutdown = Shutdown()
    private let clock = ManualClock()
    private let journal = Locked<[String]>([])

    /// A service that notes its start and its end.
    private struct Noting: Service {
        let name: String
        let journal: Locked<[String]>
        let body: @Sendable (Shutdown) async throws -> Void

        func run(until shutdown: Shutdown) async throws {
            journal.withLock { $0.append("\(name) started") }
            defer { journal.withLock { $0.append("\(name) ended") } }
            try await body(shutdown)
        }
    }

    private func service(
        _ name: String,
        _ body: @escaping @Sendable (Shutdown) async throws -> Void = { try await $0.wait() }
    ) -> Noting {
        Noting(name: name, journal: journal, body: body)
    }

    private func group(_ order: ServiceGroup.ShutdownOrder = .together) -> ServiceGroup {
        ServiceGroup(gracePeriod: .seconds(10), shutdownOrder: order, clock: clock)
    }

    private var entries: [String] { journal.withLock { $0 } }

    /// Runs the group beside `body`, and returns how the group ended.
    private func run(
        _ group: ServiceGroup,
        beside body: (_ cancel: () -> Void) async throws -> Void = { _ in }
    ) async throws -> Result<Void, any Error>? {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [shutdown] in try await group.run(until: shutdown) }
            try await body { tasks.cancelAll() }
            return await tasks.nextResult()
        }
    }

    @Test("runs its services until the shutdown is requested")
    func runsUntilShutdown() async throws {
        var group = group()
        group.add("a", service("a"))
        group.add("b", service("b"))
        let result = try await run(group) { _ in
            try await eventually { entries.count == 2 }
            #expect(Set(entries) == ["a started", "b started"])
            shutdown.request()
        }
        #expect(throws: Never.self) { try result?.get() }
        #expect(Set(entries.suffix(2)) == ["a ended", "b ended"])
        #expect(clock.sleeperCount == 0)
    }

    @Test("stops the others gracefully when one throws, and rethrows its error")
    func stopsWhenOneThrows() async throws {
        var group = group()
        group.add("good", service("good"))
        group.add("bad", service("bad") { _ in throw Refused(reason: "first") })
        group.add(
            "late",
            service("late") {
                try await $0.wait()
                throw Refused(reason: "second")
            }
        )
        let result = try await run(group)
        #expect(throws: Refused(reason: "first")) { try result?.get() }
        #expect(entries.contains("good ended"))
        #expect(!shutdown.isRequested)
    }

    @Test("cancels whoever outlives the grace period, and names it")
    func cancelsTheLate() async throws {
        var group = group()
        group.add("quick", service("quick"))
        group.add("stubborn", service("stubborn") { _ in try await Shutdown().wait() })
        let result = try await run(group) { _ in
            try await eventually { entries.count == 2 }
            shutdown.request()
            try await eventually { clock.sleeperCount == 1 && entries.contains("quick ended") }
            clock.advance(by: .milliseconds(9_999))
            #expect(!entries.contains("stubborn ended"))
            clock.advance(by: .milliseconds(1))
        }
        #expect(throws: ServicesError.gracePeriodExceeded(services: ["stubborn"])) { try result?.get() }
    }

    @Test("cancels the others after the grace period when one throws, and still rethrows its error")
    func cancelsTheLateAfterAFailure() async throws {
        var group = group()
        group.add("stubborn", service("stubborn") { _ in try await Shutdown().wait() })
        group.add("bad", service("bad") { _ in throw Refused() })
        let result = try await run(group) { _ in
            try await eventually { clock.sleeperCount == 1 }
            clock.advance(by: .seconds(10))
        }
        #expect(throws: Refused.self) { try result?.get() }
        #expect(entries.last == "stubborn ended")
    }

    @Test("takes an early return for an error unless told otherwise")
    func earlyReturnIsAnError() async throws {
        var group = group()
        group.add("steady", service("steady"))
        group.add("brief", service("brief") { _ in })
        let result = try await run(group)
        #expect(throws: ServicesError.returnedEarly(service: "brief")) { try result?.get() }
        #expect(entries.contains("steady ended"))
    }

    @Test("lets a service return early where that is fine, and the others go on")
    func earlyReturnIsFine() async throws {
        var group = group()
        group.add("steady", service("steady"))
        group.add("brief", service("brief") { _ in }, earlyReturn: .isFine)
        let result = try await run(group) { _ in
            try await eventually { entries.count == 3 }
            #expect(!entries.contains("steady ended"))
            shutdown.request()
        }
        #expect(throws: Never.self) { try result?.get() }
    }

    @Test("asks the others to stop when a service returns that decides for all")
    func earlyReturnStopsTheGroup() async throws {
        var group = group()
        group.add("steady", service("steady"))
        group.add("brief", service("brief") { _ in }, earlyReturn: .stopsTheGroup)
        let result = try await run(group)
        #expect(throws: Never.self) { try result?.get() }
        #expect(entries.contains("steady ended"))
        #expect(!shutdown.isRequested)
    }

    @Test("ends when all services have ended, without any request")
    func endsWithItsServices() async throws {
        var group = group()
        group.add("a", service("a") { _ in }, earlyReturn: .isFine)
        group.add("b", service("b") { _ in }, earlyReturn: .isFine)
        let result = try await run(group)
        #expect(throws: Never.self) { try result?.get() }
        #expect(!shutdown.isRequested)
    }

    @Test("stops one by one in reverse order if asked")
    func stopsOneByOne() async throws {
        var group = group(.oneByOneInReverse)
        let gates = ["a": Shutdown(), "b": Shutdown(), "c": Shutdown()]
        for (name, gate) in gates.sorted(by: { $0.key < $1.key }) {
            group.add(
                name,
                service(name) { [journal] in
                    try await $0.wait()
                    journal.withLock { $0.append("\(name) asked") }
                    try await gate.wait()
                }
            )
        }
        let result = try await run(group) { _ in
            try await eventually { entries.count == 3 }
            shutdown.request()
            for (name, count) in [("c", 4), ("b", 6), ("a", 8)] {
                try await eventually { entries.count == count }
                #expect(entries.last == "\(name) asked")
                gates[name]?.request()
            }
        }
        #expect(throws: Never.self) { try result?.get() }
        #expect(
            entries.suffix(6) == ["c asked", "c ended", "b asked", "b ended", "a asked", "a ended"]
        )
    }

    @Test("stops at once when its surroundings are cancelled")
    func stopsWhenCancelled() async throws {
        var group = group()
        group.add("obedient", service("obedient") { _ in try? await Shutdown().wait() })
        group.add("loud", service("loud") { _ in try await Shutdown().wait() })
        let result = try await run(group) { cancel in
            try await eventually { entries.count == 2 }
            cancel()
        }
        #expect(throws: CancellationError.self) { try result?.get() }
        #expect(Set(entries.suffix(2)) == ["obedient ended", "loud ended"])
    }

    @Test("is a service, so groups may be nested")
    func nests() async throws {
        var inner = group()
        inner.add("inner", service("inner"))
        var outer = group()
        outer.add("inner group", inner)
        outer.add("outer", service("outer"))
        let result = try await run(outer) { _ in
            try await eventually { entries.count == 2 }
            shutdown.request()
        }
        #expect(throws: Never.self) { try result?.get() }
        #expect(entries.count == 4)
    }
}
