import Telemetry
import Testing

@Suite("Gauge")
struct GaugeTests {
    @Test("rises, falls and takes durations in seconds")
    func risesAndFalls() throws {
        let gauge = try MetricsRegistry().gauge("a_seconds", help: "A.")
        gauge.set(.milliseconds(1_500))
        gauge.add(-2)
        #expect(gauge.value == -0.5)
    }
}
