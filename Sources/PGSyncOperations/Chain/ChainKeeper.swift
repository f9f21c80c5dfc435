import PGSyncStore

/// Chains new rows of the audit log and the journal in short steps, and then anchors the chain.
struct ChainKeeper: JobOperation {
    let kind = "chain"
    let lane = JobLane.short
    let destinations: [AnchorDestination]

    /// About a third of a second of work.
    private static let rows = 10_000
    /// Where the chain did not grow, an anchor shows that it is still there.
    private static let interval = 3_600.0

    func run(_ job: RunningJob) async throws -> [String: Int] {
        var counts = ["rows": 0, "anchors": 0]
        var hasMore = true
        while hasMore {
            try await job.note("extend", done: counts["rows"])
            let step = try await job.step { try ChainStore($0).extend(limit: Self.rows) }
            counts["rows", default: 0] += step.rows
            hasMore = step.hasMore
        }
        let state = try await job.step { try ChainStore($0).state() }
        guard state.seq > 0 else { return counts }
        var failures: [AnchorError] = []
        for destination in destinations {
            let known = state.anchors.first {
                ($0.kind, $0.destination) == (destination.kind, destination.place)
            }
            if let known, known.head == state.head, known.seconds < Self.interval { continue }
            try await job.note("anchor", done: counts["anchors"], expected: destinations.count)
            do {
                try await Anchor(at: destination).write(job.connection)
                counts["anchors", default: 0] += 1
            } catch let error as AnchorError {
                failures.append(error)
            }
        }
        guard let worst = failures.first(where: { $0.errorClass == "chain.broken" }) ?? failures.first else {
            return counts
        }
        throw JobFailure(worst.errorClass, failures.map(\.description).joined(separator: "; "))
    }
}
