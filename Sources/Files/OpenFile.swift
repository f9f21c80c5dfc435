import Glibc

/// A file that is open for reading, and closed when it goes.
public struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens a file; not waiting, a pipe that nobody writes into blocks nobody.
    ///
    /// A link is followed unless it must not be.
    public init(_ path: String, waits: Bool = true, followsLinks: Bool = true) throws(FileError) {
        let flags = O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK) | (followsLinks ? 0 : O_NOFOLLOW)
        descriptor = unsafe open(path, flags)
        self.path = path
        guard descriptor >= 0 else { throw FileError(.open, path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The kind of file and its permissions, as `st_mode` has them.
    public func mode() throws(FileError) -> UInt32 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.open, path) }
        return status.st_mode
    }

    /// Whether it is a file on a disk, and no directory, pipe or device.
    public func isRegular() throws(FileError) -> Bool { try mode() & S_IFMT == S_IFREG }

    /// Whether everyone on this machine can read it.
    public func isReadableByEverybody() throws(FileError) -> Bool { try mode() & S_IROTH != 0 }

    /// Reads to the end, or to the limit, whichever comes first.
    ///
    /// What was opened without waiting is waited for here, for so long at a time.
    public func read(upTo limit: Int, waitingFor timeout: Duration? = nil) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(limit, 1), 64 << 10))
        while bytes.count < limit {
            let count = unsafe Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN, let timeout {
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let milliseconds = Int32(timeout / .milliseconds(1))
                guard unsafe poll(&request, 1, milliseconds) > 0 else {
                    throw FileError(.read, path, .silent(timeout))
                }
                continue
            }
            guard count >= 0 else { throw FileError(.read, path) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// The end of a file, which must be regular and no link.
    public static func tail(of path: String, length: Int) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path, waits: false, followsLinks: false)
        guard try file.isRegular() else { throw FileError(.open, path, .notRegular) }
        // Fails where the file is shorter, and then all of it is read.
        lseek(file.descriptor, -length, SEEK_END)
        return try file.read(upTo: length)
    }

    /// All that is in a file, of so many bytes at most.
    public static func bytes(
        of path: String,
        limit: Int,
        requiresRegular: Bool = false
    ) throws(FileError) -> [UInt8] {
        // Opening a pipe would wait for someone who writes into it.
        let file = try OpenFile(path, waits: !requiresRegular)
        if requiresRegular, try !file.isRegular() { throw FileError(.open, path, .notRegular) }
        let bytes = try file.read(upTo: limit + 1)
        guard bytes.count <= limit else { throw FileError(.read, path, .tooLarge(limit)) }
        return bytes
    }
}
