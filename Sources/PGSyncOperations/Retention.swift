import PGSyncStore

/// Removes what is older than the settings say, part by part, in short steps: see `pgsync.retention_parts`.
struct Retention: JobOperation {
    let kind = "retention"
    let isLong = false

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
        return counts
    }

    private func parts(_ job: RunningJob) async throws -> [String] {
        try await job.step { try JobStore($0).retentionParts() }
    }
}
