import Concurrency
import Postgres
import Services
import Telemetry

/// Connects all parts of a worker to the server, and probes an unreachable server only now and then.
///
/// All share one breaker: while it is open, one attempt at a time probes whether the server is back.
final class ConnectionGate: Sendable {
    private struct State {
        var breaker = CircuitBreaker<ContinuousClock.Instant>(
            policy: CircuitBreakerPolicy(
                failuresInARow: 3,
                openDuration: Backoff(initial: .milliseconds(250), cap: .seconds(1), jitter: .equal)
            )
        )
        var generator = SystemRandomNumberGenerator()
        var hasConnected = false
        /// Whether the last finished attempt failed.
        var isAway = false
    }

    private let options: ConnectionOptions
    private let logger: Logger
    private let metrics: WorkerMetrics
    private let isPatient: Bool
    private let state = Locked(State())

    /// Retry interval while the breaker is closed, poll interval while another task probes.
    private static let pause = Duration.milliseconds(50)

    /// An impatient gate gives up when the very first attempt fails.
    init(
        to options: ConnectionOptions,
        isPatient: Bool,
        logger: Logger,
        metrics: WorkerMetrics
    ) {
        self.options = options
        self.isPatient = isPatient
        self.logger = logger
        self.metrics = metrics
    }

    /// How far the breaker is open.
    enum Openness: String {
        case closed
        /// An attempt is probing whether the server is back.
        case trying
        case open
    }

    var openness: Openness {
        state.withLock { state in
            switch state.breaker.state {
            case .closed: .closed
            case .halfOpen: .trying
            case .open: .open
            }
        }
    }

    /// Connects, however long it takes; nil once a shutdown is requested.
    ///
    /// - Throws: before anything has ever connected, errors that waiting does not cure.
    func connect(until shutdown: Shutdown) async throws -> PostgresConnection? {
        while !shutdown.isRequested {
            switch state.withLock({ $0.breaker.admit(at: .now) }) {
            case .reject(let wait):
                if try await shutdown.sleep(for: wait ?? Self.pause) { return nil }
            case .proceed(let permit):
                if let connection = try await attempt(permit, until: shutdown) { return connection }
                if try await shutdown.sleep(for: Self.pause) { return nil }
            }
            metrics.note(openness)
        }
        return nil
    }

    private func attempt(
        _ permit: CircuitBreaker<ContinuousClock.Instant>.Permit,
        until shutdown: Shutdown
    ) async throws -> PostgresConnection? {
        do {
            let connection = try await shutdown.withGracePeriod(.zero) { [options] in
                try await PostgresConnection.open(options)
            }
            let wasAway = settle(permit, as: .success).wasAway
            metrics.noteConnection(succeeded: true)
            logger.log(wasAway ? .info : .debug, "Connected", ["database.address": .string("\(options)")])
            return connection
        } catch let error as PostgresError {
            let hasConnected = settle(permit, as: .failure).hasConnected
            metrics.noteConnection(succeeded: false)
            if !hasConnected, error.isHopeless || !isPatient { throw error }
            logger.warning(
                "No connection to the database; trying again",
                ["database.address": .string("\(options)"), "error": .string("\(error)")]
            )
            return nil
        } catch is CancellationError {
            settle(permit, as: .unknown)
            guard shutdown.isRequested, !Task.isCancelled else { throw CancellationError() }
            return nil
        }
    }

    /// Reports to the breaker, and returns its previous state.
    @discardableResult
    private func settle(
        _ permit: CircuitBreaker<ContinuousClock.Instant>.Permit,
        as outcome: CircuitBreaker<ContinuousClock.Instant>.Outcome
    ) -> (hasConnected: Bool, wasAway: Bool) {
        state.withLock { state in
            state.breaker.settle(permit, as: outcome, at: .now, using: &state.generator)
            let before = (state.hasConnected, state.isAway)
            switch outcome {
            case .success: (state.hasConnected, state.isAway) = (true, false)
            case .failure: state.isAway = true
            case .unknown: break
            }
            return before
        }
    }
}
