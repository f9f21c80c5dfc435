import PGSyncStore
import Telemetry

/// How the systems of others were when the leader last looked, and how far they have been read; nothing in other workers.
final class RemoteMetrics: Sendable {
    private let figures = Observation<RemoteFigures>()

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_endpoint_state",
            help:
                "1 for the state of a system that imports call: closed, half_open, open, limited or paused. Only in the leader.",
            labels: ["endpoint", "state"]
        ) { [figures] in
            var values: [[String]: Double] = [:]
            for (endpoint, state) in figures.current?.value.states ?? [:] {
                for one in RemoteFigures.allStates { values[[endpoint, one]] = one == state ? 1 : 0 }
            }
            return values
        }
        try registry.gauge(
            "pgsync_import_lag_seconds",
            help: "How old the newest data is that was read of a stream. Only in the leader.",
            labels: ["import", "stream"]
        ) { [figures] in
            guard let (seen, age) = figures.current else { return [:] }
            var values: [[String]: Double] = [:]
            for lag in seen.lags { values[[lag.name, lag.stream]] = lag.seconds + age / .seconds(1) }
            return values
        }
    }

    func note(_ seen: RemoteFigures, each interval: Duration) { figures.note(seen, each: interval) }

    func forget() { figures.forget() }
}
