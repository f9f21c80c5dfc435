import PGSyncOperations
import PGSyncRules
import Postgres

/// Reads one side, in a session of its own.
struct SideReader: Sendable {
    /// A table or view with its columns.
    struct Relation: Sendable {
        /// As it stands in a statement.
        let name: String
        /// As people read it.
        let title: String
        /// Whether it is a table, whose rows can be told apart by their places.
        let isTable: Bool
        let fields: [String: Field]

        func field(_ name: String) throws(JobFailure) -> Field {
            guard let field = fields[name] else {
                throw JobFailure("compare.columns", "\(title) has no column \(name)")
            }
            return field
        }
    }

    /// A row of a bucket.
    struct Row: Sendable {
        let bucket: Int
        let key: RowKey
        let state: RowState
    }

    /// What a bucket has.
    struct Sum: Sendable, Equatable {
        let count: Int
        let sums: [String]
    }

    let connection: PostgresConnection

    private static let rowsAtOnce = 20_000
    private static let keysAtOnce = 2_000

    /// What makes values look alike on all servers, whatever roles and databases prefer, and hides no row.
    private static let settings = [
        "time zone 'UTC'", "datestyle = 'ISO'", "intervalstyle = 'postgres'", "extra_float_digits = 1",
        "bytea_output = 'hex'", "xmloption = 'content'", "standard_conforming_strings = on",
        "row_security = off",
    ]

    func prepare() async throws {
        let script =
            (Self.settings + ["default_transaction_read_only = on", "statement_timeout = 0"])
            .map { "set \($0);" }.joined(separator: "\n")
        try await connection.withSession { session in
            _ = try session.runScript(script).count
        }
    }

    /// The same for one transaction, which may write.
    static func prepare(_ session: Session) throws {
        _ = try session.runScript(settings.map { "set local \($0);" }.joined(separator: "\n")).count
    }

    /// The version before the first point, and the encoding: texts hash alike where both are the same.
    func hashing() async throws -> String {
        try await connection.withSession { session in
            try session.query(
                """
                select current_setting('server_version_num')::integer / 10000 || ' '
                    || pg_catalog.pg_encoding_to_char(own.encoding)
                from pg_catalog.pg_database as own
                where own.datname = current_database()
                """
            ).onlyRow().decode(0)
        }
    }

    func relation(_ table: TableName) async throws -> Relation {
        let fields = try await connection.withSession { session in
            try session.query(
                """
                select
                    field.attname::text, pg_catalog.format_type(field.atttypid, field.atttypmod),
                    pg_catalog.format_type(coalesce(nullif(type.typbasetype, 0), type.oid), null),
                    type.typcategory::text, coalesce(sorted.collisdeterministic, true),
                    own.relkind in ('r', 'p') as is_table
                from pg_catalog.pg_class as own
                inner join pg_catalog.pg_namespace as home on own.relnamespace = home.oid
                inner join pg_catalog.pg_attribute as field on own.oid = field.attrelid
                inner join pg_catalog.pg_type as type on field.atttypid = type.oid
                left join pg_catalog.pg_collation as sorted on field.attcollation = sorted.oid
                where home.nspname = \(table.schema)
                    and own.relname = \(table.name)
                    and own.relkind in ('r', 'p', 'v', 'm', 'f')
                    and field.attnum > 0
                    and not field.attisdropped
                """
            ).map { row in
                (
                    Field(
                        name: try row.decode(0),
                        fullType: try row.decode(1),
                        type: try row.decode(2),
                        category: try row.decode(3),
                        isDeterministic: try row.decode(4)
                    ),
                    isTable: try row.decode(5, as: Bool.self)
                )
            }
        }
        guard !fields.isEmpty else {
            throw JobFailure("compare.table", "there is no table or view \(table)")
        }
        return Relation(
            name: Identifier(table.schema, table.name).quoted,
            title: table.description,
            isTable: fields[0].isTable,
            fields: Dictionary(fields.map { ($0.0.name, $0.0) }) { first, _ in first }
        )
    }

    // MARK: Everything

    func sums(_ side: SideSQL) async throws -> [Int: Sum] {
        try await connection.withSession { session in
            var sums: [Int: Sum] = [:]
            for row in try session.query(side.sums) {
                sums[try row.decode(0, as: Int.self)] = Sum(
                    count: try row.decode(1),
                    sums: [try row.decode(2), try row.decode(3)]
                )
            }
            return sums
        }
    }

    /// Goes through the rows of some buckets, bucket after bucket.
    func open(_ side: SideSQL, _ buckets: [Int]) async throws {
        try await connection.withSession { session in
            _ = try session.execute(side.openRows(of: buckets))
        }
    }

    /// The next rows; none at the end.
    func next(_ side: SideSQL) async throws -> [Row] {
        let (keys, near) = (side.keys.count, side.near.count)
        return try await connection.withSession { session in
            try session.query(Query(composed: "fetch \(Self.rowsAtOnce) from compared")).map { row in
                Row(
                    bucket: try row.decode(0),
                    key: RowKey(values: try (0..<keys).map { try row.decode(3 + $0) }),
                    state: RowState(
                        hash: [try row.decode(1), try row.decode(2)],
                        near: try (0..<near).map { try row.decode(3 + keys + $0) }
                    )
                )
            }
        }
    }

    func close() async throws {
        try await connection.withSession { session in
            _ = try session.execute("close compared")
        }
    }

    // MARK: Single rows

    /// A row with its compared values: of the key, those that may be some way apart, and the others.
    struct Content: Sendable {
        let state: RowState
        let values: [String?]
    }

    func rows(_ side: SideSQL, _ wanted: [RowKey], contents: Bool) async throws -> [RowKey: [Content]] {
        var found: [RowKey: [Content]] = [:]
        var rest = wanted[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.keysAtOnce))
            rest = rest.dropFirst(part.count)
            let (keys, near) = (side.keys.count, side.near.count)
            let rows = try await connection.withSession { session in
                try session.query(side.rows(part, contents: contents)).map { row in
                    let count = keys + near + (contents ? side.exact.count : 0)
                    let values = try (0..<count).map { try row.decode(2 + $0, as: String?.self) }
                    return Content(
                        state: RowState(
                            hash: [try row.decode(0), try row.decode(1)],
                            near: Array(values[keys..<keys + near])
                        ),
                        values: values
                    )
                }
            }
            for row in rows { found[RowKey(values: Array(row.values.prefix(keys))), default: []].append(row) }
        }
        return found
    }
}

extension SideReader {
    /// How many rows have each value of a column.
    func counts(_ side: SideSQL, of column: String) async throws -> [String?: Int] {
        guard let query = side.group(column) else { return [:] }
        return try await connection.withSession { session in
            var counts: [String?: Int] = [:]
            for row in try session.query(query) {
                counts[try row.decode(0, as: String?.self)] = try row.decode(1, as: Int.self)
            }
            return counts
        }
    }

    func metrics(
        _ side: SideSQL,
        _ metrics: [ComparisonMetric],
        names: [String: String]
    ) async throws -> [String?] {
        let query = side.metrics(metrics, names: names)
        return try await connection.withSession { session in
            let row = try session.query(query).onlyRow()
            return try metrics.indices.map { try row.decode($0, as: String?.self) }
        }
    }
}
