import PGSyncCore
import Testing

@Suite("StepPacing")
struct StepPacingTests {
    @Test("comes to steps that take the time they should")
    func adapts() {
        var pacing = StepPacing(share: 0.5)
        for _ in 1...20 {
            _ = pacing.pause(afterStepOf: .microseconds(pacing.rows * 100), target: .milliseconds(200))
        }
        #expect(pacing.rows == 2_000)
        for _ in 1...20 {
            _ = pacing.pause(afterStepOf: .milliseconds(pacing.rows), target: .milliseconds(200))
        }
        #expect(pacing.rows == 200)
    }

    @Test("grows and shrinks in bounds, whatever a step took")
    func bounds() {
        var pacing = StepPacing(share: 1)
        for _ in 1...40 { _ = pacing.pause(afterStepOf: .zero, target: .seconds(1)) }
        #expect(pacing.rows == 50_000)
        _ = pacing.pause(afterStepOf: .seconds(1_000), target: .seconds(1))
        #expect(pacing.rows == 12_500)
        for _ in 1...40 { _ = pacing.pause(afterStepOf: .seconds(1_000), target: .seconds(1)) }
        #expect(pacing.rows == 10)
    }

    @Test(
        "rests in proportion to the work",
        arguments: [(1.0, Duration.zero), (0.5, .milliseconds(100)), (0.2, .milliseconds(400))]
    )
    func rests(share: Double, pause: Duration) {
        var pacing = StepPacing(share: share)
        let found = pacing.pause(afterStepOf: .milliseconds(100), target: .milliseconds(100))
        #expect(abs((found - pause) / .milliseconds(1)) < 0.001)
    }
}
