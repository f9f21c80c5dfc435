import Services
import Testing

@Suite("Signal")
struct SignalTests {
    @Test("has the exit code that shells expect")
    func hasExitCode() {
        #expect(Signal.interrupt.exitCode == 130)
        #expect(Signal.terminate.exitCode == 143)
        #expect(Signal.hangUp.exitCode == 129)
    }
}
