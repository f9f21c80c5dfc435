import Postgres

/// The types of columns that do not come with PostgreSQL, and how to create them.
///
/// Domains come without their checks, as tables do, and nothing that has code of its own is copied: it would run as
/// whoever runs the self-test. Extensions are created, because the server has them.
struct NeededTypes: Sendable {
    private struct Needed: Sendable {
        let name: String
        /// The types it is made of.
        let parts: [Int64]
        /// Arrays come with what they are made of.
        let isArray: Bool
        /// Nil for what cannot be copied.
        let script: String?
    }

    private let types: [Int64: Needed]
    private var made: Set<Int64> = []

    init(of shapes: [SourceShape], _ session: Session) throws {
        let wanted = Set(shapes.flatMap(\.columns).map(\.typeID)).sorted()
        let rows = try session.query(
            """
            with recursive needed (id) as (
                select wanted.id::oid from unnest(\(wanted)) as wanted (id)
                union
                select part.id
                from needed
                inner join pg_catalog.pg_type as type on type.oid = needed.id
                cross join lateral (
                    select type.typelem where type.typcategory = 'A'
                    union all
                    select type.typbasetype
                    union all
                    select attribute.atttypid
                    from pg_catalog.pg_attribute as attribute
                    where attribute.attrelid = type.typrelid and attribute.attnum > 0 and not attribute.attisdropped
                ) as part (id)
                where part.id <> 0
            )
            select
                type.oid::bigint as id,
                format_type(type.oid, null) as name,
                type.typcategory = 'A' as is_array,
                case
                    when type.typcategory = 'A' then array[type.typelem::bigint]
                    when type.typtype = 'd' then array[type.typbasetype::bigint]
                    else coalesce(made.parts, '{}')
                end as parts,
                case
                    when extension.extname is not null then format(
                        'create schema if not exists %1$I; create extension if not exists %2$I with schema %1$I cascade',
                        home.nspname, extension.extname
                    )
                    when made.script is not null
                        then format('create schema if not exists %I; create %s', own.nspname, made.script)
                end as script
            from needed
            inner join pg_catalog.pg_type as type on type.oid = needed.id
            inner join pg_catalog.pg_namespace as own on own.oid = type.typnamespace
            left join pg_catalog.pg_depend as belonging
                on belonging.classid = 'pg_catalog.pg_type'::regclass
                and belonging.objid = type.oid
                and belonging.deptype = 'e'
            left join pg_catalog.pg_extension as extension on extension.oid = belonging.refobjid
            left join pg_catalog.pg_namespace as home on home.oid = extension.extnamespace
            left join lateral (
                select
                    format(
                        'type %s as enum (%s)',
                        format_type(type.oid, null),
                        string_agg(quote_literal(label.enumlabel), ', ' order by label.enumsortorder)
                    ) as script,
                    null::bigint[] as parts
                from pg_catalog.pg_enum as label
                where type.typtype = 'e' and label.enumtypid = type.oid
                having count(*) > 0
                union all
                select
                    format(
                        'domain %s as %s',
                        format_type(type.oid, null), format_type(type.typbasetype, type.typtypmod)
                    ),
                    null
                where type.typtype = 'd'
                union all
                select
                    format(
                        'type %s as (%s)',
                        format_type(type.oid, null),
                        string_agg(
                            format('%I %s', attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)),
                            ', ' order by attribute.attnum
                        )
                    ),
                    array_agg(attribute.atttypid::bigint)
                from pg_catalog.pg_class as relation
                inner join pg_catalog.pg_attribute as attribute
                    on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
                where relation.oid = type.typrelid and relation.relkind = 'c'
                having count(*) > 0
            ) as made on true
            where type.typnamespace <> 'pg_catalog'::regnamespace
            """
        )
        var types: [Int64: Needed] = [:]
        for row in rows {
            types[try row.decode("id")] = Needed(
                name: try row.decode("name"),
                parts: try row.decode("parts"),
                isArray: try row.decode("is_array"),
                script: try row.decode("script")
            )
        }
        self.types = types
    }

    /// Creates a type and those it is made of, once; returns what stands in the way.
    mutating func create(_ id: Int64, _ session: Session) throws -> String? {
        guard let type = types[id], !made.contains(id) else { return nil }
        for part in type.parts {
            if let obstacle = try create(part, session) { return obstacle }
        }
        if !type.isArray {
            guard let script = type.script else {
                return "the type \(type.name) has code of its own, or is the row of a table"
            }
            try session.runScript(script)
        }
        made.insert(id)
        return nil
    }
}
