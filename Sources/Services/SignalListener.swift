import Concurrency

/// Turns the signals of the process into a shutdown: the first asks to finish, the second cancels.
///
/// Nothing of this runs inside a signal handler. Signals are not blocked, and programs started meanwhile begin with
/// the usual ones; before and after an operation, a signal does what it did without a listener.
public final class SignalListener: Sendable {
    private let stopSignals: Set<Signal>
    private let eventSignals: Set<Signal>
    private let firstStopSignal = Locked<Signal?>(nil)

    /// Creates a listener for signals that stop and signals that are mere events.
    public init(stopSignals: Set<Signal> = [.interrupt, .terminate], eventSignals: Set<Signal> = [.hangUp]) {
        self.stopSignals = stopSignals
        self.eventSignals = eventSignals
    }

    /// The first stop signal that came, of which the caller makes an exit code.
    public var stopSignal: Signal? { firstStopSignal.withLock { $0 } }

    /// Runs an operation while listening.
    ///
    /// The first stop signal requests the shutdown, the second cancels the operation, further ones do nothing.
    /// Returns when the operation has ended, with its result or error.
    public func listen<Success: Sendable>(
        requesting shutdown: Shutdown,
        onEvent: @escaping @Sendable (Signal) -> Void = { _ in },
        during operation: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let (signals, continuation) = AsyncStream.makeStream(of: Signal.self)
        let relay = try SignalRelay.shared()
        let id = relay.listen(to: stopSignals.union(eventSignals)) { continuation.yield($0) }
        defer { relay.stopListening(id) }
        return try await withWatcher(operation) { [self] in
            for await signal in signals {
                if eventSignals.contains(signal) {
                    onEvent(signal)
                } else if stopSignal == nil {
                    firstStopSignal.withLock { $0 = signal }
                    shutdown.request()
                } else {
                    return
                }
            }
            throw CancellationError()
        }
    }
}
