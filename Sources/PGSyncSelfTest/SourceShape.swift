import PGSyncCore
import PGSyncRules
import PGSyncStore
import Postgres

/// An attached table as a self-test copies it: its columns under the names that images have.
struct SourceShape: Sendable {
    struct Column: Sendable {
        let name: String
        /// The type as SQL writes it.
        let type: String
        let typeID: Int64
        let isCaptured: Bool
        /// The type beneath its domain.
        let baseType: String
        /// One letter, as `pg_type` has it.
        let category: String
        /// The most characters of a text, or digits of a number before the point.
        let limit: Int?
        /// The digits of a number after the point; negative where only multiples of a power of ten fit.
        let scale: Int
        let labels: [String]
    }

    /// The table that is copied.
    let source: TableReference
    let table: TableName
    let options: CaptureOptions
    let columns: [Column]

    /// The name of the copy, for SQL.
    var name: String { Identifier(table.schema, table.name).quoted }
    var key: [Column] { columns.filter { options.key?.contains($0.name) == true } }
    /// The other columns.
    var contents: [Column] { columns.filter { options.key?.contains($0.name) != true } }

    func captures(_ actions: ChangeAction...) -> Bool { actions.allSatisfy(options.actions.contains) }

    /// The attached tables, or those of them that are named.
    static func all(_ session: Session, only wanted: [TableReference]?) throws -> [SourceShape] {
        let sources = try session.query(
            """
            select
                source.source_table::oid::bigint as number, pgsync.qualified_name(source.source_table) as name,
                namespace.nspname::text as schema_name, relation.relname::text as table_name,
                source.key_columns, source.captured_columns, source.trigger_kind, source.actions,
                source.before_image, source.site_column
            from pgsync.sources as source
            inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where source.attached and source.posts
            order by namespace.nspname, relation.relname
            """
        ).map { row in
            var options = CaptureOptions()
            options.key = try row.decode("key_columns")
            options.columns = try row.decode("captured_columns")
            options.kind = CaptureOptions.Kind(rawValue: try row.decode("trigger_kind")) ?? .auto
            options.actions = try row.decode("actions", as: [String].self).compactMap {
                ChangeAction(rawValue: $0)
            }
            options.keepsBeforeImage = try row.decode("before_image")
            options.siteColumn = try row.decode("site_column")
            let source = TableReference(id: try row.decode("number"), name: try row.decode("name"))
            let table = TableName(schema: try row.decode("schema_name"), name: try row.decode("table_name"))
            return try SourceShape(
                source: source,
                table: table,
                options: options,
                columns: columns(of: source, session)
            )
        }
        guard let wanted else { return sources }
        var seen: Set<Int64> = []
        return try wanted.filter { seen.insert($0.id).inserted }.map { table in
            guard let found = sources.first(where: { $0.source.id == table.id }) else {
                throw StoreError.notAttached(table: table.name)
            }
            return found
        }
    }

    private static func columns(of source: TableReference, _ session: Session) throws -> [Column] {
        try session.query(
            """
            select
                coalesce(captured.name, attribute.attname::text) as name,
                format_type(attribute.atttypid, attribute.atttypmod) as type,
                attribute.atttypid::bigint as type_id,
                captured.name is not null as is_captured,
                base.typname::text as base_type,
                base.typcategory::text as category,
                case
                    when base.typname in ('varchar', 'bpchar') then modifier.value
                    when base.typname = 'numeric' then ((modifier.value >> 16) & 65535) - modifier.scale
                end as size_limit,
                case when base.typname = 'numeric' then coalesce(modifier.scale, 0) else 0 end as scale,
                array(
                    select label.enumlabel::text
                    from pg_catalog.pg_enum as label
                    where label.enumtypid = base.oid
                    order by label.enumsortorder
                ) as labels
            from pgsync.sources as source
            inner join pg_catalog.pg_attribute as attribute
                on attribute.attrelid = source.source_table
                and attribute.attnum > 0
                and not attribute.attisdropped
            inner join pg_catalog.pg_type as own on own.oid = attribute.atttypid
            inner join pg_catalog.pg_type as base on base.oid = pgsync.base_type(attribute.atttypid)
            cross join lateral (
                select given.value, ((given.value & 2047) # 1024) - 1024
                from (
                    select nullif(coalesce(nullif(attribute.atttypmod, -1), own.typtypmod), -1) - 4
                ) as given (value)
            ) as modifier (value, scale)
            left join lateral pgsync.captured_columns(source) as captured on captured.number = attribute.attnum
            where source.source_table = \(source.id)::oid
            order by attribute.attnum
            """
        ).map { row in
            Column(
                name: try row.decode("name"),
                type: try row.decode("type"),
                typeID: try row.decode("type_id"),
                isCaptured: try row.decode("is_captured"),
                baseType: try row.decode("base_type"),
                category: try row.decode("category"),
                limit: try row.decode("size_limit", as: Int32?.self).map(Int.init),
                scale: Int(try row.decode("scale", as: Int32.self)),
                labels: try row.decode("labels")
            )
        }
    }
}
