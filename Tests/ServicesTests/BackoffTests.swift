import Services
import Testing
import TestSupport

@Suite("Backoff")
struct BackoffTests {
    private func delays(_ backoff: Backoff, count: Int, seed: UInt64 = 1) -> [Duration] {
        var backoff = backoff
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in backoff.next(using: &generator) }
    }

    @Test("grows by its factor up to the cap")
    func grows() {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(10), multiplier: 2, jitter: .none)
        #expect(delays(backoff, count: 6) == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
    }

    @Test("grows by a fraction as well")
    func growsByAFraction() {
        let backoff = Backoff(initial: .milliseconds(100), cap: .seconds(1), multiplier: 1.5, jitter: .none)
        #expect(delays(backoff, count: 3) == [.milliseconds(100), .milliseconds(150), .milliseconds(225)])
    }

    @Test("begins again after a reset")
    func resets() {
        var backoff = Backoff(initial: .seconds(1), cap: .seconds(10), jitter: .none)
        var generator = SeededGenerator(seed: 1)
        _ = backoff.next(using: &generator)
        _ = backoff.next(using: &generator)
        #expect(backoff.bound == .seconds(4))
        backoff.reset()
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("spreads delays between the bounds of its jitter, and uses their whole width")
    func spreads() throws {
        for (jitter, least) in [(Backoff.Jitter.full, Duration.zero), (.equal, .seconds(4))] {
            let backoff = Backoff(initial: .seconds(8), cap: .seconds(8), jitter: jitter)
            let delays = delays(backoff, count: 2_000)
            let (smallest, largest) = (try #require(delays.min()), try #require(delays.max()))
            #expect(smallest >= least && largest <= .seconds(8))
            #expect(smallest < least + .milliseconds(100) && largest > .milliseconds(7_900))
        }
    }

    @Test("repeats itself with the same random numbers")
    func repeatsItself() {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(60))
        #expect(delays(backoff, count: 20, seed: 3) == delays(backoff, count: 20, seed: 3))
        #expect(delays(backoff, count: 20, seed: 3) != delays(backoff, count: 20, seed: 4))
    }

    @Test("never overflows, however long it goes on", arguments: [1, 2, 1e300, .infinity, .nan])
    func neverOverflows(multiplier: Double) {
        for jitter in [Backoff.Jitter.none, .full, .equal] {
            let longest = Duration.seconds(Int64.max)
            let backoff = Backoff(
                initial: .nanoseconds(1),
                cap: longest,
                multiplier: multiplier,
                jitter: jitter
            )
            #expect(delays(backoff, count: 500).allSatisfy { $0 >= .zero && $0 <= longest })
        }
    }

    @Test("makes sense of what makes none")
    func repairsItsParameters() {
        let backoff = Backoff(initial: .seconds(-1), cap: .seconds(-5), multiplier: 0.5, jitter: .none)
        #expect(delays(backoff, count: 3) == [.zero, .zero, .zero])
        let shrinking = Backoff(initial: .seconds(5), cap: .seconds(1), multiplier: 0.1, jitter: .none)
        #expect(delays(shrinking, count: 3) == [.seconds(5), .seconds(5), .seconds(5)])
    }
}
