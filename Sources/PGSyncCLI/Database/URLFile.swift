import Glibc

/// A file that holds the URL of a database, so that no password stands on a command line.
struct URLFile {
    let path: String

    private static let longest = 64 * 1_024

    /// How long a pipe may take to bring the URL.
    private static let patience: Int32 = 5_000

    /// The first line of the file; `warn` hears when others can read it, too.
    func url(_ warn: (String) -> Void) throws -> String {
        // A pipe that nobody writes into must not hold us up.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw failure(unsafe String(cString: strerror(errno)))
        }
        if status.st_mode & S_IFMT == S_IFREG, status.st_mode & S_IROTH != 0 {
            warn("warning: everybody on this machine can read \(path); to end that: chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes[length...].withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EAGAIN {
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&request, 1, Self.patience) > 0 else {
                    throw failure("nothing came from it for \(Self.patience / 1_000) seconds")
                }
                continue
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
