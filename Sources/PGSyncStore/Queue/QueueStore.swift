package import Postgres

/// The waiting changes: reading them, and what operators do with them.
package struct QueueStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    // MARK: Reading

    /// The oldest matching changes, by id.
    package func list(_ filter: QueueFilter, limit: Int) throws -> [WaitingChange] {
        var sql = Self.columns + " where true"
        var parameters: [any PostgresEncodable] = []
        func add(_ condition: (String) -> String, _ value: any PostgresEncodable) {
            parameters.append(value)
            sql += " and " + condition("$\(parameters.count)")
        }
        if let state = filter.state {
            // An index covers failed changes, and the planner finds it by this condition alone.
            if state == .dead { sql += " and waiting.error_class is not null" }
            add({ "waiting.state = \($0)" }, state.rawValue)
        }
        if let table = filter.table { add({ "waiting.source_table = \($0)::bigint::oid" }, table.id) }
        if let errorClass = filter.errorClass {
            add({ "waiting.error_class like replace(replace(\($0), '_', '\\_'), '*', '%')" }, errorClass)
        }
        parameters.append(limit)
        sql += " order by waiting.log_id limit $\(parameters.count)"
        return try session.query(Query(sql, parameters)).map(WaitingChange.init)
    }

    /// A change, waiting or finished.
    ///
    /// An encrypted image is decrypted where the transaction has its private key.
    package func show(_ id: Int64) throws -> ChangeDetail {
        let found = try session.query(
            """
            select
                log.id, coalesce(pgsync.qualified_name(log.source_table), log.source_table::text) as table_name,
                log.record_id, log.action, log.captured_at, log.captured_xid, log.origin, log.correlation_id,
                coalesce(log.data, (decrypted.image -> 'data')::jsonb) as data,
                coalesce(log.old_data, nullif((decrypted.image -> 'old_data')::jsonb, 'null')) as old_data,
                log.image_key, not coalesce(made.posts, true) as is_unposted
            from pgsync.sync_logs as log
            left join pgsync.source_versions as made
                on log.source_table = made.source_table and log.source_version = made.version
            left join lateral (
                select (pgsync.decrypted_images(array[log.id]))[1] as image
            ) as decrypted on log.image_key is not null
            where log.id = \(id)
            """
        )
        guard let row = found.first else {
            let range: String? = try session.query(
                """
                select made.range_name
                from pgsync.id_ranges as made
                where made.table_name = 'sync_logs' and made.state = 'dropped'
                    and made.from_id <= \(id) and made.until_id > \(id)
                """
            ).first?.decode(0)
            throw range.map { StoreError.droppedChange(id, range: $0) } ?? StoreError.noSuchChange(id)
        }
        let waiting = try session.query(Query(Self.columns + " where waiting.log_id = $1", [id]))
        let attempts = try session.query(
            """
            select
                attempt, outcome::text, recorded_at, worker, error_class, error_message, error_column,
                nullif(pgsync.failure_text(error_column, error_message), '') as failure,
                (extract(epoch from duration) * 1000)::double precision as milliseconds
            from pgsync.sync_audit_log
            where log_id = \(id)
            order by attempt
            """
        )
        return try ChangeDetail(
            row,
            waiting: try waiting.first.map(WaitingChange.init),
            attempts: try attempts.map(ChangeDetail.Attempt.init)
        )
    }

    /// The states of the changes with these ids.
    package func fates(of ids: [Int64]) throws -> [ChangeFate] {
        try session.query(
            """
            select
                wanted.id,
                waiting.state,
                (
                    select attempt.outcome::text
                    from pgsync.sync_audit_log as attempt
                    where attempt.log_id = wanted.id
                    order by attempt.attempt desc
                    limit 1
                ) as outcome,
                coalesce(
                    waiting.error_class is not null
                    and (waiting.state = 'dead' or waiting.scheduled_at > clock_timestamp()),
                    false
                ) as can_be_retried,
                exists (select from pgsync.sync_logs as log where log.id = wanted.id) as is_known
            from unnest(\(ids)) with ordinality as wanted (id, place)
            left join pgsync.waiting_changes as waiting on waiting.log_id = wanted.id
            order by wanted.place
            """
        ).map(ChangeFate.init)
    }

    /// The tables whose changes wait to be resumed, by name.
    package func pausedTables() throws -> [String] {
        try session.query(
            "select table_name from pgsync.sources where attached and paused_at is not null order by table_name"
        ).map { try $0.decode(0) }
    }

    private static let columns = """
        select
            waiting.log_id,
            coalesce(pgsync.qualified_name(waiting.source_table), waiting.source_table::text) as table_name,
            waiting.record_id, waiting.action, waiting.state, waiting.captured_at, waiting.attempts,
            waiting.retry_count, waiting.max_retries, waiting.scheduled_at, waiting.last_sync_attempt,
            waiting.error_class, waiting.error_message, waiting.error_column,
            nullif(pgsync.failure_text(waiting.error_column, waiting.error_message), '') as failure
        from pgsync.waiting_changes as waiting
        """

    // MARK: Operating

    /// Retries failed changes at once, those with these ids or all that match; returns how many.
    package func retry(_ ids: [Int64]? = nil, _ filter: QueueFilter = QueueFilter()) throws -> Int {
        try operate {
            try session.query(
                """
                select pgsync.retry_changes(
                    \(ids), \(filter.errorClass), \(.inferred(filter.table?.argument)), \(filter.state == .dead)
                )
                """
            ).onlyRow().decode(0)
        }
    }

    /// Ends changes without posting them; returns how many.
    package func skip(_ ids: [Int64], reason: String) throws -> Int {
        try operate {
            try session.query("select pgsync.skip_changes(\(ids), \(reason))").onlyRow().decode(0)
        }
    }

    /// How many changes a job on the queue is still about; one more than a limit for any number above it.
    package func jobSize(_ job: Int64, upTo limit: Int) throws -> Int {
        try session.query(
            "select cardinality(pgsync.queue_job_changes(\(job), \(limit + 1)::integer)) as size"
        )
        .onlyRow().decode("size")
    }

    /// Does the next of them, and says how many it has done so far.
    package func jobStep(_ job: Int64, most: Int) throws -> (done: Int, hasMore: Bool) {
        let row = try session.query(
            "select done, has_more from pgsync.queue_job_step(\(job), \(most)::integer)"
        ).onlyRow()
        return (try row.decode("done"), try row.decode("has_more"))
    }

    /// Makes the changes of a table wait, or all changes.
    package func pause(_ table: TableReference?) throws {
        try operate(on: table) {
            try session.execute("select pgsync.pause(\(.inferred(table?.argument)))")
        }
    }

    package func resume(_ table: TableReference?) throws {
        try operate(on: table) {
            try session.execute("select pgsync.resume(\(.inferred(table?.argument)))")
        }
    }

    @discardableResult
    private func operate<Result>(on table: TableReference? = nil, _ body: () throws -> Result) throws
        -> Result
    {
        // Read before, because a failed transaction answers nothing.
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        do {
            return try body()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        } catch let error as PostgresError where error.sqlState == .undefinedObject {
            throw StoreError.notAttached(table: table?.name ?? error.message)
        }
    }
}
