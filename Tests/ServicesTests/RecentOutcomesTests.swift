import Testing
import TestSupport

@testable import Services

@Suite("Recent outcomes")
struct RecentOutcomesTests {
    private typealias Outcome = CircuitBreaker<ContinuousClock.Instant>.Outcome

    @Test("counts failures in a row until the next success")
    func countsFailuresInARow() {
        var recent = RecentOutcomes(window: 0)
        for outcome: Outcome in [.failure, .failure, .unknown, .failure] { recent.note(outcome) }
        #expect(recent.failuresInARow == 3)
        #expect(recent.failureShare == nil)
        recent.note(Outcome.success)
        #expect(recent.failuresInARow == 0)
    }

    @Test("knows the share of failures among the latest calls only")
    func knowsTheShare() {
        var recent = RecentOutcomes(window: 4)
        var generator = SeededGenerator(seed: 9)
        var all: [Bool] = []
        for _ in 0..<200 {
            let isFailure = Bool.random(using: &generator)
            recent.note(isFailure ? Outcome.failure : .success)
            all.append(isFailure)
            let expected = all.count < 4 ? nil : Double(all.suffix(4).count { $0 }) / 4
            #expect(recent.failureShare == expected)
        }
        recent.clear()
        #expect(recent.failureShare == nil)
    }
}
