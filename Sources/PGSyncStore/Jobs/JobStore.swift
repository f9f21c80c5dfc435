import JSON
package import Postgres

/// Long operations: how they are, asking them to end, and running them.
package struct JobStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// The matching jobs: those that have not ended, then the newest.
    package func list(state: Job.State? = nil, kind: String? = nil, limit: Int) throws -> [Job] {
        let query = Query(
            Self.jobs + """
                where ($1::text is null or job.state = $1) and ($2::text is null or job.kind = $2)
                order by job.finished_at is not null, job.id desc
                limit $3
                """,
            [state?.rawValue, kind, limit]
        )
        return try session.query(query).map(Job.init)
    }

    package func job(_ id: Int64) throws -> Job {
        let found = try session.query(Query(Self.jobs + "where job.id = $1", [id]))
        guard let row = found.first else { throw StoreError.noSuchJob(id) }
        return try Job(row)
    }

    /// The items of a job that failed and are not resolved, the newest first.
    package func failedItems(of id: Int64, limit: Int) throws -> [FailedItem] {
        try session.query(
            """
            select
                item.id, item.item_id, item.state, item.attempts, item.max_attempts, item.next_attempt_at,
                item.last_seen_at, item.error_class, item.error_message, item.error_column
            from pgsync.sync_failed_items as item
            where item.job = \(id) and item.state <> 'resolved'
            order by item.last_seen_at desc, item.id desc
            limit \(limit)
            """
        ).map(FailedItem.init)
    }

    /// Asks a job to end, and ends it if nobody runs it; returns what it is after that.
    ///
    /// A job that had ended before is an error.
    package func cancel(_ id: Int64) throws -> Job {
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        let before = try job(id)
        guard !before.state.hasEnded else { throw StoreError.jobHasEnded(id, state: before.state.rawValue) }
        do {
            try session.execute("select pgsync.cancel_job(\(id))")
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        }
        return try job(id)
    }

    // MARK: Running them

    /// Why a job failed.
    package struct Failure: Sendable, Equatable {
        package var errorClass: String?
        /// What the server reported, if it has no class.
        package var sqlState: String?
        package var message: String

        package init(errorClass: String? = nil, sqlState: String? = nil, message: String) {
            self.errorClass = errorClass
            self.sqlState = sqlState
            self.message = message
        }
    }

    /// Which of these kinds have jobs that nobody runs.
    package func runnableKinds(_ kinds: [String]) throws -> [String] {
        try session.query("select distinct kind from pgsync.runnable_jobs(\(kinds)::text[]) order by kind")
            .map {
                try $0.decode(0)
            }
    }

    /// Asks for runs that try failed items again whose time has come.
    package func requestItemRetries() throws { try session.execute("select pgsync.request_item_retries()") }

    /// Asks for the exchanges that go on without an end, where they do not.
    package func requestLiveSyncs() throws { try session.execute("select pgsync.request_live_syncs()") }

    /// Begins or resumes, in this session, the oldest job of these kinds that nobody runs.
    package func take(_ kinds: [String]) throws -> TakenJob? {
        try session.query(
            "select job, kind, subject, type, attempts from pgsync.take_job(\(kinds)::text[])"
        ).map(TakenJob.init).first
    }

    /// Begins or resumes, in this session, a job whose secret came with its request, if it may be run now.
    package func takeGiven(_ id: Int64) throws -> TakenJob? {
        try session.query(
            "select job, kind, subject, type, attempts from pgsync.take_given_job(\(id))"
        ).map(TakenJob.init).first
    }

    /// Whether a job has ended, or is not there any more.
    package func hasEnded(_ id: Int64) throws -> Bool {
        try session.query(
            """
            select not exists (
                select from pgsync.job_states as own where own.id = \(id) and own.finished_at is null
            )
            """
        ).onlyRow().decode(0)
    }

    /// Which of these functions the login may run.
    package func allowed(_ functions: [String]) throws -> Set<String> {
        Set(
            try session.query(
                """
                select listed.name
                from unnest(\(functions)::text[]) as listed (name)
                where has_function_privilege(listed.name, 'execute')
                """
            ).map { try $0.decode(0, as: String.self) }
        )
    }

    /// Begins or resumes a job in this session, also before the end of a wait; nil if it has ended or another runs it.
    package func resume(_ id: Int64) throws -> TakenJob? {
        try session.query(
            "select job, kind, subject, type, attempts from pgsync.resume_job(\(id), ends_wait => true)"
        ).map(TakenJob.init).first
    }

    /// A job that another session runs now, if this session may work for it; nil if nobody runs it.
    package func join(_ kind: String, _ subject: String) throws -> TakenJob? {
        try session.query(
            """
            select own.id as job, own.kind, own.subject, own.type, own.attempts
            from pgsync.job_states as own
            where own.kind = \(kind) and own.subject = \(subject)
                -- In this order: whoever joins holds it, and it would be running for that alone.
                and case when own.state = 'running' then pgsync.join_import(own.id) end
            """
        ).map(TakenJob.init).first
    }

    /// Leaves the job that this session runs to whoever runs it after a wait; nil waits for a person.
    package func wait(_ id: Int64, _ wait: Duration?, errorClass: String?, _ message: String) throws {
        try session.execute(
            """
            select pgsync.wait_for_endpoint(
                \(id), \(wait?.milliseconds)::bigint * interval '1 ms', \(message), \(errorClass)
            )
            """
        )
    }

    /// The heartbeat of a job; false once somebody has asked to cancel it.
    package func notePhase(
        _ id: Int64,
        _ phase: String,
        _ message: String? = nil,
        done: Int? = nil,
        expected: Int? = nil
    ) throws -> Bool {
        try session.query(
            "select pgsync.note_phase(\(id), \(phase), \(message), \(done)::bigint, \(expected)::bigint)"
        ).onlyRow().decode(0)
    }

    package func putFailedItem(
        _ id: Int64,
        _ item: String,
        _ errorClass: String,
        _ message: String
    ) throws -> Int64 {
        try session.query(
            "select pgsync.put_failed_item(\(id), \(item), \(errorClass), \(message))"
        ).onlyRow().decode(0)
    }

    package func settleFailedItem(
        _ kind: String,
        _ subject: String,
        _ item: String,
        _ resolution: String
    ) throws {
        try session.execute(
            """
            select pgsync.settle_failed_item(item.id, \(resolution))
            from pgsync.sync_failed_items as item
            where item.kind = \(kind) and item.subject = \(subject) and item.item_id = \(item) and item.state <> 'resolved'
            """
        )
    }

    /// Ends a job that this session runs, and returns how: partial if items of it failed.
    package func end(
        _ id: Int64,
        _ state: Job.State? = nil,
        counts: [String: Int]? = nil,
        failure: Failure? = nil
    ) throws -> Job.State {
        let text = counts.map { counts in
            let pairs = counts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) }
            return JSONText(JSONValue.object(JSONObject(pairs)).text())
        }
        let ended: String = try session.query(
            """
            select pgsync.end_job(
                \(id),
                \(state?.rawValue),
                \(text)::jsonb,
                case when \(failure != nil) then coalesce(
                    \(failure?.errorClass), pgsync.error_class_of(coalesce(\(failure?.sqlState), ''))
                ) end,
                \(failure?.message)
            )
            """
        ).onlyRow().decode(0)
        return Job.State(rawValue: ended) ?? .completed
    }

    /// Records why the session of a job leaves it to another; returns how often that was since it last made progress.
    @discardableResult
    package func noteInterruption(_ id: Int64, _ failure: Failure) throws -> Int {
        try session.query(
            """
            select pgsync.note_interruption(
                \(id),
                coalesce(\(failure.errorClass), pgsync.error_class_of(coalesce(\(failure.sqlState), ''))),
                \(failure.message)
            ) as errors
            """
        ).onlyRow().decode("errors", as: Int?.self) ?? 0
    }

    // MARK: Retention

    package func retentionParts() throws -> [String] {
        try session.query("select part from pgsync.retention_parts() order by place").map { try $0.decode(0) }
    }

    /// Removes the next old rows of a part.
    package func retentionStep(_ part: String) throws -> (removed: Int, hasMore: Bool) {
        let row = try session.query("select removed, has_more from pgsync.retention_step(\(part))").onlyRow()
        return (try row.decode("removed"), try row.decode("has_more"))
    }

    private static let jobs = """
        select
            job.*,
            extract(epoch from job.duration)::double precision as seconds,
            extract(epoch from clock_timestamp() - job.heartbeat_at)::double precision as silent_seconds
        from pgsync.job_states as job

        """
}

/// A job that a session has begun or resumed.
package struct TakenJob: Sendable, Equatable {
    package let id: Int64
    package let kind: String
    package let subject: String
    package let type: String?
    /// How many sessions have run it, this one included.
    package let attempts: Int

    init(_ row: Row) throws {
        id = try row.decode("job")
        kind = try row.decode("kind")
        subject = try row.decode("subject")
        type = try row.decode("type")
        attempts = try row.decode("attempts")
    }
}
