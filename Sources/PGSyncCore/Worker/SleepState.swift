/// Decides how a worker with nothing to do falls asleep without missing a change.
///
/// It arms the doorbell, looks once more, and sleeps until it rings. A writer keeps the doorbell's lock until
/// it commits, so an armed sleeper has seen everything committed before and will be notified of everything
/// that comes after. While it cannot arm, because a writer is in the middle of a transaction or another
/// worker sleeps, it polls, at growing intervals.
package struct SleepState: Sendable, Equatable {
    /// Why a sleep ended.
    package enum Wake: Sendable, Equatable, CaseIterable {
        /// A writer rang the doorbell.
        case doorbell
        /// Something was already there when the doorbell was armed.
        case lookedAgain
        /// Polling found something, with the doorbell not armed.
        case poll
        /// A scheduled change is due.
        case due
        /// Polling found something, although the doorbell was armed and had not rung.
        case fallback
        /// Nothing happened for the poll interval; the settings may have changed meanwhile.
        case interval
        case shutdown
    }

    /// An event.
    package enum Event: Sendable, Equatable {
        case nothingToDo
        case armed(Bool)
        /// `dueIn` is the time until the next scheduled change is due.
        case looked(somethingWaits: Bool, dueIn: Duration? = nil)
        case rang
        case timePassed
        case shutdown
    }

    /// What to do next.
    package enum Action: Sendable, Equatable {
        case arm
        case look
        /// Wait for the doorbell, this long at most.
        case sleep(Duration)
        /// End the sleep; disarm the doorbell if it is armed, unless the next sleep is to keep it.
        case wake(Wake, disarming: Bool)
    }

    private let usesDoorbell: Bool
    private let pollInterval: Duration
    private var isArmed = false
    /// How long it has slept with the doorbell armed.
    private var slept = Duration.zero
    /// Whether the last sleep was to end when a change fell due.
    private var isForDue = false
    private var dueIn: Duration?
    private var nextPause = Self.firstPause
    private var paused = Duration.zero

    private static let firstPause = Duration.milliseconds(5)
    /// Changes that fall due one by one, perhaps for others, do not keep it from sleeping.
    private static let shortestNap = Duration.milliseconds(20)
    /// A worker that sleeps with the doorbell armed may die, and then no worker is notified.
    private static let longestUnarmedPause = Duration.milliseconds(500)

    /// Without the doorbell it only polls, which is all that works through a transaction pooler.
    package init(usesDoorbell: Bool, pollInterval: Duration) {
        self.usesDoorbell = usesDoorbell
        self.pollInterval = pollInterval
    }

    package mutating func handle(_ event: Event) -> Action {
        switch event {
        case .nothingToDo:
            return usesDoorbell ? .arm : pause()
        case .armed(let isArmed):
            self.isArmed = isArmed
            return isArmed ? .look : pause()
        case .looked(somethingWaits: true, _):
            return wake(isForDue ? .due : !isArmed ? .poll : slept > .zero ? .fallback : .lookedAgain)
        case .looked(somethingWaits: false, let dueIn):
            self.dueIn = dueIn
            guard slept < pollInterval, paused < pollInterval else { return wake(.interval) }
            if isArmed {
                let nap = nap(atMost: pollInterval - slept)
                slept += nap
                return .sleep(nap)
            }
            return usesDoorbell ? .arm : pause()
        case .rang:
            return wake(.doorbell)
        case .timePassed:
            return .look
        case .shutdown:
            return wake(.shutdown)
        }
    }

    private mutating func pause() -> Action {
        let longest = usesDoorbell ? min(pollInterval, Self.longestUnarmedPause) : pollInterval
        let pause = nap(atMost: min(nextPause, longest))
        nextPause = min(nextPause * 2, longest)
        paused += pause
        return .sleep(pause)
    }

    /// No longer than until the next change is due.
    private mutating func nap(atMost longest: Duration) -> Duration {
        guard let dueIn, max(dueIn, Self.shortestNap) < longest else {
            isForDue = false
            return longest
        }
        isForDue = true
        return max(dueIn, Self.shortestNap)
    }

    private mutating func wake(_ reason: Wake) -> Action {
        defer {
            isArmed = false
            slept = .zero
            isForDue = false
            dueIn = nil
            // Where nothing happens, an interval goes on as the one before it ended.
            if reason != .interval { nextPause = Self.firstPause }
            paused = .zero
        }
        return .wake(reason, disarming: isArmed)
    }
}
