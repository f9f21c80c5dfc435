// Long because an exchange is read as one course of steps.
import HTTPClient
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres

/// One exchange with a master: what was sent and not answered, then down, up, and down again to what came of it.
struct Exchange: Sendable {
    /// What it has done so far.
    struct Counts: Sendable {
        var downloaded = 0
        var written = 0
        var deleted = 0
        var held = 0
        var uploaded = 0
        var conflicts = 0
        var refused = 0
        var failed = 0

        var byName: [String: Int] {
            [
                "downloaded": downloaded, "written": written, "deleted": deleted, "held": held,
                "uploaded": uploaded, "conflicts": conflicts, "refused": refused, "failed": failed,
            ]
        }
    }

    let job: RunningJob
    private(set) var client: MasterClient
    let master: String
    /// Those that are exchanged here; others may join them while an exchange goes on without an end.
    private(set) var tables: [String]
    let force: Bool
    private(set) var counts = Counts()
    /// Tables that differed when they were compared last.
    private var diverged: [String] = []
    /// Tables that are left out, because their columns differ, and how.
    private var frozen: [String] = []
    /// Tables of which records are left out that have values in a column that one side lacks, and how they differ.
    private var quarantined: [String] = []
    /// What the master has answered when it was offered columns.
    private var refusedColumns: String?
    /// Records that could not be written here, or that the master has refused.
    private var left = 0
    private var comparedAt: ContinuousClock.Instant?
    private var refusedBefore: Timestamp?
    /// The tables that both sides exchange.
    private(set) var common: [String] = []
    private var (hasResynced, isChecked) = (false, false)

    /// What the two sides do not have in common after the exchange; nil if they have everything.
    var problem: String? {
        if common.isEmpty { return "no table is exchanged on both sides; to begin: pgsync sync on TABLE" }
        if !frozen.isEmpty { return "left out, as the columns differ: \(frozen.joined(separator: "; "))" }
        if left > 0 {
            let differing =
                quarantined.isEmpty ? "" : "; columns differ: \(quarantined.joined(separator: "; "))"
            return "\(left) records were left out\(differing)"
        }
        return diverged.isEmpty ? nil : "differs from the master in \(diverged.joined(separator: ", "))"
    }

    private static let pageSize = 1_000
    private static let batchSize = 500
    /// Records that are applied together, so that readers see whole ticks.
    private static let mostStaged = 50_000
    /// Comparing reads the versions of all records.
    private static let comparesEvery = Duration.seconds(300)

    init(job: RunningJob, client: MasterClient, master: String, tables: [String], force: Bool) {
        self.job = job
        self.client = client
        self.master = master
        self.tables = tables
        self.force = force
    }

    /// Makes one exchange.
    ///
    /// One that follows another at once need not ask again who the master is, nor say that there was nothing.
    mutating func run(following isFollowing: Bool = false) async throws {
        hasResynced = false
        isChecked = false
        if !isFollowing {
            client = try await client.findingMaster()
            refusedColumns = nil
        }
        if force { refusedBefore = try await store { try $0.now() } }
        let before = (counts.downloaded, counts.uploaded)
        let known = tables
        tables = try await store { try $0.look() }.tables
        let isFollowing = isFollowing && known == tables
        try await repeatingAfterResync { exchange in
            if !isFollowing || exchange.hasResynced { try await exchange.greet() }
            guard !exchange.common.isEmpty else { return }
            try await exchange.push(onlyUnanswered: true)
            var page = try await exchange.pull()
            let sent = exchange.counts.uploaded
            try await exchange.push(onlyUnanswered: false)
            if exchange.counts.uploaded > sent { page = try await exchange.pull() }
            exchange.cursor = page.cursor
            let after = (exchange.counts.downloaded, exchange.counts.uploaded)
            guard !isFollowing || before != after else { return }
            try await exchange.acknowledge(page)
        }
    }

    /// Where the next download begins.
    private(set) var cursor: String?

