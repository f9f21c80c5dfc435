import Postgres

/// The table that is exchanged, and what is done to it.
///
/// The rivals in Tests/Nodes do the same.
enum SyncSQL {
    static let items = "bench.items"
    /// A table whose policy is `fields`.
    static let shared = "bench.shared"

    static let tables = """
        create schema bench;
        \(table(items))
        \(table(shared))
        """

    static let grants = """
        grant usage on schema bench to pgsync_node;
        grant select, insert, update, delete on \(items), \(shared) to pgsync_node;
        """

    /// Ten columns, as a shop might have them.
    private static func table(_ name: String) -> String {
        """
        create table \(name) (
            id bigint primary key,
            site_id integer not null,
            sku text not null,
            name text not null,
            status text not null,
            quantity integer not null,
            price numeric(12, 2) not null,
            cost numeric(12, 2) not null,
            note text,
            changed_at timestamptz not null
        );
        """
    }

    /// Inserts rows with these ids in one transaction.
    static func insert(_ ids: ClosedRange<Int>, into table: String = items) -> Query {
        Query(
            """
            insert into \(table)
            select
                n, n % 50, 'SKU-' || lpad(n::text, 8, '0'), 'Item ' || n || ' of the catalogue',
                (array['new', 'active', 'held', 'ended'])[1 + n % 4], n % 1000, round(n % 100000 / 7.0, 2),
                round(n % 100000 / 9.0, 2), 'shelf ' || n % 97 || ', row ' || n % 13,
                timestamptz '2026-01-01 00:00+00' + n * interval '1 minute'
            from generate_series($1::bigint, $2::bigint) as n
            """,
            [Int64(ids.lowerBound), Int64(ids.upperBound)]
        )
    }

    /// Changes rows with these ids in one transaction, each to this quantity.
    static func update(_ ids: ClosedRange<Int>, to quantity: Int, in table: String = items) -> Query {
        Query(
            """
            update \(table) set quantity = $3::integer, changed_at = changed_at + interval '1 second'
            where id between $1::bigint and $2::bigint
            """,
            [Int64(ids.lowerBound), Int64(ids.upperBound), Int64(quantity)]
        )
    }

    /// A statement whose names were put into its text; those of a literal would be parameters.
    static func plain(_ text: String) -> Query { Query(text) }

    /// The quantity of one row.
    static func quantity(of id: Int) -> Query {
        Query("select quantity from \(items) where id = $1::bigint", [Int64(id)])
    }

    /// All rows: their keys, and a hash of all that they have.
    static func rows(of table: String) -> Query {
        plain("select item.id, hashtextextended(item::text, 0) as content from \(table) as item")
    }

    /// The versions of records that are there.
    static func versions(of table: String) -> Query {
        plain(
            """
            select known.record_id, pgsync.version_text(known.stamp, known.origin) as version
            from pgsync.record_versions as known
            where known.source_table = '\(table)'::regclass and known.deleted_at is null
            """
        )
    }
}

extension SyncSQL {
    /// Changes one column of rows of the table whose policy is `fields`.
    static func column(_ ids: ClosedRange<Int>, to quantity: Int) -> Query {
        Query(
            "update \(shared) set quantity = $3::integer where id between $1::bigint and $2::bigint",
            [Int64(ids.lowerBound), Int64(ids.upperBound), Int64(quantity)]
        )
    }
}
