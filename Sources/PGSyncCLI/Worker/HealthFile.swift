import Glibc
import JSON
import PGSyncWorker

/// A file that a worker renews for as long as it is well, for whoever cannot ask it otherwise.
struct HealthFile: Sendable {
    let path: String

    /// What is wrong with a worker, in words; nil when it is well.
    func complaint(at now: Duration = HealthStatement.uptime) -> String? {
        let bytes: [UInt8]
        do {
            bytes = try InputFile(path: path, isRegular: true).bytes()
        } catch {
            return "no worker renews \(path): \(error)"
        }
        guard let statement = HealthStatement(parsing: String(decoding: bytes, as: UTF8.self)) else {
            return "\(path) is not the health file of a worker"
        }
        return statement.complaint(at: now, of: path)
    }

    /// Writes how a worker is, whole or not at all.
    func write(_ statement: HealthStatement) throws {
        let text = Array((statement.json.text() + "\n").utf8)
        let temporary = "\(path).\(getpid()).partial"
        // Nothing that somebody put there is written into; what a process of this number left behind goes.
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        var descriptor = unsafe open(temporary, flags, 0o644)
        if descriptor < 0, errno == EEXIST, unsafe unlink(temporary) == 0 {
            descriptor = unsafe open(temporary, flags, 0o644)
        }
        guard descriptor >= 0 else { throw failure() }
        let isWritten = unsafe Glibc.write(descriptor, text, text.count) == text.count
        let reason = failure()
        close(descriptor)
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            let reason = isWritten ? failure() : reason
            unsafe unlink(temporary)
            throw reason
        }
    }

    func remove() { _ = unsafe unlink(path) }

    private func failure() -> CommandError {
        .cannotWrite(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
