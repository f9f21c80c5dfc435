import PGSyncCore
package import PGSyncRules
import Postgres

/// What attaching a table with certain options would come to.
package struct SourcePlan: Sendable {
    /// An option with its present value and the one it will have.
    package typealias Difference = (field: String, before: String, after: String)

    package enum Outcome: Sendable {
        case attached
        /// It is attached already, otherwise.
        case changed
        case unchanged
    }

    package let outcome: Outcome
    package let differences: [Difference]
    /// The columns that images will have.
    package let columns: Set<String>

    init(_ row: Row) throws {
        let isAttached: Bool = try row.decode("is_attached")
        outcome = try row.decode("is_same") ? .unchanged : isAttached ? .changed : .attached
        columns = Set(try row.decode("images", as: [String].self))
        differences =
            isAttached
            ? try ["key", "columns", "kind", "actions", "before image", "site", "encryption", "posting"]
                .compactMap {
                    field in
                    let name = field == "before image" ? "before_image" : field
                    let before: String = try row.decode("known_\(name)")
                    let after: String = try row.decode("planned_\(name)")
                    return before == after ? nil : (field, before, after)
                } : []
    }
}

/// Tables that must never be attached.
package struct Exclusion: Sendable, Equatable {
    /// Patterns of LIKE.
    package let schemaPattern: String
    package let tablePattern: String
    package let reason: String

    package init(schemaPattern: String, tablePattern: String, reason: String) {
        self.schemaPattern = schemaPattern
        self.tablePattern = tablePattern
        self.reason = reason
    }
}

extension SourceStore {
    /// The columns of a table, in their order.
    package func columns(of table: TableReference) throws -> [String] {
        try session.query(
            "select name from pgsync.capture_columns(\(.inferred(table.argument))) order by number"
        ).map { try $0.decode("name") }
    }

    /// Checks that a table can be attached so, and says what would change.
    package func plan(_ table: TableReference, _ options: CaptureOptions) throws -> SourcePlan {
        // All that attach itself would refuse.
        _ = try attach(table, options, isDryRun: true)
        return try SourcePlan(
            try session.query(
                """
                select
                    pgsync.is_captured(planned) as is_same,
                    known.source_table is not null as is_attached,
                    array(select captured.name from pgsync.captured_columns(planned) as captured) as images,
                    array_to_string(planned.key_columns, ', ') as planned_key,
                    array_to_string(known.key_columns, ', ') as known_key,
                    coalesce(array_to_string(planned.captured_columns, ', '), 'all') as planned_columns,
                    coalesce(array_to_string(known.captured_columns, ', '), 'all') as known_columns,
                    planned.trigger_kind as planned_kind,
                    known.trigger_kind as known_kind,
                    array_to_string(array(select unnest(planned.actions) order by 1), ', ') as planned_actions,
                    array_to_string(array(select unnest(known.actions) order by 1), ', ') as known_actions,
                    planned.before_image::text as planned_before_image,
                    known.before_image::text as known_before_image,
                    coalesce(planned.site_column, 'none') as planned_site,
                    coalesce(known.site_column, 'none') as known_site,
                    coalesce(planned.image_key, 'none') as planned_encryption,
                    coalesce(known.image_key, 'none') as known_encryption,
                    case when planned.posts then 'yes' else 'no' end as planned_posting,
                    case when known.posts then 'yes' else 'no' end as known_posting
                from pgsync.planned_source(
                    \(.inferred(table.argument)),
                    \(options.key),
                    \(options.columns),
                    \(options.exclude),
                    \(options.kind.rawValue),
                    \(options.actions.map(\.rawValue)),
                    \(options.keepsBeforeImage),
                    \(options.siteColumn ?? ""),
                    \(options.imageKey),
                    \(options.posts)
                ) as planned
                left join pgsync.sources as known
                    on known.source_table = planned.source_table and known.attached
                """
            ).onlyRow()
        )
    }

    /// Every attached table that is there, by name, with the options that have it captured as it is.
    package func attached() throws -> [(table: TableName, options: CaptureOptions)] {
        try session.query(
            """
            select
                namespace.nspname::text as schema_name,
                relation.relname::text as table_name,
                pgsync.present_names(source, source.key_columns) as key,
                case when source.captured_columns is not null then columns.names end as columns,
                case
                    when source.trigger_kind = 'row' and pgsync.missed_by_statements(source.source_table) is null
                        then 'row'
                    else 'auto'
                end as kind,
                source.actions,
                source.before_image,
                (pgsync.present_names(source, array[source.site_column]))[1] as site_column,
                source.image_key,
                source.posts
            from pgsync.sources as source
            inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            cross join lateral (
                select array_agg(captured.column_name order by captured.number) as names
                from pgsync.captured_columns(source) as captured
            ) as columns
            where source.attached
            order by namespace.nspname, relation.relname
            """
        ).map { row in
            var options = CaptureOptions()
            options.key = try row.decode("key")
            options.columns = try row.decode("columns")
            options.kind = CaptureOptions.Kind(rawValue: try row.decode("kind")) ?? .auto
            let actions: [String] = try row.decode("actions")
            options.actions = options.actions.filter { actions.contains($0.rawValue) }
            options.keepsBeforeImage = try row.decode("before_image")
            options.siteColumn = try row.decode("site_column")
            options.imageKey = try row.decode("image_key")
            options.posts = try row.decode("posts")
            let table = TableName(schema: try row.decode("schema_name"), name: try row.decode("table_name"))
            return (table, options)
        }
    }

    // MARK: What is never attached

    /// Those that somebody has added to the ones of pgsync.
    package func exclusions() throws -> [Exclusion] {
        try session.query(
            """
            select schema_pattern, table_pattern, reason
            from pgsync.excluded_tables
            where (schema_pattern, table_pattern) not in (
                ('pgsync', '%'), ('ledger', '%'), ('pg\\_%', '%'), ('information\\_schema', '%')
            )
            order by schema_pattern collate "C", table_pattern collate "C"
            """
        ).map { row in
            Exclusion(
                schemaPattern: try row.decode("schema_pattern"),
                tablePattern: try row.decode("table_pattern"),
                reason: try row.decode("reason")
            )
        }
    }

    /// The attached tables that a pattern matches, which must be detached before it can stand.
    package func attached(matching exclusion: Exclusion) throws -> [String] {
        try session.query(
            """
            select pgsync.qualified_name(relation.oid) as name
            from pgsync.sources as source
            inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where source.attached
                and namespace.nspname like \(exclusion.schemaPattern)
                and relation.relname like \(exclusion.tablePattern)
            order by name
            """
        ).map { try $0.decode("name") }
    }

    /// Whether a pattern matches a table.
    package func isExcluded(_ table: TableName, by exclusion: Exclusion) throws -> Bool {
        try session.query(
            """
            select \(table.schema)::text like \(exclusion.schemaPattern)
                and \(table.name)::text like \(exclusion.tablePattern)
            """
        ).onlyRow().decode(0)
    }

    /// Adds tables that must never be attached; only the owner of the schema may.
    package func exclude(_ exclusion: Exclusion) throws {
        try session.execute(
            """
            insert into pgsync.excluded_tables (schema_pattern, table_pattern, reason)
            values (\(exclusion.schemaPattern), \(exclusion.tablePattern), \(exclusion.reason))
            on conflict (schema_pattern, table_pattern) do update set reason = excluded.reason
            """
        )
    }
}
