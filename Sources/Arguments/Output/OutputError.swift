/// Why text could not be written.
public enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader of a pipe went away, which ends a program quietly.
    case closed
    /// The system refused, with its error number and sentence.
    case refused(Int32, String)

    /// What happened.
    public var description: String {
        switch self {
        case .closed: "cannot write the output: its reader went away"
        case .refused(_, let reason): "cannot write the output: \(reason)"
        }
    }
}
