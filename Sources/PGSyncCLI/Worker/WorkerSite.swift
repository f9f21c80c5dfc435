import HTTPServer
import JSON

/// What a worker shows over HTTP beside its metrics.
enum WorkerSite {
    static func routes(_ reporter: HealthReporter) -> [String: @Sendable () -> HTTPResponse] {
        ["/healthz": { health(reporter.statement) }]
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
