import PGSyncCore
import Testing

@Suite("BatchSize")
struct BatchSizeTests {
    @Test(
        "begins with a quarter of the maximum, and never with nothing",
        arguments: [(100, 25), (3, 1), (0, 1)]
    )
    func begins(maximum: Int, limit: Int) {
        #expect(BatchSize(maximum: maximum).limit == limit)
    }

    @Test("doubles while full batches are quick, up to the maximum")
    func grows() {
        var size = BatchSize(maximum: 1_000)
        var limits: [Int] = []
        for _ in 1...4 {
            size.note(claimed: size.limit, took: .milliseconds(20))
            limits.append(size.limit)
        }
        #expect(limits == [500, 1_000, 1_000, 1_000])
    }

    @Test("stays as it is when a batch was not full, or took about as long as it should")
    func stays() {
        var size = BatchSize(maximum: 1_000)
        size.note(claimed: 10, took: .milliseconds(1))
        size.note(claimed: 0, took: .milliseconds(1))
        size.note(claimed: 250, took: .milliseconds(150))
        #expect(size.limit == 250)
    }

    @Test("shrinks towards what fits, at most to a half at a time")
    func shrinks() {
        var size = BatchSize(maximum: 1_000)
        size.note(claimed: 250, took: .milliseconds(250))
        #expect(size.limit == 200)
        size.note(claimed: 200, took: .seconds(20))
        #expect(size.limit == 100)
    }

    @Test("halves when a batch was cancelled, and keeps one")
    func timesOut() {
        var size = BatchSize(maximum: 10)
        for _ in 1...5 { size.timedOut() }
        #expect(size.limit == 1)
    }

    @Test("follows the maximum down at once, and up as batches show")
    func followsMaximum() {
        var size = BatchSize(maximum: 400)
        size.maximum = 50
        #expect(size.limit == 50)
        size.maximum = 0
        #expect(size.limit == 1)
        size.maximum = 400
        #expect(size.limit == 1)
        size.note(claimed: 1, took: .milliseconds(1))
        #expect(size.limit == 2)
        size.restart()
        #expect(size.limit == 100)
    }

    @Test("finds the size that takes as long as it should", arguments: [5, 50, 400])
    func converges(microsecondsEach: Int) {
        var size = BatchSize(maximum: 100_000)
        for _ in 1...40 {
            size.note(claimed: size.limit, took: .microseconds(1_000 + size.limit * microsecondsEach))
        }
        let time = Duration.microseconds(size.limit * microsecondsEach)
        #expect(time <= BatchSize.target && time >= BatchSize.target / 4)
    }
}