    /// Whoever was restored, or is told to, starts over once.
    private mutating func repeatingAfterResync(_ body: (inout Exchange) async throws -> Void) async throws {
        do {
            try await body(&self)
        } catch let refusal as MasterClient.Refusal {
            guard !hasResynced else { throw refusal }
            if case .refused = refusal { throw refusal }
            let status = try await client.status(on: job.connection)
            var (reason, isAhead) = ("the master expects upload \(status.expectedSequence)", false)
            if case .mustResync(let detail, let wasRestored) = refusal {
                (reason, isAhead) = (detail, wasRestored)
            }
            try await resync(after: status, wasRestored: isAhead, reason)
            try await body(&self)
        }
    }

    /// Starts over.
    ///
    /// A master that expects an earlier upload than the next one has forgotten some: it was restored, and may lack what is
    /// here. One that expects a later one knows what this system has forgotten, and is right.
    private mutating func resync(after status: MasterClient.Status, wasRestored: Bool, _ reason: String)
        async throws
    {
        hasResynced = true
        try await job.note("resync", "loads everything anew: \(reason)")
        common = tables.filter(status.tables.contains)
        try await store { [common] store in
            let isNew = try store.note(status.node, status.incarnation, common)
            let hasForgotten = try store.look().sequence >= status.expectedSequence
            try store.resync(
                lastSequence: status.expectedSequence - 1,
                wasRestored: isNew || wasRestored || hasForgotten
            )
        }
    }

    private mutating func greet() async throws {
        let status = try await client.status(on: job.connection)
        let begun = try await store { try $0.look() }
        common = begun.tables.filter(status.tables.contains)
        let missing = begun.tables.filter { !status.tables.contains($0) }
        if !missing.isEmpty {
            try await job.note("status", "the master does not exchange \(missing.joined(separator: ", "))")
        }
        guard !hasResynced else { return }
        let next = begun.sequence + 1
        let fits =
            status.expectedSequence == next || begun.hasUnanswered && status.expectedSequence == next + 1
        if let known = begun.incarnation, known != status.incarnation {
            try await resync(after: status, wasRestored: true, "the master was restored")
        } else if !fits {
            try await resync(
                after: status,
                wasRestored: false,
                "the master expects upload \(status.expectedSequence), not \(next)"
            )
        } else if status.mustResync, !begun.isResyncing {
            try await resync(after: status, wasRestored: false, "an operator of the master said so")
        } else {
            _ = try await store { [common] in try $0.note(status.node, status.incarnation, common) }
        }
    }

    // MARK: Down

    /// Takes all there is; the last page's time and cursor.
    @discardableResult
    private mutating func pull() async throws -> (time: String, cursor: String) {
        try await job.note("download", done: counts.downloaded)
        var staged = 0
        while true {
            let begun = try await store { try $0.look() }
            let page = try await client.download(
                cursor: begun.cursor,
                sequence: begun.sequence,
                tables: common,
                limit: Self.pageSize,
                on: job.connection
            )
            let (kept, hasMore) = try await keep(page)
            counts.downloaded += kept
            staged += kept
            try await job.note("download", done: counts.downloaded)
            if !hasMore || staged >= Self.mostStaged {
                if hasMore { try await store { try $0.catchUp() } }
                try await apply()
                staged = 0
            }
            if !hasMore, begun.isResyncing {
                let common = common
                if try await store({ try $0.stageUnconfirmed(common) }) > 0 { try await apply() }
            }
            guard hasMore else {
                let last = try JSONValue(parsing: page)
                guard let time = last["timestamp"]?.string, let cursor = last["cursor"]?.string else {
                    throw MasterClient.Refusal.refused("a page has no cursor")
                }
                return (time, cursor)
            }
        }
    }

    /// Keeps a page; how many records, and whether there is another.
    private mutating func keep(_ page: String) async throws -> (kept: Int, hasMore: Bool) {
        let refused = refusedColumns
        let staged = try await store { try $0.stage(page, refused: refused) }
        if let offered = staged.offered {
            try await job.note("download", "offers columns to the master: \(offered)")
            let answer = try await client.offer(columns: offered, on: job.connection)
            guard try JSONValue(parsing: answer)["refused"]?.object != nil else {
                throw MasterClient.Refusal.refused("the master does not say what became of the columns")
            }
            refusedColumns = answer
            return (0, true)
        }
        if !staged.frozen.isEmpty, staged.frozen != frozen {
            try await job.note("download", "left out: \(staged.frozen.joined(separator: "; "))")
        }
        (frozen, quarantined) = (staged.frozen, staged.quarantined)
        return (staged.records, staged.hasMore)
    }

