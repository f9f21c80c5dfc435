import HTTPServer
import JSON
import Telemetry

/// What a worker shows over HTTP.
struct WorkerSite: Sendable {
    let registry: MetricsRegistry
    let reporter: HealthReporter

    /// Registers what belongs to the process rather than to its worker.
    init(registry: MetricsRegistry, reporter: HealthReporter) throws {
        self.registry = registry
        self.reporter = reporter
        try registry.registerProcess()
        try registry.gauge(
            "pgsync_build_info",
            help: "Always 1; the label is the version of this program.",
            labels: ["version"]
        )[
            Version.number
        ].set(1)
    }

    var routes: [String: @Sendable () -> HTTPResponse] {
        [
            "/metrics": { [registry] in
                HTTPResponse(contentType: PrometheusText.contentType, body: registry.prometheusText())
            },
            "/healthz": { [reporter] in Self.health(reporter.statement) },
        ]
    }

    /// Like `--check-health --json`, with the worker's report, but without its process.
    static func health(
        _ statement: HealthStatement?,
        at now: Duration = HealthStatement.uptime
    ) -> HTTPResponse {
        let complaint = statement.map { $0.complaint(at: now) } ?? "the worker has not reported yet"
        let json: JSONValue = [
            "healthy": .bool(complaint == nil),
            "reason": complaint.map { .string($0) } ?? .null,
            "health": statement?.publicJSON ?? .null,
        ]
        return HTTPResponse(
            status: complaint == nil ? 200 : 503,
            contentType: "application/json",
            body: json.text() + "\n"
        )
    }
}
