internal import CSpawn
import Glibc
internal import Concurrency

/// A running program that we started, lent to the scope that needs it.
///
/// Each child has its own thread, which starts it, reads its output, keeps its deadlines and collects its exit
/// status. Nothing here blocks a thread of Swift's cooperative pool, and a signal can never reach a stranger that
/// got the same number: the status is collected, and signals are sent, under one lock.
public final class ChildProcess: Sendable {
    /// The kernel's number of the child.
    public let processIdentifier: Int32

    private struct State {
        var isCollected = false
        var isTimedOut = false
        /// When the next step of ending the child is due: SIGTERM for an overlong run, SIGKILL after that.
        var timeoutAt: ContinuousClock.Instant?
        var killAt: ContinuousClock.Instant?
    }

    private let state: Locked<State>
    private let hasOwnGroup: Bool
    private let grace: Duration
    private let event: OwnedDescriptor
    private let end = Latch<ProcessOutput, Never>()

    init(
        processIdentifier: Int32,
        invocation: Invocation,
        timeout: Duration?,
        event: consuming OwnedDescriptor
    ) {
        self.processIdentifier = processIdentifier
        self.event = event
        hasOwnGroup = invocation.grouping != .inherited
        grace = invocation.terminationGrace
        state = Locked(State(timeoutAt: timeout.map { ContinuousClock.now + $0 }))
    }

    /// Runs a program to its end and returns what it wrote, whatever its exit status.
    ///
    /// Cancelling the task ends the program: SIGTERM, then SIGKILL after the invocation's grace. So does the
    /// timeout, which throws `SubprocessError.timedOut`. In either case this returns only when the program is gone.
    public static func run(_ invocation: Invocation, timeout: Duration? = nil) async throws -> ProcessOutput {
        try await withRunning(invocation, timeout: timeout, keepsRunning: false) { child in
            let output = try await child.wait()
            if let timeout, child.state.withLock({ $0.isTimedOut }) {
                throw SubprocessError.timedOut(output, after: timeout)
            }
            return output
        }
    }

    /// Starts a program, lends it to `body`, and ends it when `body` is left and it still runs.
    public static func withRunning<Result>(
        _ invocation: Invocation,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await withRunning(invocation, timeout: nil, keepsRunning: false, body)
    }

    /// Starts a program that shall outlive us, and leaves it running when `body` returns; it ends if `body` throws.
    ///
    /// For servers, with `body` waiting until the server is ready. Their output has to go to a file.
    public static func launch<Result>(
        _ invocation: Invocation,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await withRunning(invocation, timeout: nil, keepsRunning: true, body)
    }

    private static func withRunning<Result>(
        _ invocation: Invocation,
        timeout: Duration?,
        keepsRunning: Bool,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let child = try await Attendant.start(invocation, timeout: timeout)
        do {
            let result = try await body(child)
            if !keepsRunning { await child.terminate() }
            return result
        } catch {
            await child.terminate()
            throw error
        }
    }

    /// Waits for the program's end and all its output; throws `CancellationError` if the task is cancelled first.
    public func wait() async throws -> ProcessOutput { try await end.wait() }

    /// Asks the program to end, kills it after the invocation's grace, and waits until it is gone.
    ///
    /// It does nothing to a program that has ended, and is not cut short by cancellation.
    @discardableResult
    public func terminate() async -> ProcessOutput {
        beginTermination()
        return await end.waitIgnoringCancellation()
    }

    /// Sends a signal to the program, or to its whole group where it has its own.
    ///
    /// Returns false when the program had already ended, or the signal was refused.
    @discardableResult
    public func send(signal: Int32) -> Bool {
        state.withLock { state in
            !state.isCollected && kill(hasOwnGroup ? -processIdentifier : processIdentifier, signal) == 0
        }
    }

    private func beginTermination() {
        guard send(signal: SIGTERM) else { return }
        state.withLock { state in state.killAt = state.killAt ?? .now + grace }
        var one: UInt64 = 1
        _ = unsafe write(event.number, &one, MemoryLayout<UInt64>.size)
    }
}

/// What the child's own thread does.
extension ChildProcess {
    /// What to give to poll(2) to be woken when a deadline has changed.
    var eventNumber: Int32 { event.number }

    /// The end of the program, if it has come, and then for the only time.
    func collectStatus() -> ExitStatus? {
        state.withLock { state in
            var word: Int32 = 0
            let collected = unsafe waitpid(processIdentifier, &word, WNOHANG)
            guard collected != 0 else { return nil }
            state.isCollected = true
            return collected == processIdentifier ? ExitStatus(waitStatus: word) : .unknown
        }
    }

    /// Does what is due by now, and returns when to look again.
    func enforceDeadlines() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (isOverdue, isDoomed) = state.withLock { state in
            let isOverdue = state.timeoutAt.map { $0 <= now } ?? false
            if isOverdue {
                state.timeoutAt = nil
                state.isTimedOut = true
            }
            let isDoomed = state.killAt.map { $0 <= now } ?? false
            if isDoomed { state.killAt = nil }
            return (isOverdue, isDoomed)
        }
        if isOverdue { beginTermination() }
        if isDoomed { send(signal: SIGKILL) }
        return state.withLock { state in [state.timeoutAt, state.killAt].compactMap(\.self).min() }
    }

    /// Wakes all who wait for the end.
    func complete(with output: ProcessOutput) { end.open(with: .success(output)) }
}
