import PGSyncOperations
import PGSyncRules
import Postgres

/// Finds the keys of an entity that are not the same on both sides.
///
/// Rows are sorted into buckets by their keys. Of each bucket, both sides tell how many rows it has and what these come
/// to; only buckets that differ are read. What differs then may merely be on its way: it counts only once neither side
/// has changed it for a while.
struct EntityComparison: Sendable {
    /// What was found.
    struct Outcome: Sendable {
        var leftCount = 0
        var rightCount = 0
        var matched = 0
        /// Keys that kept changing.
        var moving = 0
        /// Keys that differ, or may, beyond those that are looked at.
        var beyond = 0
        var isCapped: Bool { beyond > 0 }
        var differences: [Difference] = []
    }

    struct Difference: Sendable {
        enum Kind: String, Sendable {
            case missingLeft = "missing_left"
            case missingRight = "missing_right"
            case different, ambiguous
        }

        let kind: Kind
        let key: RowKey
        let left: SideReader.Content?
        let right: SideReader.Content?
    }

    /// So many keys are looked at again, and so many differences are kept.
    static let mostSuspects = 100_000
    static let mostDifferences = 10_000

    let plan: EntityPlan
    let left: SideReader
    let right: SideReader
    let settle: Duration
    let rest: @Sendable (Duration) async throws -> Void
    let tell: @Sendable (_ message: String, _ done: Int?, _ expected: Int?) async throws -> Void

    func run() async throws -> Outcome {
        var outcome = Outcome()
        try await tell("adds both sides up", nil, nil)
        async let leftSums = left.sums(plan.left)
        async let rightSums = right.sums(plan.right)
        let sums = (left: try await leftSums, right: try await rightSums)
        outcome.leftCount = sums.left.values.reduce(0) { $0 + $1.count }
        outcome.rightCount = sums.right.values.reduce(0) { $0 + $1.count }
        var unequal: [Int] = []
        for bucket in Set(sums.left.keys).union(sums.right.keys).sorted() {
            if let one = sums.left[bucket], one == sums.right[bucket] {
                outcome.matched += one.count
            } else {
                unequal.append(bucket)
            }
        }
        guard !unequal.isEmpty else { return outcome }
        let rows = unequal.reduce(0) { $0 + max(sums.left[$1]?.count ?? 0, sums.right[$1]?.count ?? 0) }
        let suspects = try await suspects(in: unequal, rows: rows, &outcome)
        guard !suspects.isEmpty else { return outcome }
        let standing = try await standing(of: suspects, &outcome)
        try await describe(standing.sorted { $0.key < $1.key }, &outcome)
        return outcome
    }

    // MARK: Rows of unequal buckets

    private func suspects(in buckets: [Int], rows: Int, _ outcome: inout Outcome) async throws -> [Suspect] {
        async let leftOpened: Void = left.open(plan.left, buckets)
        async let rightOpened: Void = right.open(plan.right, buckets)
        _ = (try await leftOpened, try await rightOpened)
        var (leftRows, rightRows) = (BucketRows(left, plan.left), BucketRows(right, plan.right))
        var suspects: [Suspect] = []
        var done = 0
        for (index, bucket) in buckets.enumerated() {
            var found: [RowKey: Suspect] = [:]
            for row in try await leftRows.take(bucket) {
                found[row.key, default: Suspect(key: row.key, left: [], right: [])].left.append(row.state)
                done += 1
            }
            for row in try await rightRows.take(bucket) {
                found[row.key, default: Suspect(key: row.key, left: [], right: [])].right.append(row.state)
            }
            for suspect in found.values {
                if isSame(suspect) {
                    outcome.matched += suspect.left.count
                } else if suspects.count < Self.mostSuspects {
                    suspects.append(suspect)
                } else {
                    outcome.beyond += 1
                }
            }
            if index % 64 == 0 { try await tell("reads rows of parts that differ", done, rows) }
        }
        async let leftClosed: Void = left.close()
        async let rightClosed: Void = right.close()
        _ = (try await leftClosed, try await rightClosed)
        return suspects
    }

