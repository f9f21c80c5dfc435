package import Days
package import PGSyncRules
import Postgres

extension RuleStore {
    /// What rules for these tables are checked against, from the database.
    package func context(tables: Set<String>, timeZones: Set<String> = []) throws -> RuleContext {
        var context = RuleContext(
            chart: try chart(),
            tables: try shapes(of: tables),
            currencies: try currencies()
        )
        context.tableNames = try tableNames()
        context.applied = try list().map(\.applied)
        context.today = try today()
        context.timeZone = try session.query("select pgsync.configuration_text('books_time_zone')").onlyRow()
            .decode(0)
        context.timeZones.merge(try timeZoneOffsets(of: timeZones.subtracting(["UTC"]))) { _, new in new }
        context.timeZoneNames =
            timeZones.isSubset(of: context.timeZones.keys)
            ? Array(context.timeZones.keys) : try timeZoneNames()
        return context
    }

    /// The day in the time zone of the session.
    package func today() throws -> Day? {
        try session.query("select current_date::text as today").onlyRow().day("today")
    }

    /// Which of these tables are attached, and which of their changes lacked a rule.
    package func tables(_ names: Set<String>) throws -> [RuledTable] {
        try session.query(
            """
            select
                namespace.nspname || '.' || relation.relname as name,
                pgsync.qualified_name(relation.oid) as name_in_sql,
                exists (
                    select
                    from pgsync.sources as source
                    where source.source_table = relation.oid and source.attached
                ) as is_attached,
                (
                    select count(*)
                    from pgsync.sync_queue as queue
                    inner join pgsync.sync_logs as log on log.id = queue.log_id
                    where queue.sync_status = 'failed'
                        and queue.error_class = 'rule.missing'
                        and log.source_table = relation.oid
                ) as dead_letters
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where namespace.nspname || '.' || relation.relname = any(\(names.sorted()))
                and relation.relkind in ('r', 'p')
            order by name
            """
        ).map { row in
            RuledTable(
                name: try row.decode("name"),
                nameInSQL: try row.decode("name_in_sql"),
                isAttached: try row.decode("is_attached"),
                deadLetters: try row.decode("dead_letters")
            )
        }
    }

    /// The names of accounts and currencies, and the decimals of the latter.
    package struct LedgerNames: Sendable {
        package let accounts: [String: String]
        /// Digits after the decimal point.
        package let exponents: [String: Int]
    }

    package func ledgerNames() throws -> LedgerNames {
        let rows = try session.query("select code, name from ledger.accounts").map { row in
            (try row.decode("code", as: String.self), try row.decode("name", as: String.self))
        }
        return LedgerNames(
            accounts: Dictionary(rows) { first, _ in first },
            exponents: try currencies()
        )
    }

    // MARK: Parts

    private func chart() throws -> Chart {
        Chart(
            try session.query("select code, name, type, party_required, active from ledger.accounts").map {
                row in
                Chart.Account(
                    code: try row.decode("code"),
                    name: try row.decode("name"),
                    type: try row.decode("type"),
                    requiresParty: try row.decode("party_required"),
                    isActive: try row.decode("active")
                )
            }
        )
    }

    private func currencies() throws -> [String: Int] {
        let rows = try session.query("select code, exponent::integer as exponent from ledger.currencies").map
        { row in
            (try row.decode("code", as: String.self), try row.decode("exponent", as: Int.self))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// The columns of tables, each with its form in images; domains as their base types.
    private func shapes(of names: Set<String>) throws -> [String: TableShape] {
        var shapes: [String: TableShape] = [:]
        let rows = try session.query(
            """
            select
                namespace.nspname || '.' || relation.relname as table_name,
                attribute.attname::text as name,
                format_type(attribute.atttypid, attribute.atttypmod) as data_type,
                case
                    when base.typcategory = 'A' then
                        case
                            when element.oid = 'jsonb'::regtype
                                and pgsync.capture_treatment(base.oid) = 'special' then 'objects'
                            else 'other'
                        end
                    when base.oid in ('json'::regtype, 'jsonb'::regtype) then 'json'
                    when base.oid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) then 'integer'
                    when base.oid = 'numeric'::regtype then 'decimal'
                    when base.oid in ('float4'::regtype, 'float8'::regtype) then 'float'
                    when base.oid = 'bool'::regtype then 'boolean'
                    when base.oid = 'date'::regtype then 'date'
                    when base.oid in ('timestamp'::regtype, 'timestamptz'::regtype) then 'timestamp'
                    when base.oid = 'money'::regtype then 'money'
                    when base.typtype = 'p' then 'other'
                    else 'text'
                end as kind,
                case
                    when source.source_table is null then 'captured'
                    when source.captured_columns is not null
                        and attribute.attname::text <> all(source.captured_columns || source.key_columns) then 'left_out'
                    when not exists (
                        select
                        from jsonb_each(source.shape) as known
                        where known.value ->> 'name' = attribute.attname::text
                    ) then 'not_yet'
                    else 'captured'
                end as capture
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            inner join pg_catalog.pg_attribute as attribute
                on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
            cross join lateral (
                with recursive chain as (
                    select type.* from pg_catalog.pg_type as type where type.oid = attribute.atttypid
                    union all
                    select type.*
                    from chain
                    inner join pg_catalog.pg_type as type on type.oid = chain.typbasetype
                    where chain.typtype = 'd'
                )
                select chain.* from chain where chain.typtype <> 'd'
            ) as base
            left join pg_catalog.pg_type as element on element.oid = base.typelem
            left join pgsync.sources as source on source.source_table = relation.oid and source.attached
            where namespace.nspname || '.' || relation.relname = any(\(names.sorted()))
                and relation.relkind in ('r', 'p')
            """
        )
        for row in rows {
            let table: String = try row.decode("table_name")
            shapes[table, default: TableShape(columns: [:])].columns[try row.decode("name")] =
                TableShape.Column(
                    dataType: try row.decode("data_type"),
                    kind: StoredType(rawValue: try row.decode("kind")) ?? .other,
                    capture: TableShape.Capture(rawValue: try row.decode("capture")) ?? .captured
                )
        }
        return shapes
    }

    /// The tables that rules may be for, as rules write them.
    private func tableNames() throws -> [String] {
        try session.query(
            """
            select namespace.nspname || '.' || relation.relname as name
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where relation.relkind in ('r', 'p')
                and not relation.relispartition
                and namespace.nspname not in ('pgsync', 'ledger', 'information_schema')
                and namespace.nspname not like 'pg\\_%'
            order by name
            limit 10000
            """
        ).map { try $0.decode("name") }
    }
}
