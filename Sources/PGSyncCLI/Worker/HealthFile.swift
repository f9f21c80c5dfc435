import Glibc
import JSON
import PGSyncWorker

/// A file that a worker renews for as long as it is well, for whoever cannot ask it otherwise.
///
/// Its age is told by the clock that counts since the machine was started, which nobody sets, and which containers share
/// with their machine.
struct HealthFile: Sendable {
    let path: String

    /// A file that was not renewed for so long is that of a worker that is not well.
    static let longestAge = Duration.seconds(15)

    /// What is wrong with a worker, in words; nil when it is well.
    func complaint(at now: Duration = uptime) -> String? {
        let bytes: [UInt8]
        do {
            bytes = try InputFile(path: path).bytes()
        } catch {
            return "no worker renews \(path): \(error)"
        }
        guard let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)),
            let state = json["state"]?.string,
            let written = json["uptime_milliseconds"]?.number?.int
        else { return "\(path) is not the health file of a worker" }
        let age = now - .milliseconds(written)
        guard age >= .zero, age <= Self.longestAge else {
            return
                "the worker has not renewed \(path) for \(age < .zero ? "longer than this machine runs" : age.text)"
        }
        return switch WorkerHealth.State(rawValue: state) {
        case .ready: nil
        case .starting: "the worker has not reached the database yet"
        case .away: "the worker has no connection to the database"
        case .stuck: "a part of the worker does not come back from what it does"
        case .stopping: "the worker is about to end"
        case nil: "the worker is \(state)"
        }
    }

    /// Writes how a worker is, whole or not at all.
    func write(_ health: WorkerHealth, at now: Duration = uptime) throws {
        let json: JSONValue = [
            "state": .string(health.state.rawValue),
            "pid": JSONValue(Int(getpid())),
            "posters": JSONValue(health.posters),
            "connected_posters": JSONValue(health.connectedPosters),
            "finished": JSONValue(health.finished),
            "failed": JSONValue(health.failed),
            "uptime_milliseconds": JSONValue(Int(now / .milliseconds(1))),
        ]
        let text = Array((json.text() + "\n").utf8)
        let temporary = "\(path).\(getpid()).partial"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
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

    /// The time since the machine was started, with the time it slept.
    static var uptime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func failure() -> CommandError {
        .cannotWrite(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
