import Glibc

/// A file that somebody names on the command line.
struct InputFile {
    let path: String

    /// Whoever names a larger one has named the wrong one.
    private static let longest = 16 << 20

    /// All that is in it.
    func bytes() throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
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
