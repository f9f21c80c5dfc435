/// Runs services together: they start together, and when one fails, all stop.
///
/// The end comes in two steps. When the shutdown is requested, or a service fails, the services are asked to
/// finish; those still running after the grace period are cancelled. The group returns when the last one has
/// ended and rethrows the first error. It never restarts a service, and it is itself one.
public struct ServiceGroup: Service {
    /// What it means that a service returns without having been asked to.
    public enum EarlyReturn: Sendable {
        /// It had only so much to do; the others go on.
        case isFine
        /// All there was to do is done; the others are asked to stop.
        case stopsTheGroup
        /// It should never end by itself; the group stops with an error.
        case isAnError
    }

    /// Who is asked first to finish.
    public enum ShutdownOrder: Sendable {
        /// All at once.
        case together
        /// The service added last; each of the others when the one after it has ended.
        case oneByOneInReverse
    }

    struct Member: Sendable {
        let name: String
        let service: any Service
        let earlyReturn: EarlyReturn
    }

    private var members: [Member] = []
    private let shutdownOrder: ShutdownOrder
    private let gracePeriod: Duration
    private let clock: any Clock<Duration>

    /// Creates an empty group; the grace period is for all services together.
    public init(
        gracePeriod: Duration,
        shutdownOrder: ShutdownOrder = .together,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.gracePeriod = gracePeriod
        self.shutdownOrder = shutdownOrder
        self.clock = clock
    }

    /// Adds a service under a name for messages.
    public mutating func add(
        _ name: String,
        _ service: any Service,
        earlyReturn: EarlyReturn = .isAnError
    ) {
        members.append(Member(name: name, service: service, earlyReturn: earlyReturn))
    }

    /// Runs all services until the last one has ended.
    ///
    /// - Throws: the first error of a service; else ``ServicesError`` if one returned early or outlived the
    ///   grace period; else `CancellationError` if the surrounding task was cancelled.
    public func run(until shutdown: Shutdown) async throws {
        var progress = ServiceGroupProgress(members: members, shutdownOrder: shutdownOrder)
        let shutdowns = members.map { _ in Shutdown() }
        await withTaskGroup(of: ServiceGroupProgress.Event.self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    do {
                        try await member.service.run(until: shutdowns[index])
                        return .ended(index, nil)
                    } catch {
                        return .ended(index, error)
                    }
                }
            }
            group.addTask { await Self.event(.shutdownRequested) { try await shutdown.wait() } }
            while progress.isRunning, let event = await group.next() {
                if Task.isCancelled { progress.cancelled() }
                for action in progress.handle(event) {
                    switch action {
                    case .request(let index):
                        shutdowns[index].request()
                    case .startGracePeriod:
                        group.addTask { [clock, gracePeriod] in
                            await Self.event(.gracePeriodEnded) { try await clock.sleep(for: gracePeriod) }
                        }
                    case .cancelAll:
                        group.cancelAll()
                    }
                }
            }
            group.cancelAll()
        }
        if let error = progress.error { throw error }
    }

    /// Turns a wait into the event that it waits for, or into none if the wait was cancelled.
    private static func event(
        _ event: ServiceGroupProgress.Event,
        after wait: () async throws -> Void
    ) async -> ServiceGroupProgress.Event {
        do {
            try await wait()
            return event
        } catch {
            return .waitCancelled
        }
    }
}
