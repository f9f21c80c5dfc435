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
