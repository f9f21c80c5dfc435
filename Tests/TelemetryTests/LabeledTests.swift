import Telemetry
import Testing

@Suite("Labeled metric")
struct LabeledTests {
    @Test("returns the same metric for the same label values and no other")
    func returnsTheSameMetric() throws {
        let labeled = try MetricsRegistry().counter("a_total", help: "A.", labels: ["x", "y"])
        #expect(labeled["1", "2"] === labeled["1", "2"])
        #expect(labeled["1", "2"] !== labeled["2", "1"])
    }

    @Test("stops the program when a label value is missing")
    func stopsOnMissingValue() async {
        await #expect(processExitsWith: .failure) {
            let labeled = try MetricsRegistry().counter("a_total", help: "A.", labels: ["x", "y"])
            labeled["1"].increment()
        }
    }
}
