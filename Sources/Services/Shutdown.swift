import Concurrency

/// The request to stop gracefully: take nothing new on, finish what was begun.
///
/// It is the first of two steps; the second is the cancellation of the task, which means to stop now. Every
/// wait in this module ends at either. Once made, a request is never taken back.
public final class Shutdown: Sendable {
    private let latch = Latch<Void, Never>()

    /// Creates a shutdown that nobody has requested.
    public init() {}

    /// Whether the request has been made.
    public var isRequested: Bool { latch.isOpen }

    /// How many tasks wait for the request.
    var waiterCount: Int { latch.waiterCount }

    /// Makes the request and wakes all who wait for it; later calls do nothing.
    public func request() { latch.open() }

    /// Waits until the request is made.
    ///
    /// - Throws: `CancellationError` if the task is cancelled, even if the request was made as well.
    public func wait() async throws {
        try await latch.wait()
        try Task.checkCancellation()
    }
}
