/// The Prometheus text exposition format, version 0.0.4.
public enum PrometheusText {
    /// The media type to send with the text.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// One metric with the means to read all of its series.
    struct Family: Sendable {
        let descriptor: MetricDescriptor
        let series: @Sendable () -> [Series]
    }

    /// The state of one combination of label values.
    struct Series: Sendable {
        let labelValues: [String]
        let measurement: Measurement
    }

    /// What was measured.
    enum Measurement: Sendable {
        case value(Double)
        case distribution(bounds: [Double], Histogram.Snapshot)
    }

    static func render(_ families: [Family]) -> String {
        var text = ""
        for family in families.sorted(by: { $0.descriptor.name < $1.descriptor.name }) {
            let descriptor = family.descriptor
            text += "# HELP \(descriptor.name) \(escaped(descriptor.help, quotes: false))\n"
            text += "# TYPE \(descriptor.name) \(descriptor.kind.rawValue)\n"
            let ordered = family.series().sorted { $0.labelValues.lexicographicallyPrecedes($1.labelValues) }
            for series in ordered {
                let labels = Array(zip(descriptor.labels, series.labelValues))
                append(series.measurement, name: descriptor.name, labels: labels, to: &text)
            }
        }
        return text
    }

    private static func append(
        _ measurement: Measurement,
        name: String,
        labels: [(String, String)],
        to text: inout String
    ) {
        switch measurement {
        case .value(let value):
            text += "\(name)\(block(labels)) \(number(value))\n"
        case .distribution(let bounds, let snapshot):
            var cumulative: UInt64 = 0
            for (bound, count) in zip(bounds + [.infinity], snapshot.counts) {
                cumulative += count
                text += "\(name)_bucket\(block(labels + [("le", number(bound))])) \(cumulative)\n"
            }
            text += "\(name)_sum\(block(labels)) \(number(snapshot.sum))\n"
            text += "\(name)_count\(block(labels)) \(cumulative)\n"
        }
    }

    private static func block(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }
}
