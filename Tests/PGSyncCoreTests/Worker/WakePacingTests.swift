import PGSyncCore
import Testing

@Suite("WakePacing")
struct WakePacingTests {
    private var pacing = WakePacing()

    @Test("pauses longer and longer while what is seen cannot be taken, and never for long")
    mutating func fruitless() {
        var pauses: [Duration?] = []
        for _ in 1...7 {
            pacing.woke(bySight: true, claimed: 10)
            pauses.append(pacing.pause(claimed: 10))
        }
        #expect(pauses == [5, 10, 20, 40, 80, 100, 100].map { .milliseconds($0) })
    }

    @Test("does not pause when something was taken, or the bell had rung; then begins anew")
    mutating func fruitful() {
        #expect(pacing.pause(claimed: 0) == nil)
        for _ in 1...3 {
            pacing.woke(bySight: true, claimed: 10)
            _ = pacing.pause(claimed: 10)
        }
        pacing.woke(bySight: true, claimed: 10)
        #expect(pacing.pause(claimed: 11) == nil)
        pacing.woke(bySight: false, claimed: 11)
        #expect(pacing.pause(claimed: 11) == nil)
        pacing.woke(bySight: true, claimed: 11)
        #expect(pacing.pause(claimed: 11) == .milliseconds(5))
    }

    @Test("knows whether the last wake led to anything, whatever it was for")
    mutating func achievement() {
        #expect(!pacing.achievedNothing(claimed: 0))
        pacing.woke(bySight: false, claimed: 5)
        #expect(pacing.achievedNothing(claimed: 5) && !pacing.achievedNothing(claimed: 6))
        #expect(pacing.pause(claimed: 5) == nil)
    }
}
