package import Days
package import Postgres

/// What a verification looks at, and whether it heals.
package struct VerifyScope: Sendable, Equatable {
    package enum Healing: Sendable { case none, dryRun, heal }

    /// Only this table; nil for all.
    package var table: TableReference?
    /// Only records that changed within these days.
    package var since: Day?
    package var until: Day?
    package var healing: Healing

    package init(table: TableReference? = nil, since: Day? = nil, until: Day? = nil, healing: Healing = .none)
    {
        self.table = table
        self.since = since
        self.until = until
        self.healing = healing
    }
}

/// Compares the ledger with the tables it was posted from, step by step.
package struct VerifyStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Begins a verification in this session, or resumes one that was interrupted.
    package func begin(_ scope: VerifyScope) throws -> (job: Int64, isResumed: Bool) {
        do {
            let row = try session.query(
                """
                select begun.job, begun.resumed
                from pgsync.configuration_text('books_time_zone') as zone,
                    pgsync.begin_verify(
                        \(.inferred(scope.table?.argument))::regclass,
                        \(.inferred(scope.since?.description))::date::timestamp at time zone zone,
                        (\(.inferred(scope.until?.description))::date + 1)::timestamp at time zone zone,
                        \(scope.healing != .none),
                        \(scope.healing == .dryRun),
                        'cli'
                    ) as begun
                """
            ).onlyRow()
            return (try row.decode("job"), try row.decode("resumed"))
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(try session.query("select current_user::text").onlyRow().decode(0))
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.refused(error)
        }
    }

    /// Does the next step; this and what it found are one transaction.
    ///
    /// Code of tables' owners runs in it, which can replace one of our prepared statements: no statement names
    /// are used in such a session.
    package func step(_ job: Int64, rows: Int, endsJob: Bool = true) throws -> VerifyStep {
        try VerifyStep(
            session.query(
                """
                select
                    step.*,
                    pgsync.configuration_integer('verify_step_milliseconds')::bigint as milliseconds
                from pgsync.verify_step(\(job), \(rows), \(endsJob)) as step
                """
            ).onlyRow()
        )
    }

    /// Sets what a job looks at, by its subject and kind.
    package func prepare(_ job: Int64) throws {
        try session.execute("select pgsync.prepare_verify(\(job))")
    }

    /// What a verification that has ended counted, by names.
    package func counts(_ job: Int64) throws -> [String: Int] {
        let rows = try session.query(
            """
            select counted.key, counted.value::bigint
            from pgsync.verify_runs as run
            cross join lateral jsonb_each_text(run.report::jsonb -> 'counts') as counted
            where run.job = \(job)
            """
        )
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.decode(0), try $0.decode(1)) })
    }

    /// The report of a verification that has ended, as it was stored, with its digest in hexadecimal.
    package func report(_ job: Int64) throws -> (text: String, digest: String)? {
        try session.query(
            """
            select run.report, encode(run.digest, 'hex') as digest
            from pgsync.verify_runs as run
            where run.job = \(job) and run.report is not null
            """
        ).first.map { (try $0.decode("report"), try $0.decode("digest")) }
    }

    /// How the records of each table compare.
    package func tables(_ job: Int64) throws -> [VerifiedTable] {
        try session.query(
            """
            select pgsync.qualified_name(source.source_table) as table_name, source.*
            from pgsync.verified_sources as source
            where source.job = \(job)
            order by 1
            """
        ).map(VerifiedTable.init)
    }

    /// What became of the changes of each table and day.
    package func days(_ job: Int64) throws -> [VerifiedDay] {
        try session.query(
            """
            select pgsync.qualified_name(total.source_table) as table_name, total.*, total.day::text as day_text
            from pgsync.verified_days as total
            where total.job = \(job)
            order by 1, total.day
            """
        ).map(VerifiedDay.init)
    }

    /// Why it healed nothing more; nil if nothing stopped it.
    package func healStopped(_ job: Int64) throws -> String? {
        try session.query("select heal_stopped from pgsync.verify_runs where job = \(job)").onlyRow().decode(
            0
        )
    }

    package func score() throws -> Score {
        try Score(session.query("select * from pgsync.sync_score()").onlyRow())
    }
}

/// What one step of a verification has done.
package struct VerifyStep: Sendable, Equatable {
    package enum State: String, Sendable {
        case running, completed, partial, failed, cancelled
    }

    package let phase: String
    package let rows: Int
    /// How far the phase is.
    package let done: Int
    package let expected: Int?
    /// What was found so far, in all phases.
    package let differences: Int
    package let healed: Int
    package let state: State
    /// How long a step should take, by the current settings.
    package let targetDuration: Duration

    init(_ row: Row) throws {
        phase = try row.decode("phase")
        rows = try row.decode("row_count")
        done = try row.decode("done")
        expected = try row.decode("expected")
        differences = try row.decode("differences")
        healed = try row.decode("healed")
        state = State(rawValue: try row.decode("state")) ?? .failed
        targetDuration = .milliseconds(try row.decode("milliseconds", as: Int64.self))
    }
}

/// How far the ledger can be trusted, from 0 to 100; nil until everything was verified once.
package struct Score: Sendable, Equatable {
    package let value: Numeric?
    package let verdict: String
    package let freshness: Numeric?
    package let proven: Numeric?
    package let failures: Numeric?
    package let sweep: Numeric?
    package let cap: Numeric?
    package let cappedBy: String?
    package let recommendation: String
    package let verifiedAt: Timestamp?

    init(_ row: Row) throws {
        value = try row.decode("score")
        verdict = try row.decode("verdict")
        freshness = try row.decode("freshness")
        proven = try row.decode("proven")
        failures = try row.decode("failures")
        sweep = try row.decode("sweep")
        cap = try row.decode("cap")
        cappedBy = try row.decode("capped_by")
        recommendation = try row.decode("recommendation")
        verifiedAt = try row.decode("verified_at")
    }
}

/// How the records of a table compare with the ledger.
package struct VerifiedTable: Sendable, Equatable {
    package let table: String
    package let records: Int
    /// Each is one of these.
    package let equal: Int
    package let withoutEntry: Int
    package let waiting: Int
    package let failed: Int
    package let skipped: Int
    package let notWatched: Int
    package let different: Int

    init(_ row: Row) throws {
        table = try row.decode("table_name")
        records = try row.decode("records")
        equal = try row.decode("equal")
        withoutEntry = try row.decode("no_entry")
        waiting = try row.decode("waiting")
        failed = try row.decode("failed")
        skipped = try row.decode("skipped")
        notWatched = try row.decode("not_watched")
        different = try row.decode("different")
    }
}

/// What became of the changes of a table that were captured on a day.
package struct VerifiedDay: Sendable, Equatable {
    package static let ends = [
        "posted", "amended", "reversed", "unchanged", "superseded", "skipped", "unposted", "failed",
        "waiting", "lost",
    ]

    package let table: String
    package let day: Day
    package let captured: Int
    /// By the names of ``ends``.
    package let counts: [String: Int]

    init(_ row: Row) throws {
        table = try row.decode("table_name")
        let text: String = try row.decode("day_text")
        guard let parsed = Day(text) else {
            throw PostgresError(.unexpectedResult, "\(text) is not a day")
        }
        day = parsed
        captured = try row.decode("captured")
        counts = try Dictionary(uniqueKeysWithValues: Self.ends.map { ($0, try row.decode($0)) })
    }
}
