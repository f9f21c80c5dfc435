import PGSyncCore
import Testing

@Suite("PosterPacing")
struct PosterPacingTests {
    private var pacing = PosterPacing()
    private var now = Duration.seconds(10)

    /// A batch that ends so long after the last one did.
    private mutating func batch(
        _ claimed: Int,
        after gap: Duration,
        took duration: Duration = .milliseconds(1)
    ) -> PosterPacing.Next {
        now += gap
        return pacing.note(claimed: claimed, limit: 100, took: duration, at: now)
    }

    @Test("sleeps after a single change, at once, however often that happens")
    mutating func singleChanges() {
        for _ in 1...100 { #expect(batch(1, after: .milliseconds(5)) == .park) }
        for _ in 1...100 { #expect(batch(1, after: .seconds(1)) == .park) }
        // Posting two hundred a second, one by one, takes more than half of the time, but it is done.
        for _ in 1...100 {
            #expect(batch(1, after: .milliseconds(5), took: .milliseconds(3)) == .park)
        }
    }

    @Test("does not rest after a single slow batch")
    mutating func hiccup() {
        for _ in 1...100 { _ = batch(1, after: .milliseconds(5), took: .milliseconds(2)) }
        #expect(batch(1, after: .milliseconds(15), took: .milliseconds(15)) == .park)
        #expect(batch(3, after: .milliseconds(3), took: .milliseconds(3)) == .park)
        for _ in 1...10 { _ = batch(3, after: .milliseconds(15), took: .milliseconds(15)) }
        #expect(rest(after: batch(3, after: .milliseconds(15), took: .milliseconds(15))) > .zero)
    }

    @Test("sleeps when nothing was found, also on a busy system")
    mutating func nothing() {
        for _ in 1...50 { _ = batch(5, after: .milliseconds(1)) }
        #expect(batch(0, after: .milliseconds(20)) == .park)
    }

    @Test("looks again at once after a full batch")
    mutating func full() {
        for _ in 1...10 { #expect(batch(100, after: .milliseconds(10)) == .lookAgain) }
    }

    @Test("rests when small batches keep it busy: for a share of what one takes, the less the fuller it is")
    mutating func busy() {
        for milliseconds in [4, 8, 16, 32, 64] {
            let price = Duration.milliseconds(milliseconds)
            var rests: [Duration] = []
            for claimed in [10, 40, 90] {
                var next = PosterPacing.Next.park
                for _ in 1...100 { next = batch(claimed, after: price, took: price) }
                rests.append(rest(after: next))
            }
            #expect(rests[0] > .zero && rests[0] <= min(price / 2, PosterPacing.longestRest))
            #expect(rests == rests.sorted(by: >))
        }
    }

    @Test("does not rest where a rest would hardly be one")
    mutating func tiny() {
        var next = PosterPacing.Next.park
        for _ in 1...100 { next = batch(2, after: .milliseconds(1), took: .microseconds(800)) }
        #expect(next == .lookAgain)
    }

    @Test("has no cliff: a little more load or a little slower server makes a rest a little longer")
    func steady() {
        var longest = Duration.zero
        for perSecond in stride(from: 100, through: 400, by: 5) {
            var (pacing, now, next) = (PosterPacing(), Duration.seconds(10), PosterPacing.Next.park)
            let gap = Duration.seconds(1) / perSecond
            for _ in 1...200 {
                now += gap
                next = pacing.note(claimed: 1, limit: 100, took: .milliseconds(5), at: now)
            }
            let rest = rest(after: next)
            #expect(
                rest - longest < .milliseconds(1),
                "at \(perSecond) a second it rests \(rest) after \(longest)"
            )
            longest = rest
        }
    }

    private func rest(after next: PosterPacing.Next) -> Duration {
        if case .rest(let duration) = next { duration } else { .zero }
    }

    @Test("rests no longer than the batch takes to fill")
    mutating func almostFull() throws {
        var next = PosterPacing.Next.park
        for _ in 1...100 { next = batch(97, after: .milliseconds(20), took: .milliseconds(20)) }
        guard case .rest(let rest) = next else {
            Issue.record("\(next)")
            return
        }
        #expect(rest >= .microseconds(500) && rest < .milliseconds(1))
    }

    @Test("a burst long ago does not make the next change wait")
    mutating func forgets() {
        for _ in 1...100 { _ = batch(2, after: .milliseconds(1)) }
        #expect(batch(1, after: .seconds(5)) == .park)
    }
}
