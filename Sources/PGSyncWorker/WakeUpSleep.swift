import Concurrency
package import PGSyncCore
import PGSyncStore
package import Postgres
package import Services

/// Lets a worker sleep until there is work.
///
/// Notifications are hints; only the queue decides: a sleep also ends when a look at the queue finds
/// something, which happens when a change falls due and at the latest at the poll interval. It owns the
/// connection while it borrows it.
package struct WakeUpSleep: Sendable {
    /// How a worker learns of changes.
    package enum Mode: String, Sendable, CaseIterable {
        /// By the doorbell, with polling as the fallback.
        case doorbell
        /// By polling alone, which also works through a transaction pooler.
        case poll
    }

    /// What a look has shown.
    package struct Sight: Sendable {
        package var somethingWaits: Bool
        /// In how long a scheduled change is due.
        package var dueIn: Duration?

        package init(somethingWaits: Bool, dueIn: Duration? = nil) {
            self.somethingWaits = somethingWaits
            self.dueIn = dueIn
        }
    }

    private let connection: PostgresConnection
    private let mode: Mode
    private let look: @Sendable (Session) throws -> Sight
    private let keepsArmed: Bool
    private let latch = Latch<Void, any Error>()
    private let armed = Locked(false)
    private let state: Locked<SleepState>

    /// Listens while the closure runs; `look` returns whether something waits, or when it is due.
    ///
    /// If the doorbell stays armed at the end of a sleep, the next sleep need not arm it again. That saves
    /// time if the worker soon sleeps again; otherwise it must be disarmed, because meanwhile each writer
    /// sends NOTIFY.
    package static func with<Result>(
        _ connection: PostgresConnection,
        mode: Mode = .doorbell,
        pollInterval: Duration,
        keepsArmed: Bool = false,
        look: @escaping @Sendable (Session) throws -> Sight = {
            Sight(somethingWaits: try Doorbell($0).somethingWaits())
        },
        _ body: (WakeUpSleep) async throws -> Result
    ) async throws -> Result {
        let sleeper = WakeUpSleep(
            connection: connection,
            mode: mode,
            look: look,
            keepsArmed: keepsArmed,
            state: Locked(SleepState(usesDoorbell: mode == .doorbell, pollInterval: pollInterval))
        )
        guard mode == .doorbell else { return try await body(sleeper) }
        let rings = try await connection.listen(to: Doorbell.channel)
        return try await withThrowingTaskGroup(of: Void.self) { [latch = sleeper.latch] group in
            defer { group.cancelAll() }
            group.addTask {
                do {
                    for try await _ in rings { latch.open() }
                } catch {
                    latch.open(with: .failure(error))
                }
            }
            return try await body(sleeper)
        }
    }

    /// Sleeps until there may be work, and returns what ended the sleep.
    ///
    /// Call it when there is nothing to do. It throws when the connection is lost; then reconnect and look.
    /// `onWake` learns of the end before the doorbell is released, which takes a moment.
    package func sleep(
        until shutdown: Shutdown,
        onWake: (SleepState.Wake) -> Void = { _ in }
    ) async throws -> SleepState.Wake {
        var state = state.withLock { $0 }
        defer { self.state.withLock { $0 = state } }
        latch.close()
        var action = state.handle(isArmed ? .armed(true) : .nothingToDo)
        while true {
            switch action {
            case .arm:
                let isArmed = try await connection.withSession { try Doorbell($0).arm() }
                armed.withLock { $0 = isArmed }
                action = state.handle(.armed(isArmed))
            case .look:
                let sight = try await connection.withSession(look)
                action = state.handle(.looked(somethingWaits: sight.somethingWaits, dueIn: sight.dueIn))
            case .sleep(let duration):
                action = state.handle(try await event(within: duration, or: shutdown))
            case .wake(let reason, let disarming):
                onWake(reason)
                if disarming, !keepsArmed || reason == .shutdown { try await disarm() }
                return reason
            }
        }
    }

    /// Whether writers send NOTIFY although it does not sleep.
    package var isArmed: Bool { armed.withLock { $0 } }

    /// Releases the doorbell, if a sleep has left it armed.
    package func disarm() async throws {
        guard isArmed else { return }
        try await connection.withSession { try Doorbell($0).disarm() }
        armed.withLock { $0 = false }
    }

    private func event(within duration: Duration, or shutdown: Shutdown) async throws -> SleepState.Event {
        try await withThrowingTaskGroup(of: SleepState.Event.self) { [latch] group in
            defer { group.cancelAll() }
            group.addTask {
                try await latch.wait()
                return .rang
            }
            group.addTask {
                try await Task.sleep(for: duration)
                return .timePassed
            }
            group.addTask {
                try await shutdown.wait()
                return .shutdown
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
