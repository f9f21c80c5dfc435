import HTTPServer
import Telemetry

/// Serves what a program counts, and whatever else it shows to machines.
struct MetricsServer: Sendable {
    let registry: MetricsRegistry
    private let others: [String: @Sendable () -> HTTPResponse]

    /// Registers what belongs to the process rather than to its work.
    init(_ registry: MetricsRegistry, others: [String: @Sendable () -> HTTPResponse]) throws {
        self.registry = registry
        self.others = others
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
        others.merging([
            "/metrics": { [registry] in
                HTTPResponse(contentType: PrometheusText.contentType, body: registry.prometheusText())
            }
        ]) { own, _ in own }
    }

    /// Serves at an address for as long as a closure runs.
    func run<Success>(
        at address: ListenAddress,
        logger: Logger,
        _ body: () async throws -> Success
    ) async throws -> Success {
        try await WebServer(at: address, routes: routes).run { bound in
            logger.info("Serving metrics", ["http.address": .string("\(bound)")])
            if !bound.isLoopback {
                logger.warning(
                    "Metrics are served beyond this machine: anyone who can reach the address can read them",
                    ["http.address": .string("\(bound)")]
                )
            }
            return try await body()
        }
    }
}
