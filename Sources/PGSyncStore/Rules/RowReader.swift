import Postgres

/// Reads the rows of an attached table as capture writes them, as the table's owner; see `read_rows`.
///
/// It sees one snapshot, in the caller's transaction.
struct RowReader {
    /// A row as capture would write it.
    struct Image {
        let recordID: String
        let content: JSONText
    }

    let table: Int64
    /// The table with its schema.
    let name: String
    /// The estimated number of rows.
    let estimate: Int
    private let session: Session

    init(_ session: Session, table: Int64) throws {
        self.session = session
        self.table = table
        // Counting the rows would run code of the table's owner.
        let row = try session.query(
            """
            select
                pgsync.qualified_name(relation.oid) as name,
                exists (
                    select from pgsync.sources as source
                    where source.source_table = relation.oid and source.attached
                ) as is_attached,
                (
                    select coalesce(sum(greatest(part.reltuples, 0)), 0)::bigint
                    from pg_catalog.pg_class as part
                    where part.oid = relation.oid and relation.relkind <> 'p'
                        or part.oid in (select leaf.relid from pg_partition_tree(relation.oid) as leaf where leaf.isleaf)
                ) as estimate
            from pg_catalog.pg_class as relation
            where relation.oid::bigint = \(table)
            """
        ).onlyRow()
        name = try row.decode("name")
        estimate = try row.decode("estimate")
        guard try row.decode("is_attached") else { throw StoreError.rowsNotReadable(table: name) }
    }

    /// Reads all rows in the order of their keys, some at a time.
    func pages(of size: Int, _ body: ([Image]) throws -> Void) throws {
        var last: JSONText?
        while true {
            let row = try session.query(
                """
                select read.record_ids, read.images, read.last_key
                from pgsync.read_rows(\(table)::oid, \(last)::jsonb, \(size)::bigint) as read
                """
            ).onlyRow()
            let ids = try row.decode("record_ids", as: [String].self)
            let images = try row.decode("images", as: [JSONText].self)
            guard !ids.isEmpty else { return }
            last = try row.decode("last_key")
            try body(zip(ids, images).map { Image(recordID: $0, content: $1) })
            guard ids.count == size else { return }
        }
    }
}