    private func isSame(_ suspect: Suspect) -> Bool {
        guard suspect.left.count == suspect.right.count, let one = suspect.left.first else { return false }
        if suspect.left.count == 1 { return plan.isSame(one, suspect.right[0]) }
        // A key that both sides have as often, with the same rows.
        func counted(_ rows: [RowState]) -> [RowState: Int] {
            rows.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        return counted(suspect.left) == counted(suspect.right)
    }

    // MARK: What stands

    /// The suspects that neither side has changed for a while, and that differ still.
    private func standing(of suspects: [Suspect], _ outcome: inout Outcome) async throws -> [Suspect] {
        let clock = ContinuousClock()
        let start = clock.now
        var undecided = suspects.map { (suspect: $0, since: start) }
        var standing: [Suspect] = []
        let step = settle / 3
        while !undecided.isEmpty {
            try await tell(
                "looks at \(undecided.count) rows again until they stay as they are",
                suspects.count - undecided.count,
                suspects.count
            )
            let keys = undecided.map(\.suspect.key)
            async let leftFound = left.rows(plan.left, keys, contents: false)
            async let rightFound = right.rows(plan.right, keys, contents: false)
            let found = (left: try await leftFound, right: try await rightFound)
            let now = clock.now
            var next: [(suspect: Suspect, since: ContinuousClock.Instant)] = []
            for (suspect, since) in undecided {
                var seen = suspect
                seen.left = (found.left[suspect.key] ?? []).map(\.state)
                seen.right = (found.right[suspect.key] ?? []).map(\.state)
                if isSame(seen) {
                    outcome.matched += seen.left.count
                } else if seen.left.isEmpty, seen.right.isEmpty {
                    continue
                } else if seen.left == suspect.left, seen.right == suspect.right {
                    if now - since >= settle { standing.append(seen) } else { next.append((seen, since)) }
                } else {
                    next.append((seen, now))
                }
            }
            undecided = next
            guard !undecided.isEmpty else { break }
            if now - start > settle * 6 {
                outcome.moving += undecided.count
                outcome.matched += undecided.count
                break
            }
            try await rest(max(step, .milliseconds(100)))
        }
        return standing
    }

    /// Reads what differs, as it is now.
    private func describe(_ suspects: [Suspect], _ outcome: inout Outcome) async throws {
        let kept = suspects.prefix(Self.mostDifferences)
        outcome.beyond += suspects.count - kept.count
        let keys = kept.map(\.key)
        async let leftFound = left.rows(plan.left, keys, contents: true)
        async let rightFound = right.rows(plan.right, keys, contents: true)
        let found = (left: try await leftFound, right: try await rightFound)
        for suspect in kept {
            let (one, other) = (found.left[suspect.key] ?? [], found.right[suspect.key] ?? [])
            let kind: Difference.Kind
            switch (one.count, other.count) {
            case (0, 0): continue
            case (0, 1): kind = .missingLeft
            case (1, 0): kind = .missingRight
            case (1, 1):
                guard !plan.isSame(one[0].state, other[0].state) else {
                    outcome.matched += 1
                    continue
                }
                kind = .different
            default: kind = .ambiguous
            }
            outcome.differences.append(
                Difference(kind: kind, key: suspect.key, left: one.first, right: other.first)
            )
        }
    }
}

/// The rows of one side, taken bucket by bucket in their order.
private struct BucketRows {
    private let reader: SideReader
    private let side: SideSQL
    private var waiting: [SideReader.Row] = []
    private var place = 0
    private var isAtEnd = false

    init(_ reader: SideReader, _ side: SideSQL) {
        self.reader = reader
        self.side = side
    }

    mutating func take(_ bucket: Int) async throws -> [SideReader.Row] {
        var rows: [SideReader.Row] = []
        while true {
            if place == waiting.count {
                guard !isAtEnd else { return rows }
                waiting = try await reader.next(side)
                place = 0
                isAtEnd = waiting.isEmpty
                continue
            }
            guard waiting[place].bucket == bucket else { return rows }
            rows.append(waiting[place])
            place += 1
        }
    }
}
