package import Days
internal import JSON
package import PGSyncRules
package import Postgres

/// Runs rules that are not applied over past changes, next to those in force.
///
/// Everything happens in the caller's transaction, which sees one snapshot and is to be rolled back.
package struct RuleComparison {
    /// What the rules are run over.
    package enum Basis: Sendable, Equatable {
        /// The newest captured image of each record, of the changes captured between two days, both included.
        case changes(since: Day?, until: Day?)
        /// The present rows of the tables.
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

    /// The newest changes of the records that rules are about, up to one, and how many more are encrypted.
    func changes(since: Day?, until: Day?, through last: Int64) throws -> (plain: [Int64], encrypted: Int) {
        let ids = try newestChanges(
            of: Array(tableNumbers().values),
            since: since,
            until: until,
            through: last
        )
        let found = try session.query(
            """
            select log.id
            from pgsync.sync_logs as log
            where log.id = any(\(ids)) and log.image_key is not null and exists (select from pgsync.image_keys)
            """
        ).map { try $0.decode("id", as: Int64.self) }
        let encrypted = Set(found)
        return (encrypted.isEmpty ? ids : ids.filter { !encrypted.contains($0) }, encrypted.count)
    }

    /// Compares these changes, of which none is encrypted.
    func run(over ids: [Int64], keeping limit: Int) throws -> RuleComparisonResult {
        let statement = try prepare()
        var result = RuleComparisonResult(limit: limit)
        for start in stride(from: 0, to: ids.count, by: Self.chunk) {
            let chunk = ids[start..<min(start + Self.chunk, ids.count)]
            try compare(chunk, named: { "change \($0)" }, into: &result) { ids in
                try session.query(statement.overChanges(Array(ids), encrypted: []))
            }
        }
        return result
    }

    /// Compiles the rules for this transaction, which then can only read.
    private func prepare() throws -> RuleComparisonQuery {
        let tables = try tableNumbers()
        try RuleTrial(session).prepare(candidates)
        // The planner estimates one row per chunk, and would compare every record with every other.
        try session.execute(
            "select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)"
        )
        return RuleComparisonQuery(candidates: candidates, tables: tables)
    }

    /// Compares all records, keeps the first differences, and reports progress.
    package func run(
        over basis: Basis,
        keeping limit: Int,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> RuleComparisonResult {
        let tables = try tableNumbers()
        let statement = try prepare()
        var result = RuleComparisonResult(limit: limit)
        switch basis {
        case .changes(let since, let until):
            let ids = try newestChanges(of: Array(tables.values), since: since, until: until)
            let encrypted = try encryptedChanges(among: ids)
            for start in stride(from: 0, to: ids.count, by: Self.chunk) {
                try progress(start, ids.count)
                let chunk = ids[start..<min(start + Self.chunk, ids.count)]
                try compare(chunk, named: { "change \($0)" }, into: &result) { ids in
                    try session.query(
                        statement.overChanges(Array(ids), encrypted: ids.filter(encrypted.contains))
                    )
                }
            }
        case .rows:
            let readers = try Set(candidates.map(\.table)).sorted().compactMap { table in
                try tables[table].map { try RowReader(session, table: $0) }
            }
            let total = readers.reduce(0) { $0 + $1.estimate }
            for reader in readers {
                try reader.pages(of: Self.chunk) { rows in
                    try progress(result.records, max(total, result.records))
                    try compare(rows[...], named: { "\(reader.name) \($0.recordID)" }, into: &result) {
                        rows in
                        try session.query(statement.overRows(Array(rows), of: reader.table))
                    }
                }
            }
        }
        try progress(result.records, result.records)
        return result
    }

    /// Compares some records; if the server refuses, half of them at a time, down to the one that causes it.
    ///
    /// A row can hold what no image can, such as JSON with the character zero; the others are compared all the same.
    private func compare<Record>(
        _ records: ArraySlice<Record>,
        named name: (Record) -> String,
        into result: inout RuleComparisonResult,
        _ query: (ArraySlice<Record>) throws -> ResultSet
    ) throws {
        guard let first = records.first else { return }
        do {
            let found = try session.savepoint { try query(records) }
            try result.add(found, records: records.count)
        } catch let error as PostgresError where error.isOfData {
            guard records.count > 1 else {
                return result.leaveOut(
                    RuleComparisonResult.LeftOut(record: name(first), reason: error.message)
                )
            }
            let middle = records.startIndex + records.count / 2
            try compare(records[..<middle], named: name, into: &result, query)
            try compare(records[middle...], named: name, into: &result, query)
        }
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

    /// The newest change of each record of the tables, unless it was deleted.
    ///
    /// A row read by a backfill is newer than a change only if it includes it, whatever their ids say. A
    /// TRUNCATE of a table ends all its records; of a partition, unknown ones.
    private func newestChanges(
        of tables: [Int64],
        since: Day?,
        until: Day?,
        through last: Int64 = .max
    ) throws -> [Int64] {
        try session.execute(
            """
            declare pgsync_changes no scroll cursor for
            with chosen as materialized (
                select log.id, log.source_table, log.record_id, log.action, log.captured_xid, log.snapshot
                from pgsync.sync_logs as log
                where log.source_table::bigint = any(\(tables))
                    and log.id <= \(last)
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

    /// Those that are encrypted; throws unless the transaction has their private keys.
    private func encryptedChanges(among ids: [Int64]) throws -> Set<Int64> {
        let found = try session.query(
            """
            select
                log.id,
                log.image_key = any(array(select opened from pgsync.opened_image_keys() as opened)) as is_open
            from pgsync.sync_logs as log
            where log.id = any(\(ids))
                and log.image_key is not null
                -- Where nothing was ever encrypted, no change is read for this.
                and exists (select from pgsync.image_keys)
            """
        ).map { (id: try $0.decode("id", as: Int64.self), isOpen: try $0.decode("is_open", as: Bool.self)) }
        let closed = found.count { !$0.isOpen }
        if closed > 0 { throw StoreError.encrypted(changes: closed) }
        return Set(found.map(\.id))
    }
}

extension PostgresError {
    /// Whether a value is at fault, or too much for the server, rather than the moment or the rights.
    fileprivate var isOfData: Bool {
        guard kind == .server, let sqlState, sqlState != .insufficientPrivilege else { return false }
        return ["0A", "21", "22", "23", "42", "54", "P0"].contains(sqlState.conditionClass)
    }
}
