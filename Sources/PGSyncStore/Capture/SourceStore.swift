import PGSyncCore
package import Postgres

/// The attached tables, in `pgsync.sources`.
package struct SourceStore {
    let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Finds a table by its name as in SQL: quoted if necessary, and in the user's own path.
    ///
    /// That is the path which the database or the role sets for other programs. USAGE on the schema of the
    /// table is not required.
    package func table(named name: String) throws -> TableReference {
        let found: Row?
        do {
            let path = try UserPath(session).schemas()
            found = try session.query(
                """
                select relation.oid::bigint as id, format('%I.%I', namespace.nspname, relation.relname) as name
                from parse_ident(\(name)) as given
                cross join lateral unnest(
                    case
                        when cardinality(given) = 1 then \(path)
                        when cardinality(given) = 2 then given[:1]
                        when cardinality(given) = 3 and given[1]::name = current_database() then given[2:2]
                    end
                ) with ordinality as schema (name, place)
                inner join pg_catalog.pg_namespace as namespace on namespace.nspname = schema.name::name
                inner join pg_catalog.pg_class as relation
                    on relation.relnamespace = namespace.oid
                    and relation.relname = given[cardinality(given)]::name
                order by schema.place
                limit 1
                """
            ).first
        } catch let error as PostgresError where error.kind == .server {
            throw StoreError.unreadableName(name, reason: error.message)
        }
        guard let row = found else {
            throw StoreError.unknown(.table, name, known: try tableNames())
        }
        return TableReference(id: try row.decode("id"), name: try row.decode("name"))
    }

    /// Finds an attached table to detach, even if it was dropped or replaced under its name.
    package func tableToDetach(named name: String) throws -> TableReference {
        let present = Result { try table(named: name) }
        if case .success(let table) = present, try isAttached(table) { return table }
        if case .failure(StoreError.unreadableName) = present { return try present.get() }
        let gone = try session.query(
            """
            select source.source_table::oid::bigint as id, source.table_name as name
            from pgsync.sources as source
            cross join pg_catalog.parse_ident(source.table_name) as known
            cross join pg_catalog.parse_ident(\(name)) as wanted
            where source.attached
                and not exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
                and known[2] = wanted[cardinality(wanted)]
                and (cardinality(wanted) = 1 or known[1] = wanted[1])
            limit 1
            """
        ).first
        guard let gone else { return try present.get() }
        return TableReference(id: try gone.decode("id"), name: try gone.decode("name"))
    }

    private func isAttached(_ table: TableReference) throws -> Bool {
        try session.query(
            """
            select exists (
                select from pgsync.sources as source
                where source.attached and source.source_table = \(.inferred(table.argument))::regclass
            )
            """
        ).onlyRow().decode(0)
    }

    /// Captures every change of a table from now on, or changes how; returns what was or would be done.
    ///
    /// In one transaction with the caller: other options replace the present ones without losing a change.
    package func attach(
        _ table: TableReference,
        _ options: CaptureOptions,
        isDryRun: Bool = false
    ) throws -> [String] {
        try steps(
            """
            select step from pgsync.attach(
                \(.inferred(table.argument)),
                key_columns => \(options.key),
                columns => \(options.columns),
                exclude => \(options.exclude),
                kind => \(options.kind.rawValue),
                actions => \(options.actions.map(\.rawValue)),
                before_image => \(options.keepsBeforeImage),
                site_column => \(options.siteColumn ?? ""),
                image_key => \(options.imageKey),
                posts => \(options.posts),
                dry_run => \(isDryRun),
                patience => make_interval(secs => \(options.patience / .seconds(1)))
            ) as step
            """
        )
    }

    /// Ends the capture of a table; what was captured stays.
    package func detach(
        _ table: TableReference,
        isDryRun: Bool = false,
        patience: Duration = .seconds(30)
    ) throws -> [String] {
        try steps(
            """
            select step from pgsync.detach(
                \(.inferred(table.argument)),
                dry_run => \(isDryRun),
                patience => make_interval(secs => \(patience / .seconds(1)))
            ) as step
            """
        )
    }

    /// Recreates the capture function and the triggers, after columns or triggers changed.
    package func reattach(
        _ table: TableReference,
        isDryRun: Bool = false,
        patience: Duration = .seconds(30)
    ) throws -> [String] {
        try steps(
            """
            select step from pgsync.reattach(
                \(.inferred(table.argument)),
                dry_run => \(isDryRun),
                patience => make_interval(secs => \(patience / .seconds(1)))
            ) as step
            """
        )
    }

    /// Every attached table, by name.
    ///
    /// Counting what was captured reads the whole log; what waits is counted in the queue.
    package func list(countsCaptured: Bool = true) throws -> [Source] {
        let findings = Dictionary(grouping: try CaptureInspection(session).findings(), by: \.source)
        return try session.query(
            """
            with queued as materialized (
                select
                    log.source_table,
                    count(*) filter (where queue.sync_status <> 'failed') as waiting,
                    count(*) filter (where queue.sync_status = 'failed') as dead
                from pgsync.sync_queue as queue
                inner join pgsync.sync_logs as log on log.id = queue.log_id
                group by log.source_table
            ),
            captured as materialized (
                select log.source_table, count(*) as changes
                from pgsync.sync_logs as log
                where \(countsCaptured)
                group by log.source_table
            ),
            dropped as materialized (
                select total.source_table, sum(total.row_count)::bigint as changes
                from pgsync.range_totals as total
                inner join pgsync.id_ranges as made on made.range_name = total.range_name
                where total.outcome = 'captured' and made.state = 'dropped'
                group by total.source_table
            )
            select
                source.source_table::oid::bigint as number,
                source.table_name, source.key_columns, source.captured_columns, source.trigger_kind,
                source.actions, source.before_image, source.site_column, source.image_key, source.posts, source.attached_at,
                source.attached_by, source.version,
                coalesce(queued.waiting, 0) as waiting,
                coalesce(queued.dead, 0) as dead,
                case when \(countsCaptured) then coalesce(captured.changes, 0) + coalesce(dropped.changes, 0) end
                    as captured
            from pgsync.sources as source
            left join queued on queued.source_table = source.source_table
            left join captured on captured.source_table = source.source_table
            left join dropped on dropped.source_table = source.source_table
            where source.attached
            order by source.table_name
            """
        ).map { row in
            try Source(row, findings: findings[try row.decode("number", as: Int64.self)] ?? [])
        }
    }

    // MARK: Beneath

    private func steps(_ query: Query) throws -> [String] {
        let user = try session.query("select current_user::text").onlyRow().decode(0, as: String.self)
        do {
            return try session.query(query).map { try $0.decode("step") }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege && error.hint == nil
        {
            throw StoreError.notPermitted(error.message, role: "pgsync_operator", user: user)
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.refused(error)
        }
    }

    /// The names of tables, with their schemas and, if the search path includes these, without.
    private func tableNames() throws -> [String] {
        let path = try UserPath(session).schemas()
        return try session.query(
            """
            select named.name
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on relation.relnamespace = namespace.oid
            cross join lateral (
                values
                (format('%I', relation.relname), namespace.nspname::text = any(\(path))),
                (format('%I.%I', namespace.nspname, relation.relname), true)
            ) as named (name, is_usable)
            where relation.relkind in ('r', 'p')
                and not relation.relispartition
                and namespace.nspname not in ('pgsync', 'ledger', 'information_schema')
                and namespace.nspname not like 'pg\\_%'
                and named.is_usable
            order by named.name
            limit 10000
            """
        ).map { try $0.decode("name") }
    }
}
