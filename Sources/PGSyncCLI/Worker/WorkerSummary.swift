import JSON
import PGSyncStore
import PGSyncWorker
import Postgres

/// What a worker has done, for somebody who waited for it.
struct WorkerSummary {
    let report: WorkerReport

    var text: String {
        let done = [
            ("posted", report.posted), ("amended", report.amended), ("reversed", report.reversed),
            ("unchanged", report.unchanged), ("superseded", report.superseded), ("failed", report.failed),
        ]
        let parts = done.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        var lines = [parts.isEmpty ? "nothing was posted" : parts.joined(separator: ", ")]
        if report.isPaused { lines.append("posting is paused; to go on: select pgsync.resume();") }
        lines += report.waiting.map(waiting) ?? []
        return lines.joined(separator: "\n")
    }

    private func waiting(_ waiting: WaitingCounts) -> [String] {
        let kinds = [
            ("could be posted", waiting.ready),
            ("for their time\(waiting.nextTime.map { ", the first at \($0)" } ?? "")", waiting.scheduled),
            ("for their source to be resumed", waiting.paused),
            ("for an earlier change of their record", waiting.blocked),
            ("for a person: they are dead letters", waiting.dead),
        ]
        return kinds.filter { $0.1 > 0 }.map { "\($0.1) \($0.1 == 1 ? "waits" : "wait") \($0.0)" }
    }

    var json: JSONValue {
        let waiting: JSONValue? = report.waiting.map { waiting in
            [
                "ready": JSONValue(waiting.ready), "scheduled": JSONValue(waiting.scheduled),
                "paused": JSONValue(waiting.paused), "blocked": JSONValue(waiting.blocked),
                "dead": JSONValue(waiting.dead),
                "next_at": waiting.nextTime.map { .string("\($0)") } ?? .null,
            ]
        }
        return [
            "batches": JSONValue(report.batches), "claimed": JSONValue(report.claimed),
            "posted": JSONValue(report.posted), "amended": JSONValue(report.amended),
            "reversed": JSONValue(report.reversed), "unchanged": JSONValue(report.unchanged),
            "superseded": JSONValue(report.superseded), "failed": JSONValue(report.failed),
            "paused": .bool(report.isPaused), "waiting": waiting ?? .null,
        ]
    }
}
