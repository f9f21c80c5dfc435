import Arguments
import PGSyncBench

/// Names of measurements, separated by commas.
struct MeasurementList<Measurement>: ArgumentValue, Equatable
where Measurement: RawRepresentable<String> & CaseIterable & Equatable & Sendable {
    let measurements: [Measurement]

    init(_ measurements: [Measurement]) {
        self.measurements = measurements
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let measurements = words.compactMap { Measurement(rawValue: String($0)) }
        guard measurements.count == words.count else { return nil }
        self.init(Measurement.allCases.filter(measurements.contains))
    }

    var argument: String { measurements.map(\.rawValue).joined(separator: ",") }
    static var expectation: String {
        "some of \(Measurement.allCases.map(\.rawValue).joined(separator: ","))"
    }
    static var placeholder: String { "MEASUREMENTS" }
}

/// Numbers of writers with commas between.
struct WriterCounts: ArgumentValue, Equatable {
    let counts: [Int]

    init(_ counts: [Int]) {
        self.counts = counts
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let counts = words.compactMap { Int($0) }.filter { (1...90).contains($0) }
        guard counts.count == words.count, Set(counts).count == counts.count else { return nil }
        self.counts = counts
    }

    var argument: String { counts.map(String.init).joined(separator: ",") }
    static var expectation: String { "distinct numbers from 1 to 90 such as 1,8,32" }
    static var placeholder: String { "COUNTS" }
}
