import PGSyncStore

/// Retries or resolves all changes that match what was asked for: see `pgsync.request_queue_job`.
struct QueueOperation: JobOperation {
    let kind: String
    let lane = JobLane.long

    /// How many a step takes, whose slots nobody posts until it commits.
    private static let batch = 500
    /// The progress of more is shown without an end.
    private static let mostCounted = 100_000
    private static let rest = Duration.milliseconds(50)

    func run(_ job: RunningJob) async throws -> [String: Int] {
        let size = try await job.step { try QueueStore($0).jobSize(job.id, upTo: Self.mostCounted) }
        let expected = size <= Self.mostCounted && !job.isResumed ? size : nil
        try await job.note(kind, expected: expected)
        while true {
            let step = try await job.step { try QueueStore($0).jobStep(job.id, most: Self.batch) }
            try await job.note(kind, done: step.done, expected: expected)
            guard step.hasMore else { return [kind == "retry" ? "retried" : "resolved": step.done] }
            // Others who post have their turn.
            try await job.rest(for: Self.rest)
        }
    }
}
