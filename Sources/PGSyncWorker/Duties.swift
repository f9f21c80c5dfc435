import Concurrency
import PGSyncStore
import Postgres

/// The tasks of a housekeeper besides its heartbeat; they fail independently.
enum Duty: String, Sendable, CaseIterable {
    case heartbeat, schema, leadership, locks, parts, queue, health
    // Those of the leader.
    case lostWorkers = "lost_workers"
    case capture, growth, balances, ranges, schedules, jobs, alerts, delivery, versions

    /// Those of the leader, which another worker may do next.
    static let ofLeader: [Duty] = [
        .lostWorkers, .capture, .growth, .balances, .ranges, .schedules, .jobs, .alerts, .delivery,
        .versions,
    ]
}

/// Which duties fail, and since when.
final class DutyRecord: Sendable {
    private struct Failure {
        let reason: String
        var count = 0
        /// When it was last logged.
        var toldAt: Duration
        /// From this number of failures on it counts.
        var limit = 1
    }

    private struct State {
        var failures: [Duty: Failure] = [:]
        var foreignLocks: [ForeignLock] = []
    }

    private let state = Locked(State())

    /// A lasting failure is logged again after this time.
    private static let interval = Duration.seconds(600)
    /// A failure that may be transient counts only after this many times.
    private static let patience = 3

    /// Records a failure; true if it is to be logged.
    func failed(_ duty: Duty, _ error: PostgresError, at now: Duration) -> Bool {
        state.withLock { state in
            let reason = "\(error)"
            let before = state.failures[duty]
            let isKnown = before.map { $0.reason == reason && now - $0.toldAt < Self.interval } ?? false
            state.failures[duty] = Failure(
                reason: reason,
                count: (before?.count ?? 0) + 1,
                toldAt: isKnown ? before?.toldAt ?? now : now,
                limit: error.isPassing ? Self.patience : 1
            )
            return !isKnown
        }
    }

    /// Records a success; true if the duty had failed before.
    func done(_ duty: Duty) -> Bool {
        state.withLock { $0.failures.removeValue(forKey: duty) != nil }
    }

    /// Another worker does these now.
    func forget(_ duties: [Duty]) {
        state.withLock { state in for duty in duties { state.failures[duty] = nil } }
    }

    /// Records the locks that strangers hold, and returns the new ones.
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

    /// Everything that makes the worker unhealthy, in words.
    var problems: [String] {
        failing.map { "\($0.duty) fails: \($0.reason)" }
            + state.withLock { $0.foreignLocks.filter(\.stopsWork).map(\.sentence) }
    }

    var foreignLocks: [ForeignLock] { state.withLock { $0.foreignLocks } }
}
