import Glibc

/// A file that somebody names on the command line.
struct InputFile {
    let path: String
    /// Whether it has to be a file on a disk: opening a pipe would wait for somebody who writes into it.
    var isRegular = false

    /// Whoever names a larger one has named the wrong one.
    private static let longest = 16 << 20

    /// All that is in it.
    func bytes() throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | (isRegular ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        if isRegular {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw failure("it is no regular file")
            }
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= Self.longest else { throw failure("it is larger than 16 MiB") }
        }
    }

    private func failure(_ reason: String) -> CommandError {
        .unreadableFile(path: path, reason: reason)
    }
}
