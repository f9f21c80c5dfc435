/// Does something again and again, with pauses that grow, until it is done or a shutdown is requested.
///
/// Made for what needs a connection: one turn connects and works until the connection is lost.
public struct RetryLoop: Sendable {
    /// What follows a turn that ended without an error.
    public enum Turn<Success> {
        /// The loop ends with this.
        case done(Success)
        /// There is another turn, after a pause or at once.
        case again(atOnce: Bool = false)
    }

    /// The pauses.
    public let backoff: Backoff
    private let clock: any Clock<Duration>

    /// Creates a loop; nothing runs yet.
    public init(_ backoff: Backoff, clock: any Clock<Duration> = ContinuousClock()) {
        self.backoff = backoff
        self.clock = clock
    }

    /// Takes turns, one at least, until one is done; nil once the shutdown is requested.
    ///
    /// A turn resets the backoff when it has achieved something. `onError` hears of the error that ended a turn and of the
    /// pause that is to follow, and throws what no other turn would cure.
    public func run<Success>(
        until shutdown: Shutdown,
        onError: (any Error, Duration) throws -> Void,
        turn: (inout Backoff) async throws -> Turn<Success>
    ) async throws -> Success? {
        var backoff = backoff
        var generator = SystemRandomNumberGenerator()
        while true {
            let pause: Duration
            do {
                switch try await turn(&backoff) {
                case .done(let success): return success
                case .again(atOnce: true):
                    if shutdown.isRequested { return nil }
                    continue
                case .again(atOnce: false): pause = backoff.next(using: &generator)
                }
            } catch {
                pause = backoff.next(using: &generator)
                try onError(error, pause)
            }
            if try await shutdown.sleep(for: pause, clock: clock) { return nil }
        }
    }
}
