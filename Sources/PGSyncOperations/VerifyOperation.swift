import PGSyncCore
import PGSyncStore
import Postgres

/// Verifies on a schedule or on request: kind `verify` everything or a table, kind `reconcile` what has changed.
struct VerifyOperation: JobOperation {
    let kind: String
    let lane = JobLane.long

    /// Half of the time: nobody waits for it.
    private static let share = 0.5

    func run(_ job: RunningJob) async throws -> [String: Int] {
        let id = job.id
        try await job.step { try VerifyStore($0).prepare(id) }
        var pacing = StepPacing(share: Self.share)
        while true {
            let rows = pacing.rows
            let start = ContinuousClock.now
            let step = try await job.step(.init(isolation: .repeatableRead)) { session in
                try VerifyStore(session).step(id, rows: rows, endsJob: false)
            }
            let rest = pacing.pause(afterStepOf: ContinuousClock.now - start, target: step.targetDuration)
            switch step.state {
            case .running: try await job.rest(for: rest)
            case .cancelled: throw RunningJob.Stop.cancelled
            default: return try await job.step { try VerifyStore($0).counts(id) }
            }
        }
    }
}
