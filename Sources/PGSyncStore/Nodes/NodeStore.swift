import JSON
package import Postgres

/// Who exchanges records with whom.
package struct NodeStore {
    let session: Session

    package init(_ session: Session) { self.session = session }

    package func nodes() throws -> [Node] {
        try session.query(
            """
            select name, tables, row_filter::text, status, last_synced_at, seen_at, last_error, retry_count, must_resync,
                resync_reason, extract(epoch from clock_skew)::double precision as clock_skew, protection,
                pending_records, open_conflicts, created_at, created_by
            from pgsync.node_states
            order by name
            """
        ).map(Node.init)
    }

    package func masters() throws -> [Master] {
        try session.query(
            """
            select endpoint, base_url, other_urls, protection, tables, pgsync.master_status(endpoint)::text as status
            from pgsync.master_states
            order by endpoint
            """
        ).map { row in
            Master(
                name: try row.decode("endpoint"),
                baseURL: try row.decode("base_url"),
                otherURLs: try row.decode("other_urls"),
                protection: ExchangeProtection(try row.decode("protection")),
                tables: try row.decode("tables"),
                status: try JSONValue(parsing: try row.decode("status", as: String.self))
            )
        }
    }

    // MARK: Tables

    /// Lets the records of a table be exchanged, or no longer.
    package func setSynced(
        _ table: TableReference,
        _ isSynced: Bool,
        _ policy: SyncPolicy?,
        drift: SyncDrift? = nil
    ) throws {
        try session.asOperator {
            try session.execute(
                """
                select pgsync.set_synced(
                    \(.inferred(table.argument)), \(isSynced), \(policy?.name), \(policy?.columns), \(policy?.nodes),
                    \(drift?.rawValue)
                )
                """
            )
        }
    }

    /// Whether the records of a table are exchanged.
    package func isSynced(_ table: TableReference) throws -> Bool {
        try session.query(
            """
            select exists (
                select from pgsync.sources as own
                where own.source_table = \(.inferred(table.argument)) and own.attached and own.synced
            ) as synced
            """
        ).onlyRow().decode("synced")
    }

    /// The tables that are exchanged, with their policies.
    package func tables() throws -> [(name: String, policy: SyncPolicy, drift: String, records: Int)] {
        try session.query(
            """
            select synced.name, source.policy, source.policy_columns, source.policy_nodes, source.drift,
                (
                    select count(*)
                    from pgsync.record_versions as known
                    where known.source_table = synced.source_table and known.deleted_at is null
                ) as records
            from pgsync.synced_tables() as synced
            inner join pgsync.sources as source on source.source_table = synced.source_table
            order by synced.place
            """
        ).map { row in
            (
                try row.decode("name"),
                SyncPolicy(
                    name: try row.decode("policy"),
                    columns: try row.decode("policy_columns"),
                    nodes: try row.decode("policy_nodes")
                ),
                try row.decode("drift"),
                try row.decode("records")
            )
        }
    }

    // MARK: Nodes

    package func add(
        _ name: String,
        tables: [String]?,
        rowFilter: String?,
        protection: ExchangeProtection
    ) throws {
        try session.asOperator {
            try session.execute(
                "select pgsync.add_node(\(name), \(tables), \(rowFilter)::text::jsonb, \(protection.rawValue))"
            )
        }
    }

    /// The settings by which the server writes parameters of statements into its log.
    package func parameterLeaks() throws -> [String] {
        try session.query("select setting from pgsync.parameter_leaks() order by setting").map {
            try $0.decode("setting")
        }
    }

    package func protect(_ name: String, _ protection: ExchangeProtection) throws {
        try known(name) {
            try session.execute("select pgsync.protect_node(\(name), \(protection.rawValue))")
        }
    }

    package func remove(_ name: String) throws {
        try known(name) { try session.execute("select pgsync.remove_node(\(name))") }
    }

    package func resync(_ name: String, reason: String?) throws {
        try known(name) { try session.execute("select pgsync.resync_node(\(name), \(reason))") }
    }

    /// Lets the present token run out, before another is made.
    package func rotate(_ name: String, keepOldFor time: Duration) throws {
        let seconds = Double(time.components.seconds)
        try known(name) {
            try session.execute("select pgsync.rotate_node(\(name), make_interval(secs => \(seconds)))")
        }
    }

    private func known(_ name: String, _ body: () throws -> Void) throws {
        let names = try session.query("select name from pgsync.node_states order by name").map {
            try $0.decode(0, as: String.self)
        }
        guard names.contains(name) else { throw StoreError.unknown(.node, name, known: names) }
        try session.asOperator(body)
    }

    /// Has nodes load everything anew, after the database was restored.
    package func beginIncarnation() throws {
        try session.asOperator { try session.execute("select pgsync.begin_incarnation()") }
    }

    /// Whether ticks begin anew, because the database was restored on another server.
    package func needsTick() throws -> Bool {
        try session.query(
            """
            select pgsync.folded_through() is null
                and exists (select from pgsync.sources as own where own.synced and own.attached) as needed
            """
        ).onlyRow().decode("needed")
    }

    package func startFold(from tick: Int64) throws {
        try session.asOperator { try session.execute("select pgsync.start_fold(\(tick))") }
    }

    // MARK: Masters

    /// The first URL is tried first, then the others, in their order; what is nil stays as it is.
    package func join(
        _ name: String,
        urls: [String],
        secret: String?,
        tables: [String]?,
        protection: ExchangeProtection? = nil,
        certificate: String? = nil,
        authorities: String? = nil
    ) throws {
        let (first, others) = (urls[0], Array(urls.dropFirst()))
        try session.asOperator {
            try session.execute(
                """
                select pgsync.set_master(
                    \(name), \(first), \(secret), \(tables), \(others), \(protection?.rawValue),
                    \(certificate), \(authorities)
                )
                """
            )
        }
    }

    package func schedule(_ name: String, minutes: Int) throws {
        try session.asOperator {
            try session.execute("select pgsync.schedule_sync(\(name), \(minutes)::integer)")
        }
    }

    package func setLive(_ name: String, _ isLive: Bool) throws {
        try session.asOperator { try session.execute("select pgsync.set_live(\(name), \(isLive))") }
    }

    package func leave(_ name: String) throws {
        try session.asOperator { try session.execute("select pgsync.remove_master(\(name))") }
    }

    package func reset(_ name: String, resync: Bool) throws {
        try session.asOperator { try session.execute("select pgsync.reset_master(\(name), \(resync))") }
    }

    /// The only master, or the one of a name.
    package func master(_ name: String?) throws -> Master {
        let masters = try masters()
        guard let name else {
            guard masters.count == 1 else {
                throw masters.isEmpty ? StoreError.noMaster : .severalMasters(masters.map(\.name))
            }
            return masters[0]
        }
        guard let master = masters.first(where: { $0.name == name }) else {
            throw StoreError.unknown(.master, name, known: masters.map(\.name))
        }
        return master
    }

    /// Asks for an exchange; the number of the job, and whether it is a new one.
    package func request(_ master: String, force: Bool) throws -> (job: Int64, isNew: Bool) {
        let active = try session.query(
            """
            select id from pgsync.job_states
            where kind = 'sync' and subject = \(master) and state in ('pending', 'running', 'waiting')
            """
        ).first.map { try $0.decode("id", as: Int64.self) }
        if let active { return (active, false) }
        let job: Int64 = try session.query(
            "select pgsync.request_job('sync', \(master), \(force ? "forced" : "manual"), 'cli') as job"
        ).onlyRow().decode("job")
        return (job, true)
    }
}

