import Telemetry
import Testing

@Suite("Metrics error")
struct MetricsErrorTests {
    @Test("says which metric is at fault and what would be right")
    func saysWhatWouldBeRight() {
        let registry = MetricsRegistry()
        let error = #expect(throws: MetricsError.self) { try registry.counter("changes", help: "Changes.") }
        #expect(error?.description == #"metric name "changes" must end with _total"#)
        let other = #expect(throws: MetricsError.self) { try registry.gauge("a", help: "A.", labels: ["le"]) }
        #expect(
            other?.description
                == #"label "le" of metric "a" is reserved for the parts of a histogram or summary"#
        )
    }
}
