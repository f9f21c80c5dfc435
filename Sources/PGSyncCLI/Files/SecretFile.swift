import Files

/// A file with a secret, so that it appears on no command line; also a pipe.
struct SecretFile {
    let path: String

    /// How long a pipe may take to deliver it.
    private static let timeout = Duration.seconds(5)

    /// What is in it, up to a limit; `warn` is called if others can read it, too.
    func text(upTo limit: Int, _ warn: (String) -> Void) throws(FileError) -> String {
        // A pipe that nobody writes to must not block us.
        let file = try OpenFile(path, waits: false)
        if try file.isRegular(), try file.isReadableByEverybody() {
            warn("warning: everyone on this machine can read \(path); fix this with: chmod 600 \(path)")
        }
        return String(decoding: try file.read(upTo: limit, waitingFor: Self.timeout), as: UTF8.self)
    }
}
