package import Postgres

/// Long operations: reading how they are, and asking them to end.
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

    private static let jobs = """
        select
            job.*,
            extract(epoch from job.duration)::double precision as seconds,
            extract(epoch from clock_timestamp() - job.heartbeat_at)::double precision as silent_seconds
        from pgsync.job_states as job

        """
}
