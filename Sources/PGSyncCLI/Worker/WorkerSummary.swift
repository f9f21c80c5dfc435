import JSON
import PGSyncStore
import PGSyncWorker
import Postgres

/// What a worker has done, as text.
struct WorkerSummary {
    let report: WorkerReport

    var text: String {
        let done = [
            ("posted", report.posted), ("amended", report.amended), ("reversed", report.reversed),
            ("unchanged", report.unchanged), ("superseded", report.superseded), ("failed", report.failed),
        ]
        let parts = done.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        var lines = [parts.isEmpty ? "nothing was posted" : parts.joined(separator: ", ")]
        if report.isPaused { lines.append("posting is paused; resume it with pgsync resume") }
        lines += report.waiting.map(waiting) ?? []
        return lines.joined(separator: "\n")
    }

    private func waiting(_ waiting: WaitingCounts) -> [String] {
        let time = waiting.nextTime.map { ", the first at \($0)" } ?? ""
        let kinds = [
            (waiting.ready, report.isPaused ? "waiting for posting to be resumed" : "ready to post"),
            (waiting.scheduled, "scheduled for a retry\(time)"),
            (waiting.paused, "waiting for a table to be resumed"),
        ]
        var lines = kinds.filter { $0.0 > 0 }.map { count, what in
            "\(count) \(count == 1 ? "change is" : "changes are") \(what)"
        }
        if waiting.dead > 0 {
            lines.append(
                "\(waiting.dead) dead \(waiting.dead == 1 ? "letter" : "letters"): see pgsync dead list"
            )
        }
        return lines
    }

    var json: JSONValue {
        let waiting: JSONValue? = report.waiting.map { waiting in
            [
                "ready": JSONValue(waiting.ready), "scheduled": JSONValue(waiting.scheduled),
                "paused": JSONValue(waiting.paused),
                "dead": JSONValue(waiting.dead),
                "next_at": waiting.nextTime.map { .string("\($0)") } ?? .null,
            ]
        }
        return [
            "batches": JSONValue(report.batches), "claimed": JSONValue(report.claimed),
            "posted": JSONValue(report.posted), "amended": JSONValue(report.amended),
            "reversed": JSONValue(report.reversed), "unchanged": JSONValue(report.unchanged),
            "superseded": JSONValue(report.superseded), "failed": JSONValue(report.failed),
            "paused": .bool(report.isPaused), "left": waiting ?? .null,
        ]
    }
}
