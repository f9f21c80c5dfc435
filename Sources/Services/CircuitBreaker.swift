/// Stops calling another side that is evidently down, and finds out gently whether it is back.
///
/// A pure state machine: it is told the time and the outcome of each call, and answers whether a call may be
/// made. Ask ``admit(at:)`` before each call and settle the permit after it, exactly once; a call that began
/// before the last change of state no longer counts.
public struct CircuitBreaker<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Where the breaker stands.
    public enum State: Sendable, Equatable {
        /// Calls go through and failures are counted.
        case closed
        /// No call goes through before that time.
        case open(until: Instant)
        /// A few probes go through; all must succeed to close, one failure opens again.
        case halfOpen
    }

    /// Leave for one call.
    public struct Permit: Sendable, Hashable {
        fileprivate let id: UInt64
        fileprivate let era: UInt64
    }

    /// The answer to the question whether a call may be made.
    public enum Decision: Sendable, Equatable {
        /// Make the call, then settle the permit.
        case proceed(Permit)
        /// Do not call before that much time has passed; `nil` if probes that are under way will decide.
        case reject(retryAfter: Duration?)
    }

    /// The outcome of a call.
    public enum Outcome: Sendable {
        /// The other side answered.
        case success
        /// The other side did not answer, or answered that it cannot serve.
        case failure
        /// The call says nothing about the other side, for instance because it was cancelled.
        case unknown
    }

    /// Where the breaker stands now; an open one turns half-open at the first call after its time.
    public private(set) var state: State = .closed

    private let policy: CircuitBreakerPolicy
    private var openDuration: Backoff
    private var nextID: UInt64 = 0

    /// Counts the changes of state, so that a permit from before the last one is recognised.
    private var era: UInt64 = 0
    private var recent: RecentOutcomes
    private var probesUnderWay: Set<UInt64> = []
    private var probesSucceeded = 0

    /// Creates a closed breaker.
    public init(policy: CircuitBreakerPolicy = CircuitBreakerPolicy()) {
        self.policy = policy
        self.openDuration = policy.openDuration
        self.recent = RecentOutcomes(window: policy.failureShare?.window ?? 0)
    }

    /// Decides whether a call may be made now.
    public mutating func admit(at now: Instant) -> Decision {
        switch state {
        case .closed:
            return .proceed(makePermit())
        case .open(let until) where now < until:
            return .reject(retryAfter: now.duration(to: until))
        case .open:
            enter(.halfOpen)
            return admit(at: now)
        case .halfOpen:
            guard probesUnderWay.count + probesSucceeded < policy.probes else {
                return .reject(retryAfter: nil)
            }
            let permit = makePermit()
            probesUnderWay.insert(permit.id)
            return .proceed(permit)
        }
    }

    /// Records the outcome of a call; chance spreads how long the breaker stays open.
    public mutating func settle(
        _ permit: Permit,
        as outcome: Outcome,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        guard permit.era == era else { return }
        switch state {
        case .closed:
            recent.note(outcome)
            if outcome == .failure, isFailing { open(at: now, using: &generator) }
        case .open:
            // No permit is given in this state.
            break
        case .halfOpen:
            guard probesUnderWay.remove(permit.id) != nil else { return }
            switch outcome {
            case .success:
                probesSucceeded += 1
                if probesSucceeded == policy.probes { close() }
            case .failure:
                open(at: now, using: &generator)
            case .unknown:
                break
            }
        }
    }

    private var isFailing: Bool {
        if let limit = policy.failuresInARow, recent.failuresInARow >= limit { return true }
        guard let limit = policy.failureShare, let share = recent.failureShare else { return false }
        return share >= limit.threshold
    }

    private mutating func makePermit() -> Permit {
        nextID += 1
        return Permit(id: nextID, era: era)
    }

    private mutating func open(at now: Instant, using generator: inout some RandomNumberGenerator) {
        enter(.open(until: now.advanced(by: openDuration.next(using: &generator))))
    }

    private mutating func close() {
        openDuration.reset()
        enter(.closed)
    }

    private mutating func enter(_ next: State) {
        state = next
        era += 1
        recent.clear()
        probesUnderWay = []
        probesSucceeded = 0
    }
}
