import Arguments
import Glibc
import Locking

/// A file that is there whole or not at all: it is written beside its place and put there by one rename.
final class OutputFile: Sendable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let isFinished = Locked(false)

    /// Begins a file that its owner alone may read.
    init(_ path: String) throws {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CommandError.cannotWrite(path: path, reason: "it is there and is no file")
        }
        self.path = path
        temporary = "\(path).\(getpid()).partial"
        _ = unsafe unlink(temporary)
        descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        close(descriptor)
        if !isFinished.withLock(\.self) { _ = unsafe unlink(temporary) }
    }

    func write(_ text: String) throws {
        do {
            try FileOutput(descriptor: descriptor).writeUnescaped(text)
        } catch OutputError.refused(_, let reason) {
            throw CommandError.cannotWrite(path: path, reason: reason)
        }
    }

    /// Puts the file into its place, once it is on the disk.
    func finish() throws {
        guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else { throw Self.failure(path) }
        isFinished.withLock { $0 = true }
    }

    private static func failure(_ path: String) -> CommandError {
        .cannotWrite(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
