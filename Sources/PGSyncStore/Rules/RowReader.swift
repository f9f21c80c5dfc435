import Postgres

/// Reads the rows of a table as capture writes them, but only what rules read.
///
/// The one place that knows how capture sees a row; it sees one moment, in the caller's transaction.
struct RowReader {
    /// Where a row is, for as long as the moment lasts.
    struct Place {
        let recordID: String
        fileprivate let part: Int64
        fileprivate let tuple: String
    }

    let table: Int64
    /// The table with its schema.
    let name: String
    private let session: Session
    private let scope: String
    private let key: String
    private let content: String

    init(_ session: Session, table: Int64, columns: [String]) throws {
        self.session = session
        self.table = table
        let row = try session.query(
            """
            select
                pgsync.qualified_name(relation.oid) as name,
                pgsync.capture_scope(relation.oid) || pgsync.qualified_name(relation.oid) as scope,
                coalesce(pgsync.capture_key(known.source, 'pgsync_content.%I'), 'pgsync_row.ctid::text') as key,
                (
                    select
                        string_agg(
                            format(
                                pgsync.capture_value(captured.treatment), format('pgsync_row.%I', captured.column_name)
                            ) || format(' as %I', captured.name),
                            ', '
                        )
                    from pgsync.captured_columns(known.source) as captured
                    where captured.name = any(\(columns)) or captured.key_place is not null
                ) as columns
            from pg_catalog.pg_class as relation
            cross join lateral (
                select
                    coalesce(
                        (
                            select own
                            from pgsync.sources as own
                            where own.source_table = relation.oid and own.attached
                        ),
                        jsonb_populate_record(
                            null::pgsync.sources,
                            jsonb_build_object(
                                'source_table', relation.oid,
                                'key_columns', pgsync.default_key(relation.oid),
                                'shape', pgsync.table_shape(relation.oid, null)
                            )
                        )
                    ) as source
            ) as known
            where relation.oid::bigint = \(table)
            """
        ).onlyRow()
        name = try row.decode("name")
        scope = try row.decode("scope")
        content = try
            "cross join lateral (select \(row.decode("columns", as: String.self))) as pgsync_content"
        key = try row.decode("key")
        try session.execute("select set_config('timezone', 'UTC', true)")
    }

    func count() throws -> Int {
        let count: String = "select count(*) from \(scope)"
        return try session.query(Query(count)).onlyRow().decode(0)
    }

    /// Goes over the places of all rows, some at a time.
    func pages(of size: Int, _ body: ([Place]) throws -> Void) throws {
        let declaration: String = """
            declare pgsync_rows no scroll cursor for
            select \(key) as record_id, pgsync_row.tableoid::bigint as part, pgsync_row.ctid::text as tuple
            from \(scope) as pgsync_row \(content)
            """
        try session.execute(Query(declaration))
        let fetch: String = "fetch \(size) from pgsync_rows"
        while case let page = try session.query(Query(fetch)), !page.isEmpty {
            try body(
                page.map { row in
                    try Place(
                        recordID: row.decode("record_id"),
                        part: row.decode("part"),
                        tuple: row.decode("tuple")
                    )
                }
            )
        }
        try session.execute("close pgsync_rows")
    }

    /// The rows at these places: `record_id` and `image`.
    func images(at places: ArraySlice<Place>) throws -> ResultSet {
        let text: String = """
            select \(key) as record_id, to_jsonb(pgsync_content) as image
            from \(scope) as pgsync_row \(content)
            inner join unnest($1::bigint[], $2::tid[]) with ordinality as wanted (part, tuple, place)
                on wanted.tuple = pgsync_row.ctid and wanted.part = pgsync_row.tableoid::bigint
            where pgsync_row.ctid = any($2::tid[])
            order by wanted.place
            """
        return try session.query(Query(text, [places.map(\.part), places.map(\.tuple)]))
    }
}
