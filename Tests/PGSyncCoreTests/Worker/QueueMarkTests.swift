import PGSyncCore
import Testing

@Suite("QueueMark")
struct QueueMarkTests {
    private var mark = QueueMark()
    private var now = Duration.zero

    private mutating func post(to next: Int64) {
        let look = mark.beginLook()
        mark.end(look, nextMark: next)
    }

    /// A survey that takes no time; one that nobody disturbs has the next transaction as both ends.
    private mutating func survey(
        oldest: Int64? = nil,
        lastID: Int64,
        running: ClosedRange<Int64>? = nil,
        next: Int64
    ) {
        let survey = mark.beginSurvey(at: now)
        mark.end(
            survey,
            QueueSurvey(
                oldest: oldest,
                lastID: lastID,
                snapshotMinimum: running?.lowerBound ?? next,
                snapshotMaximum: next
            ),
            at: now
        )
        now += QueueMark.shortestInterval
    }

    @Test("begins where the last batch ended")
    mutating func movesOn() {
        post(to: 101)
        #expect(mark.beginLook().start == 101)
        post(to: 90)
        #expect(mark.low == 101)
    }

    @Test("goes back to what a failed batch had taken, and a batch from before does not hide it")
    mutating func abandons() {
        let first = mark.beginLook()
        post(to: 101)
        let second = mark.beginLook()
        mark.abandon(first)
        #expect(mark.low == 0)
        mark.end(second, nextMark: 201)
        #expect(mark.low == 0)
        post(to: 101)
        #expect(mark.low == 101)
    }

    @Test("a batch that fails where the mark is changes nothing")
    mutating func abandonsAtMark() {
        let (first, second) = (mark.beginLook(), mark.beginLook())
        mark.abandon(first)
        mark.end(second, nextMark: 50)
        #expect(mark.low == 50)
    }

    @Test("takes up what a survey finds below, and passes over what is finished")
    mutating func obeysSurveys() {
        post(to: 1_000)
        survey(oldest: 300, lastID: 1_500, next: 70)
        #expect(mark.low == 300)
        survey(oldest: 1_200, lastID: 1_500, next: 71)
        #expect(mark.low == 1_200)
        // Nothing waits, and by now nobody can come up with an id that was known at first.
        survey(lastID: 1_700, next: 72)
        #expect(mark.low == 1_501)
    }

    @Test("calls an id safe only when everybody is over who might have had a smaller one")
    mutating func waitsForTransactions() {
        // An id was given out to 40, which runs on.
        survey(lastID: 100, running: 40...40, next: 50)
        survey(lastID: 120, running: 40...40, next: 60)
        survey(lastID: 130, running: 40...40, next: 70)
        #expect(mark.safe == 0)
        // 59 began after the first survey, but before the second had ended the question.
        survey(lastID: 130, running: 59...59, next: 80)
        #expect(mark.safe == 0)
        survey(lastID: 130, running: 60...60, next: 80)
        #expect(mark.safe == 101)
    }

    @Test("calls nothing safe that waits, whoever has it in hand")
    mutating func waitsForChanges() {
        survey(lastID: 100, next: 50)
        survey(lastID: 100, next: 50)
        survey(oldest: 30, lastID: 100, next: 50)
        #expect(mark.safe == 30)
    }

    @Test("surveys from zero first and then each minute, and goes back for what it finds there")
    mutating func fullSurveys() {
        #expect(mark.beginSurvey(at: now).start == 0)
        for _ in 1...3 { survey(lastID: 400, next: 9) }
        #expect(mark.safe == 401)
        #expect(mark.beginSurvey(at: now).start == 401)
        now = .seconds(61)
        #expect(mark.beginSurvey(at: now).start == 0)
        // Somebody has set an old change back by hand.
        survey(oldest: 7, lastID: 400, next: 9)
        #expect(mark.low == 7 && mark.safe == 7)
    }

    @Test("spends at most a twentieth of the time on surveys")
    mutating func boundedShare() {
        survey(lastID: 1, next: 1)
        for milliseconds in [1, 10, 40, 200, 1_000] {
            let duration = Duration.milliseconds(milliseconds)
            now = max(now, mark.nextSurveyTime)
            let survey = mark.beginSurvey(at: now)
            now += duration
            mark.end(survey, QueueSurvey(lastID: 1, snapshotMinimum: 1, snapshotMaximum: 1), at: now)
            #expect(mark.nextSurveyTime - now >= max(duration * 19, QueueMark.shortestInterval))
        }
    }

    @Test("forgets everything when the server is another one, looks under way included")
    mutating func resets() {
        post(to: 100)
        let look = mark.beginLook()
        mark.reset()
        mark.end(look, nextMark: 200)
        #expect(mark.low == 0 && mark.safe == 0)
    }

    @Test("never passes over a change for good, whatever happens when", arguments: 1...200)
    func model(seed: UInt64) {
        var run = QueueMarkModel(seed: seed)
        for _ in 1...300 { run.step() }
        run.settle()
        #expect(run.lost.isEmpty, "seed \(seed): \(run.lost)")
    }
}