    /// So many records of one take are folded before the next.
    private static let foldedFrom = 10_000

    private mutating func apply() async throws {
        while true {
            let force = force
            let applied = try await store { try $0.takeStaged(force: force) }
            counts.written += applied.written
            counts.deleted += applied.deleted
            counts.held += applied.held
            guard applied.isSomething, applied.failures.isEmpty else {
                return try await note(applied.failures)
            }
            // Each part of the next take looks through what was logged since the last fold.
            if applied.written + applied.deleted >= Self.foldedFrom {
                try await job.connection.foldVersions()
            }
        }
    }

    private mutating func note(_ failures: [ExchangeStore.Failure]) async throws {
        counts.failed = max(counts.failed, failures.count)
        for failure in failures {
            try await job.fail(item: failure.item, JobFailure(failure.errorClass, failure.message))
        }
    }

    // MARK: Up

    private mutating func push(onlyUnanswered: Bool) async throws {
        if onlyUnanswered {
            guard try await store({ try $0.look() }).hasUnanswered else { return }
        } else {
            try await job.connection.foldVersions()
        }
        try await job.note("upload", done: counts.uploaded)
        while true {
            let (force, refusedBefore) = (force || isChecked, refusedBefore)
            let upload = try await store {
                try $0.startUpload(limit: Self.batchSize, force: force, refusedBefore: refusedBefore)
            }
            // The guard looks at all that is to be sent.
            isChecked = !onlyUnanswered
            guard let upload else { return }
            let answer = try await client.upload(upload, on: job.connection)
            let failures = try await store { try $0.takeAnswer(answer) }
            try await count(JSONValue(parsing: answer), JSONValue(parsing: upload))
            try await note(failures)
            try await job.note("upload", done: counts.uploaded)
            // What could not be written here would be sent again at once.
            if onlyUnanswered || !failures.isEmpty { return }
        }
    }

    private mutating func count(_ answer: JSONValue, _ upload: JSONValue) async throws {
        let results = answer["results"]?.array ?? []
        counts.uploaded += results.count
        for result in results {
            switch result["status"]?.string {
            case "conflict": counts.conflicts += 1
            case "failed" where result["need"] == nil:
                counts.refused += 1
                let item = "\(result["table"]?.string ?? "") \(result["id"]?.string ?? "")"
                try await job.fail(
                    item: item,
                    JobFailure(
                        result["error"]?["class"]?.string ?? "unexpected",
                        "the master refuses it: \(result["error"]?["message"]?.string ?? "")"
                    )
                )
            default: break
            }
        }
    }

    // MARK: The end

    private mutating func acknowledge(_ page: (time: String, cursor: String)) async throws {
        try await note(store { try $0.lacking() })
        left = try await store { try $0.settleItems() }
        let isDue = comparedAt.map { .now - $0 >= Self.comparesEvery } ?? true
        let sums = isDue ? try await store { try $0.sums() } : "{}"
        if isDue { (diverged, comparedAt) = ([], .now) }
        let problem = problem
        let found = try await client.acknowledge(
            time: page.time,
            status: problem == nil ? "success" : "partial",
            message: problem.map { String($0.prefix(1_000)) },
            cursor: page.cursor,
            sums: sums == "{}" ? nil : sums,
            on: job.connection
        )
        if isDue { diverged = found }
    }

    func store<Value: Sendable>(
        _ body: @escaping @Sendable (ExchangeStore) throws -> Value
    ) async throws -> Value {
        let master = master
        return try await job.step(TransactionOptions(isolation: .readCommitted)) {
            try body(ExchangeStore($0, master: master))
        }
    }
}
