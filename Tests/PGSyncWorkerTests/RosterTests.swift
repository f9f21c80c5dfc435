import TestSupport
import Testing

@testable import PGSyncWorker

@Suite("Roster", .timeLimit(.minutes(1)))
struct RosterTests {
    private let roster = Roster(posters: 2)

    /// Runs a closure beside posters that sleep; what woke each of them is returned.
    private func asleep(_ posters: [Int], _ body: () async throws -> Void) async throws -> [Int: Bool] {
        try await withThrowingTaskGroup(of: (Int, Bool).self) { [roster] group in
            for (count, poster) in posters.enumerated() {
                group.addTask { (poster, await roster.park(poster)) }
                try await eventually { roster.connectedCount == count + 1 }
            }
            try await body()
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test("is away while nobody is there, busy while one works, and quiet when all who are there sleep")
    func situations() async throws {
        #expect(roster.situation == .away && roster.connectedCount == 0)
        roster.begin(0)
        guard case .busy(let duration) = roster.situation else {
            Issue.record("\(roster.situation)")
            return
        }
        #expect(duration > .zero && duration <= .seconds(1))
        roster.leave(0)
        #expect(roster.situation == .away)
        _ = try await asleep([1]) {
            #expect(roster.situation == .quiet)
            #expect(roster.wakeOne())
            #expect(roster.situation != .quiet)
        }
    }

    @Test("wakes one at a time, the last to fall asleep first")
    func wakesOne() async throws {
        let woken = try await asleep([0, 1]) {
            #expect(roster.wakeOne())
            #expect(roster.situation != .quiet)
            roster.leave(1)
            #expect(roster.situation == .quiet)
            #expect(roster.wakeOne())
            #expect(!roster.wakeOne())
        }
        #expect(woken == [0: true, 1: true])
    }

    @Test("does not count on who is stuck: the others are quiet meanwhile")
    func stuck() async throws {
        roster.begin(0)
        _ = try await asleep([1]) {
            try await eventually { roster.situation == .quiet }
            roster.wakeOne()
        }
    }

    @Test("sends everybody home, and lets nobody sleep afterwards")
    func closes() async throws {
        let woken = try await asleep([0, 1]) { roster.close() }
        #expect(woken == [0: false, 1: false])
        #expect(await !roster.park(0))
    }

    @Test("tells who waits that somebody fell asleep or went")
    func changes() async throws {
        roster.begin(0)
        try await withThrowingTaskGroup(of: Void.self) { [roster] group in
            group.addTask { try await roster.change() }
            roster.leave(0)
            try await group.waitForAll()
        }
    }

    @Test("lets a cancelled poster go")
    func cancels() async throws {
        let outcome = await withTaskGroup(of: Bool.self) { [roster] group in
            group.addTask { await roster.park(0) }
            try? await eventually { roster.connectedCount == 1 }
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == false)
        #expect(!roster.wakeOne())
    }
}
