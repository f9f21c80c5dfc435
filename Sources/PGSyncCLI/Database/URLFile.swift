/// A file with the URL of a database, so that no password appears on a command line.
struct URLFile {
    let path: String

    private static let longest = 64 << 10

    /// The first line of the file; `warn` is called if others can read it, too.
    func url(_ warn: (String) -> Void) throws -> String {
        let text: String
        do {
            text = try SecretFile(path: path).text(upTo: Self.longest, warn)
        } catch {
            throw CommandError.unreadableURLFile(path: path, reason: "\(error)")
        }
        guard let line = text.split(whereSeparator: \.isNewline).first else {
            throw CommandError.unreadableURLFile(path: path, reason: "it is empty")
        }
        return String(line)
    }
}