extension NodeStore {
    /// Tables of a node that requests of nodes may not write, as they are written in SQL.
    package func ungranted(to node: String) throws -> [String] {
        try session.query(
            """
            select synced.source_table::text as name
            from pgsync.node_states as own
            inner join pgsync.synced_tables() as synced on synced.name = any(own.tables)
            inner join pg_catalog.pg_class as relation on relation.oid = synced.source_table
            inner join pg_catalog.pg_roles as role on role.rolname = 'pgsync_node'
            where own.name = \(node)
                and not (
                    has_table_privilege(role.oid, synced.source_table, 'select')
                    and has_table_privilege(role.oid, synced.source_table, 'insert')
                    and has_table_privilege(role.oid, synced.source_table, 'update')
                    and has_table_privilege(role.oid, synced.source_table, 'delete')
                    and has_schema_privilege(role.oid, relation.relnamespace, 'usage')
                )
            order by synced.place
            """
        ).map { try $0.decode("name") }
    }

    /// Tables of a node whose rows are numbered by each system on its own.
    package func tablesWithCountedKeys(of node: String) throws -> [String] {
        try session.query(
            """
            select distinct synced.name
            from pgsync.node_states as own
            inner join pgsync.synced_tables() as synced on synced.name = any(own.tables)
            inner join pgsync.sources as source on source.source_table = synced.source_table
            inner join pg_catalog.pg_attribute as field
                on field.attrelid = synced.source_table and field.attname = any(source.key_columns)
            left join pg_catalog.pg_attrdef as preset
                on preset.adrelid = field.attrelid and preset.adnum = field.attnum
            where own.name = \(node)
                and (field.attidentity <> '' or pg_get_expr(preset.adbin, preset.adrelid) like 'nextval(%')
            order by synced.name
            """
        ).map { try $0.decode("name") }
    }
}
