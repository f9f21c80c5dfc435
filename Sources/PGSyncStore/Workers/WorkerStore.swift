package import Postgres

/// The workers: which are alive, which leads, and their settings.
package struct WorkerStore {
    /// What a worker reports about itself when it begins.
    package struct Introduction: Sendable, Equatable {
        package var name: String
        package var host: String
        package var processID: Int
        package var version: String
        package var posters: Int
        /// Whether its session is its own, so that a lock shows that it is alive.
        package var ownsSession: Bool

        package init(
            name: String,
            host: String,
            processID: Int,
            version: String,
            posters: Int,
            ownsSession: Bool = true
        ) {
            self.name = name
            self.host = host
            self.processID = processID
            self.version = version
            self.posters = posters
            self.ownsSession = ownsSession
        }
    }

    /// The result of resuming as a worker on another connection.
    package enum Resumption: Sendable {
        case resumed
        /// The previous session has not ended yet.
        case stillHeld
        /// The worker is no longer known.
        case unknown
    }

    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    // MARK: One's own

    /// Registers a worker, alive as long as this session is, and returns its number.
    package func register(_ worker: Introduction) throws -> Int {
        try permitted {
            try session.query(
                """
                select pgsync.register_worker(
                    \(worker.name), \(worker.host), \(worker.processID)::integer, \(worker.version),
                    \(worker.posters)::integer, \(worker.ownsSession)
                )
                """
            ).onlyRow().decode(0)
        }
    }

    /// The tables with these names, all of them attached.
    package func sources(named names: [String]) throws -> SourceFilter {
        let tables = try names.map(SourceStore(session).table)
        let attached = try permitted {
            try session.query("select source_table::bigint from pgsync.sources where attached").map {
                try $0.decode(0, as: Int64.self)
            }
        }
        if let other = tables.first(where: { !attached.contains($0.id) }) {
            throw StoreError.notAttached(table: other.name)
        }
        return SourceFilter(tables)
    }

    private func permitted<Success>(_ body: () throws -> Success) throws -> Success {
        do {
            return try body()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            let user: String = try session.query("select current_user::text").onlyRow().decode(0)
            throw StoreError.notPermitted(
                "\(user) cannot process the queue",
                role: "pgsync_worker",
                user: user
            )
        }
    }

    package func resume(_ id: Int) throws -> Resumption {
        switch try session.query("select pgsync.resume_worker(\(id)::integer)").onlyRow()
            .decode(0, as: Bool?.self)
        {
        case true: .resumed
        case false: .stillHeld
        case nil: .unknown
        }
    }

    /// The heartbeat, with figures as a JSON object, and the failing duties with their reasons; false if
    /// other workers consider this one lost.
    package func report(_ id: Int, figures: JSONText, failing: [(duty: String, reason: String)] = []) throws
        -> Bool
    {
        try session.query(
            """
            select pgsync.report_worker(
                \(id)::integer,
                \(figures)::jsonb || jsonb_build_object(
                    'failing', jsonb_object(\(failing.map(\.duty))::text[], \(failing.map(\.reason))::text[])
                )
            )
            """
        ).onlyRow().decode(0)
    }

    package func stop(_ id: Int, figures: JSONText) throws {
        try session.execute("select pgsync.stop_worker(\(id)::integer, \(figures)::jsonb)")
    }

    package func settings() throws -> WorkerSettings {
        try WorkerSettings(
            session.query(
                """
                select
                    pgsync.configuration_integer('queue_batch_size') as batch_size,
                    pgsync.configuration_number('sync_timeout_seconds')::double precision as sync_timeout,
                    pgsync.configuration_number('poll_interval_seconds')::double precision as poll_interval,
                    pgsync.configuration_boolean('enable_doorbell') as uses_doorbell,
                    pgsync.configuration_number('worker_heartbeat_seconds')::double precision
                        as heartbeat_interval,
                    pgsync.configuration_number('balance_snapshot_minutes')::double precision * 60
                        as snapshot_interval
                """
            ).onlyRow()
        )
    }

    // MARK: All of them

    /// Marks workers that stopped without shutting down as lost, and returns them.
    package func findLost(except id: Int? = nil) throws -> [WorkerRecord] {
        try session.query(
            """
            select id, name, host, pid, started_at, heartbeat_at
            from pgsync.find_lost_workers(\(id)::integer)
            order by id
            """
        ).map(WorkerRecord.init)
    }

    /// Becomes the leader if there is none, as long as the session lasts, or else the transaction.
    package func lead(ownsSession: Bool = true) throws -> Bool {
        let query: Query =
            ownsSession
            ? "select pg_try_advisory_lock(1886876531, 4 /* leader */)"
            : "select pg_try_advisory_xact_lock(1886876531, 4 /* leader */)"
        return try session.query(query).onlyRow().decode(0)
    }

    /// Updates the balance snapshots; returns how many changed.
    package func takeSnapshot() throws -> Int {
        try session.query("select ledger.take_snapshot()").onlyRow().decode(0)
    }
}
