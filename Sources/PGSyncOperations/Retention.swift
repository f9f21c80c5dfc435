import PGSyncStore

/// Removes what is older than the settings say, part by part, in short steps: see `pgsync.retention_parts`.
struct Retention: JobOperation {
    let kind = "retention"
    let isLong = true

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
        var tries = 0
        while tries < Self.mostTries {
            try await job.note("ranges", done: dropped)
            let step = try await job.step { try RangeStore($0).drop() }
            switch step.state {
            case .dropped: dropped += 1
            case .freezing, .frozen: break
            case .done: return dropped
            case .busy:
                tries += 1
                try await job.rest(for: .milliseconds(.random(in: 200...1_000)))
            }
        }
        return dropped
    }

    private func parts(_ job: RunningJob) async throws -> [String] {
        try await job.step { try JobStore($0).retentionParts() }
    }
}
