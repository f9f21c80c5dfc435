/// Decides how a poster continues after an event.
///
/// Normally a batch is one call. If the call fails with a persistent error, the next one isolates the changes
/// that make it fail. If the session ends in the middle of the work, the work itself may have ended it; then
/// as many changes as a batch has are posted one at a time, each announced in its own transaction first, so
/// that a change which ends its session every time is found and set aside.
package struct PosterState: Sendable, Equatable {
    package enum Mode: Sendable, Equatable {
        case normal
        case isolating
        /// How many changes are still to be posted one at a time.
        case careful(remaining: Int)
    }

    /// An event.
    package enum Event: Sendable, Equatable {
        case connected
        /// A batch returned, and the pacing advises what to do next.
        case posted(claimed: Int, isPaused: Bool, pace: PosterPacing.Next)
        /// A change was announced; nil when there is none.
        case announced(Int64?)
        /// The announced change was processed.
        case settled
        case failed(PosterFailure, limit: Int)
        /// A pause, a sleep or a rest has ended.
        case rested
    }

    /// What to do next.
    package enum Action: Sendable, Equatable {
        case connect
        /// Wait, longer each time; then report the end.
        case backOff
        /// Wait this long, so that a larger batch accumulates.
        case rest(Duration)
        /// Sleep until woken.
        case park
        /// Call the database, and report the result.
        case step(Step)
    }

    /// A call of the database.
    package enum Step: Sendable, Equatable {
        case post(isolating: Bool)
        case announce
        case postAnnounced(Int64)
        /// Withdraw the announcement, and record the failure if the change caused it.
        case withdraw(Int64, notingFailure: Bool)

        /// Whether it must be done even if the worker is to stop.
        package var isOwed: Bool {
            switch self {
            case .postAnnounced, .withdraw: true
            case .post, .announce: false
            }
        }
    }

    package private(set) var mode: Mode
    private var announced: Int64?
    private var timeouts = 0
    private var isWithdrawing = false
    private var mustBackOff = false
    /// Whether batches have been refused since one was last posted, isolated or not.
    package private(set) var isRefused = false

    /// The most changes that are posted one at a time after an unclean end.
    package static let carefulLimit = 500

    /// `isUnclean` says that an earlier worker ended in the middle of its work.
    package init(isUnclean: Bool = false, limit: Int = carefulLimit) {
        mode = isUnclean ? .careful(remaining: Self.bounded(limit)) : .normal
    }

    package mutating func handle(_ event: Event) -> Action {
        switch event {
        case .connected, .rested:
            return work()
        case .posted(let claimed, let isPaused, let pace):
            timeouts = 0
            isRefused = false
            if mode == .isolating { mode = .normal }
            guard !isPaused, claimed > 0 else { return .park }
            return switch pace {
            case .lookAgain: work()
            case .rest(let duration): .rest(duration)
            case .park: .park
            }
        case .announced(nil):
            // Nothing dangerous waits.
            mode = .normal
            // No change caused the refusal, and retrying at once would end the same.
            return isRefused ? .backOff : .step(.post(isolating: false))
        case .announced(let id?):
            announced = id
            return .step(.postAnnounced(id))
        case .settled:
            announced = nil
            isWithdrawing = false
            if case .careful(let remaining) = mode {
                mode = remaining > 1 ? .careful(remaining: remaining - 1) : .normal
            }
            return mustBackOff ? backOff() : work()
        case .failed(let failure, let limit):
            return announced.map { carefulFailure(failure, $0, limit) } ?? failed(failure, limit)
        }
    }

    private func work() -> Action {
        switch mode {
        case .normal: .step(.post(isolating: false))
        case .isolating: .step(.post(isolating: true))
        case .careful: .step(.announce)
        }
    }

    private mutating func backOff() -> Action {
        mustBackOff = false
        return .backOff
    }

    private mutating func failed(_ failure: PosterFailure, _ limit: Int) -> Action {
        switch failure {
        case .contention, .exhaustion:
            return .backOff
        case .timeout:
            timeouts += 1
            guard timeouts > 1 else { return work() }
            timeouts = 0
            mode = .careful(remaining: Self.bounded(limit))
            return .step(.announce)
        case .refusal:
            defer { isRefused = true }
            switch mode {
            case .normal:
                mode = .isolating
                return .step(.post(isolating: true))
            case .isolating:
                mode = .careful(remaining: Self.bounded(limit))
                return .step(.announce)
            case .careful:
                return .backOff
            }
        case .lost:
            mode = .careful(remaining: Self.bounded(limit))
            return .connect
        case .readOnly, .lostIdle:
            return .connect
        }
    }

    private mutating func carefulFailure(_ failure: PosterFailure, _ id: Int64, _ limit: Int) -> Action {
        switch failure {
        case _ where isWithdrawing, .lost, .lostIdle, .readOnly:
            // The session's hold on the change ends with the session.
            announced = nil
            isWithdrawing = false
            mustBackOff = false
            mode = .careful(remaining: Self.bounded(limit))
            return .connect
        case .contention, .exhaustion:
            // Not the fault of the change: it is retried.
            mustBackOff = true
            if case .careful(let remaining) = mode { mode = .careful(remaining: remaining + 1) }
            isWithdrawing = true
            return .step(.withdraw(id, notingFailure: false))
        case .timeout, .refusal:
            isWithdrawing = true
            return .step(.withdraw(id, notingFailure: true))
        }
    }

    private static func bounded(_ limit: Int) -> Int { min(max(limit, 1), carefulLimit) }
}

/// What a failure means for a poster.
package enum PosterFailure: Sendable, Equatable, CaseIterable {
    /// Another session was in the way: a deadlock, or a lock that was not free.
    case contention
    /// The server lacks a resource: disk, memory, connections.
    case exhaustion
    /// It took longer than allowed.
    case timeout
    /// The server is read-only: it was demoted, or is a standby.
    case readOnly
    /// The connection broke during the work, and the result is unknown.
    case lost
    /// The connection broke while idle.
    case lostIdle
    /// Anything else: a retry would end the same.
    case refusal
}
