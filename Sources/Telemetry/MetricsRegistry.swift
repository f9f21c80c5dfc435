import Concurrency

/// All metrics of a process, and their text for Prometheus.
///
/// Names are checked when a metric is registered: the Prometheus grammar, `_total` for counters alone, base units
/// (`_seconds`, `_bytes`) and those at the end. Counting never touches the registry, only the metric itself.
public final class MetricsRegistry: Sendable {
    private struct State {
        var families: [PrometheusText.Family] = []
        var sampleNames: Set<String> = []
    }

    private let state = Locked(State())

    /// Creates a registry without metrics.
    public init() {}

    /// Renders all metrics in the text format 0.0.4, sorted by name and then by label values.
    ///
    /// Gauges with a callback are asked now, outside of any lock.
    public func prometheusText() -> String {
        let families = state.withLock { $0.families }
        return PrometheusText.render(families)
    }

    private func register(
        _ descriptor: MetricDescriptor,
        series: @escaping @Sendable () -> [PrometheusText.Series]
    ) throws(MetricsError) {
        try state.withLock { state throws(MetricsError) in
            if let taken = descriptor.sampleNames.first(where: state.sampleNames.contains) {
                throw .alreadyRegistered(taken)
            }
            state.sampleNames.formUnion(descriptor.sampleNames)
            state.families.append(PrometheusText.Family(descriptor: descriptor, series: series))
        }
    }

    /// Registers a metric that is split by labels.
    private func register<Metric: Sendable>(
        _ descriptor: MetricDescriptor,
        make: @escaping @Sendable () -> Metric,
        measure: @escaping @Sendable (Metric) -> PrometheusText.Measurement
    ) throws(MetricsError) -> Labeled<Metric> {
        let labeled = Labeled(labels: descriptor.labels, make: make)
        try register(descriptor) {
            labeled.all.map { values, metric in
                PrometheusText.Series(labelValues: values, measurement: measure(metric))
            }
        }
        return labeled
    }
}

extension MetricsRegistry {
    /// Registers a counter, which is shown from now on, at first as 0.
    public func counter(_ name: String, help: String) throws(MetricsError) -> Counter {
        try counter(name, help: help, labels: [])[]
    }

    /// Registers a counter split by labels.
    public func counter(
        _ name: String,
        help: String,
        labels: [String]
    ) throws(MetricsError) -> Labeled<Counter> {
        try register(
            MetricDescriptor(name: name, help: help, kind: .counter, labels: labels),
            make: { Counter() },
            measure: { .value($0.value) }
        )
    }

    /// Registers a gauge, which is shown from now on, at first as 0.
    public func gauge(_ name: String, help: String) throws(MetricsError) -> Gauge {
        try gauge(name, help: help, labels: [])[]
    }

    /// Registers a gauge split by labels.
    public func gauge(_ name: String, help: String, labels: [String]) throws(MetricsError) -> Labeled<Gauge> {
        try register(
            MetricDescriptor(name: name, help: help, kind: .gauge, labels: labels),
            make: { Gauge() },
            measure: { .value($0.value) }
        )
    }

    /// Registers a gauge whose value is asked for whenever the text is rendered.
    public func gauge(
        _ name: String,
        help: String,
        read: @escaping @Sendable () -> Double
    ) throws(MetricsError) {
        try gauge(name, help: help, labels: []) { [[]: read()] }
    }

    /// Registers a gauge split by labels whose values are asked for whenever the text is rendered.
    ///
    /// - Precondition: each key that `read` returns has one value for each label.
    public func gauge(
        _ name: String,
        help: String,
        labels: [String],
        read: @escaping @Sendable () -> [[String]: Double]
    ) throws(MetricsError) {
        try register(MetricDescriptor(name: name, help: help, kind: .gauge, labels: labels)) {
            read().map { values, value in
                precondition(values.count == labels.count, "one value for each of the labels \(labels)")
                return PrometheusText.Series(labelValues: values, measurement: .value(value))
            }
        }
    }

    /// Registers a histogram with these upper bounds, which is shown from now on.
    public func histogram(
        _ name: String,
        help: String,
        buckets: [Double] = Histogram.durations
    ) throws(MetricsError) -> Histogram {
        try histogram(name, help: help, labels: [], buckets: buckets)[]
    }

    /// Registers a histogram split by labels.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String],
        buckets: [Double] = Histogram.durations
    ) throws(MetricsError) -> Labeled<Histogram> {
        let isAscending = zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
        guard !buckets.isEmpty, isAscending, buckets.allSatisfy(\.isFinite) else {
            throw .invalidBuckets(metric: name)
        }
        return try register(
            MetricDescriptor(name: name, help: help, kind: .histogram, labels: labels),
            make: { Histogram(bounds: buckets) },
            measure: { .distribution(bounds: $0.bounds, $0.snapshot) }
        )
    }
}
