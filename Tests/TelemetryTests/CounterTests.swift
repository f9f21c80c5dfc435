import Telemetry
import Testing

@Suite("Counter")
struct CounterTests {
    @Test("never falls, whatever is added")
    func neverFalls() throws {
        let counter = try MetricsRegistry().counter("a_seconds_total", help: "A.")
        counter.increment(by: 2)
        counter.increment(by: -1)
        counter.increment(by: .nan)
        counter.increment(by: .milliseconds(500))
        #expect(counter.value == 2.5)
    }
}
