/// What is fixed about a metric, checked when it is registered.
struct MetricDescriptor: Sendable {
    enum Kind: String {
        case counter, gauge, histogram
    }

    let name: String
    let help: String
    let kind: Kind
    let labels: [String]

    init(name: String, help: String, kind: Kind, labels: [String]) throws(MetricsError) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        if let reason = Self.fault(ofName: name, kind: kind) {
            throw .invalidName(name, reason: reason)
        }
        guard help.contains(where: { !$0.isWhitespace }) else { throw .helpIsMissing(metric: name) }
        for (index, label) in labels.enumerated() {
            if let reason = Self.fault(ofLabel: label) {
                throw .invalidLabel(label, metric: name, reason: reason)
            }
            guard !labels[..<index].contains(label) else {
                throw .invalidLabel(label, metric: name, reason: "occurs twice")
            }
        }
    }

    /// The names under which samples of this metric appear.
    var sampleNames: [String] {
        kind == .histogram ? Self.histogramSuffixes.map { name + $0 } + [name] : [name]
    }

    private static let histogramSuffixes = ["_bucket", "_sum", "_count"]
    private static let units: Set<Substring> = ["seconds", "bytes"]
    private static let otherUnits: [(base: String, words: Set<Substring>)] = [
        (
            base: "seconds",
            words: [
                "ns", "us", "ms", "nanoseconds", "microseconds", "milliseconds", "minutes", "hours", "days",
            ]
        ),
        (
            base: "bytes",
            words: ["kb", "mb", "gb", "kib", "mib", "gib", "kilobytes", "megabytes", "gigabytes"]
        ),
    ]

    private static func fault(ofName name: String, kind: Kind) -> String? {
        // The grammar also has the colon, which belongs to recording rules.
        guard isIdentifier(name) else {
            return "must consist of ASCII letters, digits and underscores and not begin with a digit"
        }
        guard name.hasSuffix("_total") == (kind == .counter) else {
            return kind == .counter ? "must end with _total" : "must not end with _total, as counters do"
        }
        if let suffix = histogramSuffixes.first(where: name.hasSuffix) {
            return "must not end with \(suffix), which a histogram derives"
        }
        var words = name.split(separator: "_")
        if kind == .counter { words.removeLast() }
        for (index, word) in words.enumerated() {
            if let unit = otherUnits.first(where: { $0.words.contains(word) }) {
                return "must use the base unit \(unit.base) instead of \(word)"
            }
            guard !units.contains(word) || index == words.count - 1 else {
                return "must have its unit \(word) at the end\(kind == .counter ? ", before _total" : "")"
            }
        }
        return nil
    }

    private static func fault(ofLabel label: String) -> String? {
        guard isIdentifier(label) else {
            return "must consist of ASCII letters, digits and underscores and not begin with a digit"
        }
        guard !label.hasPrefix("__") else {
            return "must not begin with two underscores, which Prometheus keeps for itself"
        }
        guard label != "quantile", label != "le" else {
            return "is reserved for the parts of a histogram or summary"
        }
        return nil
    }

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

/// Why a metric cannot be registered.
public enum MetricsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name breaks the grammar or a naming rule.
    case invalidName(String, reason: String)
    /// A label's name breaks the grammar, is reserved or occurs twice.
    case invalidLabel(String, metric: String, reason: String)
    /// A metric without an explanation helps nobody at three in the morning.
    case helpIsMissing(metric: String)
    /// Another metric already has this name, or one that a histogram derives from it.
    case alreadyRegistered(String)
    /// The buckets of a histogram are not finite and strictly ascending, or there are none.
    case invalidBuckets(metric: String)

    /// Says what is wrong and what would be right.
    public var description: String {
        switch self {
        case .invalidName(let name, let reason):
            "metric name \"\(name)\" \(reason)"
        case .invalidLabel(let label, let metric, let reason):
            "label \"\(label)\" of metric \"\(metric)\" \(reason)"
        case .helpIsMissing(let metric):
            "metric \"\(metric)\" has no help; say in one sentence what it measures"
        case .alreadyRegistered(let name):
            "metric \"\(name)\" is already registered; keep the object that registration returned"
        case .invalidBuckets(let metric):
            "the buckets of \"\(metric)\" must be finite numbers in strictly ascending order, at least one"
        }
    }
}
