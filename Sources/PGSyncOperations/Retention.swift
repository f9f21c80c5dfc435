import PGSyncStore

/// Removes what is older than the settings say, part by part, in short steps: see `pgsync.retention_parts`.
struct Retention: JobOperation {
    let kind = "retention"
    let lane = JobLane.long

    /// How often locks of other sessions may hold up the dropping of ranges; the next job goes on.
    private static let mostTries = 100

    func run(_ job: RunningJob) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for part in try await parts(job) {
            var removed = 0
            var hasMore = true
            while hasMore {
                try await job.note(part, done: removed)
                let step = try await job.step { try JobStore($0).retentionStep(part) }
                removed += step.removed
                hasMore = step.hasMore
            }
            counts[part] = removed
        }
        counts["ranges"] = try await dropRanges(job)
        return counts
    }

    private func dropRanges(_ job: RunningJob) async throws -> Int {
        var dropped = 0
        for _ in 1...Self.mostTries {
            var step: DropStep
            repeat {
                try await job.note("ranges", done: dropped)
                step = try await job.step { try RangeStore($0).drop() }
                if step.state == .dropped { dropped += 1 }
            } while step.hasMore
            guard step.state == .busy else {
                try await job.settle(item: "ranges", "nothing is left to drop")
                return dropped
            }
            try await job.rest(for: .milliseconds(.random(in: 200...1_000)))
        }
        try await job.fail(
            item: "ranges",
            JobFailure("transient", "other sessions hold the tables; the next job goes on")
        )
        return dropped
    }

    private func parts(_ job: RunningJob) async throws -> [String] {
        try await job.step { try JobStore($0).retentionParts() }
    }
}
