import Glibc
import JSON
import PGSyncWorker

/// A worker's report of its health, and when it was made.
///
/// The time is that since the machine was started, which nobody sets, and which containers share with their
/// host.
struct HealthStatement: Sendable {
    let json: JSONValue
    private let state: String
    private let problems: [String]
    private let time: Duration

    /// A worker that has not reported for this long is not well.
    static let longestAge = Duration.seconds(15)

    init(_ health: WorkerHealth, at time: Duration = uptime) {
        state = health.state.rawValue
        problems = health.problems
        self.time = time
        json = [
            "state": .string(health.state.rawValue),
            "process": JSONValue(Int(getpid())),
            "posters": JSONValue(health.posters),
            "connected_posters": JSONValue(health.connectedPosters),
            "finished": JSONValue(health.finished),
            "failed": JSONValue(health.failed),
            "problems": .array(health.problems.map { .string($0) }),
            "uptime_seconds": JSONValue(Double(max(time - Self.start, .zero) / .milliseconds(1)) / 1_000),
            Self.timeKey: JSONValue(Int(time / .milliseconds(1))),
        ]
    }

    /// When it was reported, since the machine was started.
    private static let timeKey = "written_milliseconds_after_boot"
    /// When this process was first queried.
    private static let start = uptime

    /// What anyone may see: no more than it takes to judge the worker.
    var publicJSON: JSONValue {
        guard var object = json.object else { return json }
        for key in ["process", "uptime_seconds", "problems", Self.timeKey] { object[key] = nil }
        return .object(object)
    }

    /// Parses what was written as JSON; nil if it was something else.
    init?(parsing text: String) {
        guard let json = try? JSONValue(parsing: text),
            let state = json["state"]?.string,
            let written = json[Self.timeKey]?.number?.int
        else { return nil }
        self.json = json
        self.state = state
        problems = json["problems"]?.array?.compactMap(\.string) ?? []
        time = .milliseconds(written)
    }

    /// What is wrong with the worker, in words; nil if it is well.
    func complaint(at now: Duration = uptime, of source: String = "its health") -> String? {
        let age = now - time
        guard age >= .zero, age <= Self.longestAge else {
            let span = age < .zero ? "longer than this machine runs" : age.text
            return "the worker has not updated \(source) for \(span)"
        }
        return switch WorkerHealth.State(rawValue: state) {
        case .ready: problems.isEmpty ? nil : problems.joined(separator: "; ")
        case .starting: "the worker has not reached the database yet"
        case .away: "the worker has no connection to the database"
        case .stuck: "a part of the worker hangs"
        case .stopping: "the worker is stopping"
        case nil: "the worker is \(state)"
        }
    }

    /// The time since the machine was started, including suspended time.
    static var uptime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
