/// What a running server writes into `postmaster.pid`.
struct PostmasterFile: Equatable {
    let pid: Int32
    /// Since 1970.
    let startTime: Duration
    let port: Int?
    /// Whether it listens on the network.
    let listens: Bool
    let isReady: Bool

    /// Reads the text; nil where it is not complete enough to tell the process.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let number = Int32(lines[0]), number != 0, let start = Int64(lines[2]) else {
            return nil
        }
        // A negative number is a server in single-user mode.
        pid = abs(number)
        startTime = .seconds(start)
        port = lines.count > 3 ? Int(lines[3]) : nil
        listens = lines.count > 5 && !lines[5].isEmpty
        isReady = lines.count > 7 && lines[7].hasPrefix("ready")
    }
}
