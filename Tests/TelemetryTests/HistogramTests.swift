import Testing

@testable import Telemetry

@Suite("Histogram")
struct HistogramTests {
    @Test("counts an observation in the first bucket whose bound is not below it")
    func countsInBuckets() {
        let histogram = Histogram(bounds: [1, 2])
        for value in [-5, 1, 1.5, 2, 2.1, .infinity] { histogram.observe(value) }
        #expect(histogram.snapshot.counts == [2, 2, 2])
    }

    @Test("ignores what is not a number")
    func ignoresNotANumber() {
        let histogram = Histogram(bounds: [1])
        histogram.observe(.nan)
        histogram.observe(0.5)
        #expect(histogram.snapshot.counts == [1, 0])
        #expect(histogram.snapshot.sum == 0.5)
    }

    @Test("offers ascending bounds for durations")
    func offersAscendingBounds() {
        #expect(Histogram.durations == Histogram.durations.sorted())
        #expect(Set(Histogram.durations).count == Histogram.durations.count)
    }
}
