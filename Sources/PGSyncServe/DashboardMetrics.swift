import HTTPServer
package import Telemetry

/// What a dashboard counts.
package struct DashboardMetrics: Sendable {
    /// Why a request was turned away, apart from what it asked for.
    enum Refusal: String, CaseIterable {
        case certificate, host, origin, rate, scope, token
    }

    private let requests: Labeled<Counter>
    private let seconds: Histogram
    private let refused: Labeled<Counter>
    private let samples: Counter
    private let sampleFailures: Counter
    private let viewers: Gauge
    private let certificates: Labeled<Counter>

    /// Registers the metrics, once per registry.
    package init(in registry: MetricsRegistry) throws {
        requests = try registry.counter(
            "pgsync_dashboard_requests_total",
            help: "Answers to requests for the API, by the class of their status.",
            labels: ["code"]
        )
        seconds = try registry.histogram(
            "pgsync_dashboard_request_seconds",
            help: "Time to answer a request for the API; of a stream, until it begins."
        )
        refused = try registry.counter(
            "pgsync_dashboard_refused_total",
            help: "Requests turned away, by what was wrong with them.",
            labels: ["reason"]
        )
        samples = try registry.counter(
            "pgsync_dashboard_samples_total",
            help: "Times the figures for those who watch were read."
        )
        sampleFailures = try registry.counter(
            "pgsync_dashboard_sample_failures_total",
            help: "Times the figures for those who watch could not be read."
        )
        viewers = try registry.gauge(
            "pgsync_dashboard_viewers",
            help: "Open streams of events."
        )
        certificates = try registry.counter(
            "pgsync_dashboard_certificates_total",
            help: "Times another certificate was found while it served, by whether it could be used.",
            labels: ["result"]
        )
        for result in ["taken", "refused"] { _ = certificates[result] }
        // Counters begin at 0, so that the first event is an increase.
        for code in ["2xx", "3xx", "4xx", "5xx"] { _ = requests[code] }
        for reason in Refusal.allCases { _ = refused[reason.rawValue] }
    }

    func note(_ response: HTTPResponse, took duration: Duration) {
        requests["\(response.status / 100)xx"].increment()
        seconds.observe(duration)
    }

    func note(_ refusal: Refusal) { refused[refusal.rawValue].increment() }

    func noteSample(failed: Bool) { (failed ? sampleFailures : samples).increment() }

    /// Another certificate was found.
    package func noteCertificate(taken: Bool) { certificates[taken ? "taken" : "refused"].increment() }

    func note(viewers count: Int) { viewers.set(Double(count)) }
}
