import Arguments
import PGSyncBench

/// Names of measurements, separated by commas.
struct MeasurementList: ArgumentValue, Equatable {
    let measurements: [PostingMeasurement]

    init(_ measurements: [PostingMeasurement]) {
        self.measurements = measurements
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let measurements = words.compactMap { PostingMeasurement(rawValue: String($0)) }
        guard measurements.count == words.count else { return nil }
        self.init(PostingMeasurement.allCases.filter(measurements.contains))
    }

    var argument: String { measurements.map(\.rawValue).joined(separator: ",") }
    static var expectation: String {
        "some of \(PostingMeasurement.allCases.map(\.rawValue).joined(separator: ","))"
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
