/// Something that runs until it is asked to stop.
public protocol Service: Sendable {
    /// Runs until the shutdown is requested, then finishes what was begun and returns.
    ///
    /// Cancellation means to stop now: undo or abandon, and return or throw without delay.
    func run(until shutdown: Shutdown) async throws
}
