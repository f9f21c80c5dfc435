import Concurrency
import TestSupport
import Testing

@testable import PGSyncWorker

@Suite("PosterPool", .timeLimit(.minutes(1)))
struct PosterPoolTests {
    private let time: Locked<ContinuousClock.Instant>
    private let pool: PosterPool

    init() {
        let time = Locked(ContinuousClock.now)
        self.time = time
        pool = PosterPool(posters: 2) { time.withLock { $0 } }
    }

    /// Runs a closure beside posters that sleep; what woke each of them is returned.
    private func asleep(_ posters: [Int], _ body: () async throws -> Void) async throws -> [Int: Bool] {
        try await withThrowingTaskGroup(of: (Int, Bool).self) { [pool] group in
            for (count, poster) in posters.enumerated() {
                group.addTask { (poster, await pool.park(poster)) }
                try await eventually { pool.connectedCount == count + 1 }
            }
            try await body()
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test("is away while nobody is there, busy while one works, and quiet when all who are there sleep")
    func situations() async throws {
        #expect(pool.situation == .away && pool.connectedCount == 0)
        pool.begin(0)
        guard case .busy(let duration) = pool.situation else {
            Issue.record("\(pool.situation)")
            return
        }
        #expect(duration > .zero && duration <= .seconds(1))
        pool.leave(0)
        #expect(pool.situation == .away)
        _ = try await asleep([1]) {
            #expect(pool.situation == .quiet)
            #expect(pool.wakeOne())
            #expect(pool.situation != .quiet)
        }
    }

    @Test("wakes one at a time, the last to fall asleep first")
    func wakesOne() async throws {
        let woken = try await asleep([0, 1]) {
            #expect(pool.wakeOne())
            #expect(pool.situation != .quiet)
            pool.leave(1)
            #expect(pool.situation == .quiet)
            #expect(pool.wakeOne())
            #expect(!pool.wakeOne())
        }
        #expect(woken == [0: true, 1: true])
    }

    @Test("does not count a stuck poster as busy")
    func stuck() async throws {
        pool.begin(0)
        _ = try await asleep([1]) {
            time.withLock { $0 += .milliseconds(999) }
            #expect(pool.situation == .busy(for: .milliseconds(1)))
            time.withLock { $0 += .milliseconds(1) }
            try await eventually { pool.situation == .quiet }
            pool.wakeOne()
        }
    }

    @Test("counts a poster in a long batch as there, so that the watcher keeps its connection")
    func longBatch() {
        pool.begin(0)
        time.withLock { $0 += .seconds(60) }
        #expect(pool.situation == .busy(for: .seconds(1)) && pool.connectedCount == 1)
        pool.leave(0)
        #expect(pool.situation == .away)
    }

    @Test("wakes all posters at the end, and lets none sleep afterwards")
    func closes() async throws {
        let woken = try await asleep([0, 1]) { pool.close() }
        #expect(woken == [0: false, 1: false])
        #expect(await !pool.park(0))
    }

    @Test("tells the watcher that a poster fell asleep or left")
    func changes() async throws {
        pool.begin(0)
        try await withThrowingTaskGroup(of: Void.self) { [pool] group in
            group.addTask { try await pool.change() }
            pool.leave(0)
            try await group.waitForAll()
        }
    }

    @Test("lets a cancelled poster go")
    func cancels() async throws {
        let outcome = await withTaskGroup(of: Bool.self) { [pool] group in
            group.addTask { await pool.park(0) }
            try? await eventually { pool.connectedCount == 1 }
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == false)
        #expect(!pool.wakeOne())
    }
}
