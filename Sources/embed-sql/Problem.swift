/// Something in a file that must be put right before it can be embedded.
struct Problem: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    init(_ path: String, line: Int = 1, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    /// The form editors and build logs turn into a link.
    var description: String { "\(path):\(line): error: \(message)" }
}
