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
