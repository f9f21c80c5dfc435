import Files
import Glibc
import JSON
import PGSyncWorker

/// A file that a worker updates as long as it is well, for programs that cannot query it otherwise.
struct HealthFile: Sendable {
    let path: String

    /// What is wrong with a worker, in words; nil if it is well.
    func complaint(at now: Duration = HealthStatement.uptime) -> String? {
        let bytes: [UInt8]
        do {
            bytes = try OpenFile.bytes(of: path, limit: 16 << 20, requiresRegular: true)
        } catch {
            let error = CommandError.unreadableFile(path: path, reason: "\(error)")
            return "no worker updates \(path): \(error)"
        }
        guard let statement = HealthStatement(parsing: String(decoding: bytes, as: UTF8.self)) else {
            return "\(path) is not the health file of a worker"
        }
        return statement.complaint(at: now, of: path)
    }

    /// Writes the worker's health, atomically.
    func write(_ statement: HealthStatement) throws {
        try OutputFile.writing(path) { () throws(FileError) in
            let file = try ReplacementFile(path, mode: 0o644)
            try file.write(statement.json.text() + "\n")
            try file.finish(durably: false)
        }
    }

    func remove() { _ = unsafe unlink(path) }
}
