import Files

/// A file with the URL of a database, so that no password appears on a command line.
struct URLFile {
    let path: String

    private static let longest = 64 << 10

    /// How long a pipe may take to deliver the URL.
    private static let timeout = Duration.seconds(5)

    /// The first line of the file; `warn` is called if others can read it, too.
    func url(_ warn: (String) -> Void) throws -> String {
        let bytes: [UInt8]
        do {
            // A pipe that nobody writes to must not block us.
            let file = try OpenFile(path, waits: false)
            if try file.isRegular(), try file.isReadableByEverybody() {
                warn("warning: everyone on this machine can read \(path); fix this with: chmod 600 \(path)")
            }
            bytes = try file.read(upTo: Self.longest, waitingFor: Self.timeout)
        } catch {
            throw CommandError.unreadableURLFile(path: path, reason: "\(error)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).first else {
            throw CommandError.unreadableURLFile(path: path, reason: "it is empty")
        }
        return String(line)
    }
}
