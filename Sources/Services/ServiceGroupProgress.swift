/// What a group of services does next, decided without tasks or clocks.
struct ServiceGroupProgress {
    enum Event: Sendable {
        case ended(Int, (any Error)?)
        case shutdownRequested
        case gracePeriodEnded
        case waitCancelled
    }

    enum Action: Equatable {
        case request(Int)
        case startGracePeriod
        case cancelAll
    }

    private let members: [ServiceGroup.Member]
    private let shutdownOrder: ServiceGroup.ShutdownOrder
    private var running: [Int]
    private var asked: Set<Int> = []
    private var isStopping = false
    private var isCancelled = false
    private var firstError: (any Error)?

    init(members: [ServiceGroup.Member], shutdownOrder: ServiceGroup.ShutdownOrder) {
        self.members = members
        self.shutdownOrder = shutdownOrder
        self.running = Array(members.indices)
    }

    var isRunning: Bool { !running.isEmpty }

    /// The error with which the group ends.
    var error: (any Error)? { firstError ?? (isCancelled ? CancellationError() : nil) }

    /// Notes that the surrounding task was cancelled, and every service with it.
    mutating func cancelled() {
        isCancelled = true
    }

    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .ended(let index, let error):
            running.removeAll { $0 == index }
            if let error = error ?? earlyReturn(of: index) {
                firstError = firstError ?? error
                return stop()
            }
            return isStopping ? requests() : members[index].earlyReturn == .stopsTheGroup ? stop() : []
        case .shutdownRequested:
            return stop()
        case .gracePeriodEnded:
            guard isRunning else { return [] }
            let late = running.map { members[$0].name }
            firstError = firstError ?? ServicesError.gracePeriodExceeded(services: late)
            return [.cancelAll]
        case .waitCancelled:
            return []
        }
    }

    private func earlyReturn(of index: Int) -> ServicesError? {
        let member = members[index]
        guard member.earlyReturn == .isAnError, !isStopping, !isCancelled else { return nil }
        return .returnedEarly(service: member.name)
    }

    private mutating func stop() -> [Action] {
        let isFirst = !isStopping
        isStopping = true
        guard isRunning else { return [] }
        return (isFirst ? [.startGracePeriod] : []) + requests()
    }

    /// Asks those whose turn it is and who have not been asked yet.
    private mutating func requests() -> [Action] {
        let turn = shutdownOrder == .together ? running : running.suffix(1)
        let next = turn.filter { !asked.contains($0) }
        asked.formUnion(next)
        return next.reversed().map(Action.request)
    }
}
