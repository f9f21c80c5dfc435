/// What goes wrong beside the services themselves.
public enum ServicesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A service returned although nobody had asked it to stop.
    case returnedEarly(service: String)
    /// These services were still running when the grace period ended, and were cancelled.
    case gracePeriodExceeded(services: [String])
    /// An operation took longer than it may, and was cancelled.
    case timeLimitExceeded(Duration)
    /// The system refused the pipe or the thread that carries signals, with this error number.
    case cannotListenForSignals(errorNumber: Int32)

    /// Says what happened and to whom.
    public var description: String {
        switch self {
        case .returnedEarly(let service):
            "service \"\(service)\" ended without being asked to stop"
        case .gracePeriodExceeded(let services):
            "cancelled after the grace period: " + services.joined(separator: ", ")
        case .timeLimitExceeded(let limit):
            "cancelled after \(limit)"
        case .cannotListenForSignals(let errorNumber):
            "cannot listen for signals (error \(errorNumber)); raise the limits on open files and threads"
        }
    }
}
