import Glibc

/// A file that holds the URL of a database, so that no password stands on a command line.
struct URLFile {
    let path: String

    private static let longest = 64 * 1_024

    /// The first line of the file.
    func url() throws -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes[length...].withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
            guard count > 0 else { break }
            length += count
        }
        let text = String(decoding: bytes[..<length], as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).first else { throw failure("it is empty") }
        return String(line)
    }

    private func failure(_ reason: String) -> CommandError {
        .unreadableURLFile(path: path, reason: reason)
    }
}
