import Concurrency
import PGSyncStore
import Postgres

/// What a housekeeper does beside its heartbeat, each thing by itself: one that fails holds up no other.
enum Duty: String, Sendable, CaseIterable {
    case heartbeat, schema, leadership, locks, parts, queue
    // Those of the leader.
    case lostWorkers = "lost_workers"
    case capture, growth, balances

    /// The leader's, which somebody else may do next.
    static let ofLeader: [Duty] = [.lostWorkers, .capture, .growth, .balances]
}

/// Which duties fail, and since when.
final class DutyRecord: Sendable {
    private struct Failure {
        let reason: String
        var count = 0
        /// When it was logged last.
        var toldAt: Duration
        /// From this many on it counts.
        var limit = 1
    }

    private struct State {
        var failures: [Duty: Failure] = [:]
        var foreignLocks: [ForeignLock] = []
    }

    private let state = Locked(State())

    /// A failure that stays is logged again after so long.
    private static let interval = Duration.seconds(600)
    /// What may be over the next time fails so often before it counts.
    private static let patience = 3

    /// Takes note of a failure; true when it is to be logged.
    func failed(_ duty: Duty, _ error: PostgresError, at now: Duration) -> Bool {
        state.withLock { state in
            let reason = "\(error)"
            let isPassing =
                error.isRetryable || error.sqlState == .lockNotAvailable || error.sqlState == .queryCanceled
            let before = state.failures[duty]
            let isKnown = before.map { $0.reason == reason && now - $0.toldAt < Self.interval } ?? false
            state.failures[duty] = Failure(
                reason: reason,
                count: (before?.count ?? 0) + 1,
                toldAt: isKnown ? before?.toldAt ?? now : now,
                limit: isPassing ? Self.patience : 1
            )
            return !isKnown
        }
    }

    /// Takes note that a duty was done; true when it had failed before.
    func done(_ duty: Duty) -> Bool {
        state.withLock { $0.failures.removeValue(forKey: duty) != nil }
    }

    /// Somebody else does these now.
    func forget(_ duties: [Duty]) {
        state.withLock { state in for duty in duties { state.failures[duty] = nil } }
    }

    /// Takes note of the locks that strangers hold, and returns those that are new.
    func found(_ locks: [ForeignLock]) -> [ForeignLock] {
        state.withLock { state in
            let known = Set(state.foreignLocks.map(\.identity))
            state.foreignLocks = locks
            return locks.filter { !known.contains($0.identity) }
        }
    }

    /// What fails, with the reason.
    var failing: [(duty: String, reason: String)] {
        state.withLock { state in
            Duty.allCases.compactMap { duty in
                state.failures[duty].flatMap { $0.count >= $0.limit ? (duty.rawValue, $0.reason) : nil }
            }
        }
    }

    /// All that keeps a worker from being well, in words.
    var problems: [String] {
        failing.map { "\($0.duty) fails: \($0.reason)" }
            + state.withLock { $0.foreignLocks.filter(\.stopsWork).map(\.sentence) }
    }

    var foreignLocks: [ForeignLock] { state.withLock { $0.foreignLocks } }
}
