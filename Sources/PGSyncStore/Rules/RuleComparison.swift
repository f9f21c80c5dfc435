internal import JSON
package import PGSyncRules
package import Postgres

/// Runs rules that are not applied over what has happened, beside those in force.
///
/// Everything happens in the caller's transaction, which sees one moment and is to be rolled back.
package struct RuleComparison {
    /// What the rules are run over.
    package enum Basis: Sendable, Equatable {
        /// The newest captured image of each record, of the changes captured on some days, both included.
        case changes(since: CalendarDate?, until: CalendarDate?)
        /// The rows of the tables as they stand now.
        case rows
    }

    /// How many records are compared by one statement.
    private static let chunk = 2_000

    let session: Session
    /// The newest of the versions given of each rule.
    package let candidates: [Rule]

    package init(_ session: Session, _ rules: [Rule]) {
        self.session = session
        let newest = Dictionary(rules.map { ($0.name, $0) }) { $0.version > $1.version ? $0 : $1 }
        candidates = newest.values.sorted { $0.name < $1.name }
    }

    /// Compares all records and keeps the first differences, telling how many of how many records are done.
    package func run(
        over basis: Basis,
        keeping limit: Int,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> RuleComparisonResult {
        let tables = try tableNumbers()
        try RuleTrial(session).prepare(candidates)
        // The planner takes each chunk for one row, and would compare every record with every other.
        try session.execute(
            "select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)"
        )
        let statement = RuleComparisonQuery(candidates: candidates, tables: tables)
        var result = RuleComparisonResult(limit: limit)
        switch basis {
        case .changes(let since, let until):
            let ids = try newestChanges(of: Array(tables.values), since: since, until: until)
            for start in stride(from: 0, to: ids.count, by: Self.chunk) {
                try progress(start, ids.count)
                let chunk = Array(ids[start..<min(start + Self.chunk, ids.count)])
                try result.add(session.query(statement.overChanges(chunk)), records: chunk.count)
            }
        case .rows:
            // Rows look as capture writes them.
            try session.execute("select set_config('timezone', 'UTC', true)")
            let scans = try Set(candidates.map(\.table)).sorted().compactMap { table in
                try tables[table].map { try scan(of: $0, columns: columns(of: table)) }
            }
            let total = try scans.reduce(0) {
                try $0 + session.query($1.count).onlyRow().decode(0, as: Int.self)
            }
            let fetch: String = "fetch \(Self.chunk) from pgsync_rows"
            for scan in scans {
                try session.execute(scan.declaration)
                while case let page = try session.query(Query(fetch)), !page.isEmpty {
                    try progress(result.records, max(total, result.records))
                    try result.add(
                        session.query(statement.overRows(page, of: scan.table)),
                        records: page.count
                    )
                }
                try session.execute("close pgsync_rows")
            }
        }
        try progress(result.records, result.records)
        return result
    }

    /// The tables of the rules by name, with their numbers in the catalog.
    private func tableNumbers() throws -> [String: Int64] {
        let names = Set(candidates.map(\.table)).sorted()
        let rows = try session.query(
            """
            select namespace.nspname || '.' || relation.relname as name, relation.oid::bigint as number
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where namespace.nspname || '.' || relation.relname = any(\(names)) and relation.relkind in ('r', 'p')
            """
        ).map { row in (try row.decode("name", as: String.self), try row.decode("number", as: Int64.self)) }
        return Dictionary(rows) { first, _ in first }
    }

    // MARK: Changes

    /// The newest change of each record of the tables, unless it is gone.
    ///
    /// A row read by a backfill is newer than a change only if it contains it, whatever their ids say. Emptying a
    /// table ends all its records; of a partition, which ones is not known.
    private func newestChanges(
        of tables: [Int64],
        since: CalendarDate?,
        until: CalendarDate?
    ) throws -> [Int64] {
        try session.execute(
            """
            declare pgsync_changes no scroll cursor for
            with chosen as materialized (
                select log.id, log.source_table, log.record_id, log.action, log.captured_xid, log.snapshot
                from pgsync.sync_logs as log
                where log.source_table::bigint = any(\(tables))
                    and (\(since?.description)::date is null or log.captured_at >= \(since?.description)::date)
                    and (\(until?.description)::date is null or log.captured_at < \(until?.description)::date + 1)
            ),
            emptied as (
                select log.source_table, max(log.id) as id
                from pgsync.sync_logs as log
                where log.id in (select chosen.id from chosen where chosen.action = 'truncate')
                    and log.data ->> 'table' = log.source_table::text
                group by log.source_table
            ),
            newest as (
                select
                    chosen.source_table,
                    chosen.record_id,
                    max(chosen.id) filter (where chosen.snapshot is null) as live,
                    max(chosen.id) filter (where chosen.snapshot is not null) as backfilled
                from chosen
                left join emptied on emptied.source_table = chosen.source_table
                where chosen.action <> 'truncate' and (emptied.id is null or chosen.id > emptied.id)
                group by chosen.source_table, chosen.record_id
            )
            select valid.id
            from newest
            left join chosen as live on live.id = newest.live
            left join chosen as backfilled on backfilled.id = newest.backfilled
            inner join chosen as valid on valid.id = case
                when live.id is null then backfilled.id
                when backfilled.id > live.id and pg_visible_in_snapshot(live.captured_xid, backfilled.snapshot)
                    then backfilled.id
                else live.id
            end
            where valid.action <> 'delete'
            order by valid.id
            """
        )
        var ids: [Int64] = []
        while case let page = try session.query("fetch 50000 from pgsync_changes"), !page.isEmpty {
            ids += try page.map { try $0.decode(0, as: Int64.self) }
        }
        try session.execute("close pgsync_changes")
        return ids
    }

    // MARK: Rows

    private struct Scan {
        let table: Int64
        let count: Query
        let declaration: Query
    }

    /// What the candidates and the versions in force read of a table.
    private func columns(of table: String) throws -> [String] {
        let inForce = try RuleStore(session).list().filter { $0.table == table && $0.days != nil }
        let names = candidates.filter { $0.table == table }.flatMap(\.columns) + inForce.flatMap(\.columns)
        return Set(names).sorted()
    }

    /// How to read a table as capture does, but only what the rules read.
    private func scan(of table: Int64, columns: [String]) throws -> Scan {
        let row = try session.query(
            """
            select
                format('select count(*) from %s%s', pgsync.capture_scope(relation.oid), relation.oid::regclass) as count,
                format(
                    'declare pgsync_rows no scroll cursor for select %s as record_id, %s as image from %s%s as pgsync_row',
                    coalesce(pgsync.capture_key(relation.oid, known.key_columns), 'pgsync_row.ctid::text'),
                    (
                        select
                            coalesce(
                                string_agg(
                                    format(
                                        case
                                            when described.treatment = 'text'
                                                then 'jsonb_build_object(%L, pgsync_row.%I::text)'
                                            else 'jsonb_build_object(%L, pgsync_row.%I)'
                                        end,
                                        described.name,
                                        described.name
                                    ),
                                    ' || '
                                ),
                                '''{}''::jsonb'
                            )
                        from pgsync.capture_columns(relation.oid) as described
                        where described.name = any(\(columns))
                    ),
                    pgsync.capture_scope(relation.oid),
                    relation.oid::regclass
                ) as declaration
            from pg_catalog.pg_class as relation
            cross join lateral (
                select
                    coalesce(
                        (
                            select source.key_columns
                            from pgsync.sources as source
                            where source.source_table = relation.oid and source.attached
                        ),
                        (
                            select array_agg(attribute.attname::text order by key.place)
                            from pg_catalog.pg_index as keyed
                            cross join lateral unnest(keyed.indkey::smallint[]) with ordinality as key (number, place)
                            inner join pg_catalog.pg_attribute as attribute
                                on attribute.attrelid = keyed.indrelid and attribute.attnum = key.number
                            where keyed.indrelid = relation.oid and keyed.indisprimary
                        )
                    ) as key_columns
            ) as known
            where relation.oid::bigint = \(table)
            """
        ).onlyRow()
        return Scan(
            table: table,
            count: Query(try row.decode("count")),
            declaration: Query(try row.decode("declaration"))
        )
    }
}
