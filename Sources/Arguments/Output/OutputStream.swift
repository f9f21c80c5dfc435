internal import VisibleText

/// Where a command writes text.
public protocol OutputStream: Sendable {
    /// What the stream leads to.
    var terminal: Terminal { get }
    /// Writes all of the text as it is or throws `OutputError`.
    ///
    /// For what moves a cursor or sets a colour, and for formats of other programs, which escape by their own rules.
    func writeUnescaped(_ text: String) throws
}

extension OutputStream {
    /// Writes text for a person: whatever they cannot see is escaped, but for tabs and the ends of lines.
    ///
    /// A name in a database may hold anything, and a terminal obeys what it is sent.
    public func write(_ text: String) throws { try writeUnescaped(text.visibleLines) }
}

/// Why text could not be written.
public enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader of a pipe went away, which ends a program quietly.
    case closed
    /// The system refused, with its error number and sentence.
    case refused(Int32, String)

    /// What happened.
    public var description: String {
        switch self {
        case .closed: "cannot write the output: its reader closed it"
        case .refused(_, let reason): "cannot write the output: \(reason)"
        }
    }
}
