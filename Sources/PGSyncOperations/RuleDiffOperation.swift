import PGSyncStore
import Postgres

/// Compares another text of a rule with what is in force: see `pgsync.request_rule_diff`.
struct RuleDiffOperation: JobOperation {
    let kind = "rules_diff"
    let lane = JobLane.long

    private static let phase = "compare"
    private static let rest = Duration.milliseconds(20)

    func run(_ job: RunningJob) async throws -> [String: Int] {
        let id = job.id
        let run: RuleDiffRun
        do {
            run = try await job.trying { try RuleDiffRun($0, job: id) }
        } catch let wrong as RuleDiffRun.Wrong {
            throw JobFailure("unexpected", wrong.description)
        }
        var done = run.doneBefore
        try await job.note(Self.phase, done: done, expected: run.total)
        for piece in run.pieces {
            let found = try await job.trying { try run.compare(piece, in: $0) }
            try await job.step { try RuleDiffRun.note(found, of: id, in: $0) }
            done += found.count
            try await job.note(Self.phase, done: done, expected: run.total)
            try await job.rest(for: Self.rest)
        }
        return ["compared": done]
    }
}
