/// Where a command writes text.
public protocol OutputStream: Sendable {
    /// What the stream leads to.
    var terminal: Terminal { get }
    /// Writes all of the text or throws `OutputError`.
    func write(_ text: String) throws
}
