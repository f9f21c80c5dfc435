import PGSyncRules
import Postgres

/// A column of a table or view, as its database knows it.
struct Field: Sendable {
    let name: String
    /// Such as `numeric(12,2)`.
    let fullType: String
    /// The same without its precision or length.
    let type: String
    /// How PostgreSQL sorts types: N for numbers, S for texts, and so on.
    let category: String
    /// Whether texts that differ are never equal.
    let isDeterministic: Bool

    static let wholeNumbers: Set = ["smallint", "integer", "bigint"]

    var isExactNumber: Bool { Self.wholeNumbers.contains(type) || type == "numeric" }
}

/// The statements that read one side of an entity.
///
/// Names are quoted, and so are values of conditions; texts of the definition become part of a statement in no other
/// way.
struct SideSQL: Sendable {
    /// A column, and the expression of the value that is compared.
    struct Value: Sendable {
        let column: ComparedColumn
        let field: Field
        let expression: String
        /// The type of values by which an index of the column finds them; nil where only the expression tells.
        let indexed: String?
    }

    /// Parts that rows are sorted into by their keys, so that equal parts need no second look.
    static let buckets = 4_096

    let relation: String
    /// What a row has to be like; nothing for all.
    let filter: String
    let keys: [Value]
    /// Those that are compared exactly, and those that may be some way apart.
    let exact: [Value]
    let near: [Value]
    /// Whether both databases hash texts alike.
    let hashes: Bool

    /// One text for each key; that of a single column needs no row around it.
    private var keyRow: String { keys.count == 1 ? "(\(keys[0].expression))::text" : Self.row(keys) }
    private var exactRow: String { Self.row(keys + exact) }

    private static func row(_ values: [Value]) -> String {
        "row(\(values.map(\.expression).joined(separator: ", ")))::text"
    }

    /// A number of 64 bits made of a text.
    private func hash(_ text: String, _ seed: Int) -> String {
        hashes
            ? "hashtextextended(\(text), \(seed))"
            : "('x' || substr(md5(convert_to(\(text), 'UTF8')), \(1 + seed * 16), 16))::bit(64)::bigint"
    }

    /// A number of 64 bits made of the key and all columns that are compared exactly.
    func contentHash(_ seed: Int) -> String { hash(exactRow, seed) }

    private func bucket(of key: String) -> String {
        "(coalesce(\(hash(key, 0)), 0) & \(Self.buckets - 1))::integer"
    }

    private var conditions: String { filter.isEmpty ? "" : " where \(filter)" }

    /// Rows whose columns are made once: without the offset, each use of a text would make it again.
    private func source(_ columns: String, where more: String? = nil) -> String {
        let filters = [filter, more ?? ""].filter { !$0.isEmpty }
        let conditions = filters.isEmpty ? "" : " where \(filters.joined(separator: " and "))"
        return "(select \(columns) from \(relation) as side\(conditions) offset 0) as own"
    }

    // MARK: Everything

    /// Of each bucket: how many rows it has, and two sums of what they contain.
    var sums: Query {
        Query(
            composed: """
                select
                    \(bucket(of: "own.key")) as bucket, count(*), sum(\(hash("own.content", 0)))::text,
                    sum(\(hash("own.content", 1)))::text
                from \(source("\(keyRow) as key, \(Self.row(keys + exact + near)) as content"))
                group by 1
                """
        )
    }

    /// Opens a cursor on the rows of some buckets, one bucket after the other.
    func openRows(of buckets: [Int]) -> Query {
        let names = keys.indices.map { "own.key\($0)" } + near.indices.map { "own.near\($0)" }
        let columns =
            keys.indices.map { "(\(keys[$0].expression))::text as key\($0)" }
            + near.indices.map { "(\(near[$0].expression))::text as near\($0)" }
            + ["\(keyRow) as key", "\(exactRow) as content"]
        let wanted = "'{\(buckets.map(String.init).joined(separator: ","))}'::integer[]"
        // Only of these are the other columns made into a text.
        let rows = source(columns.joined(separator: ", "), where: "\(bucket(of: keyRow)) = any(\(wanted))")
        return Query(
            composed: """
                declare compared no scroll cursor with hold for
                select \(bucket(of: "own.key")) as bucket, \(hash("own.content", 0)), \(hash("own.content", 1)),
                    \(names.joined(separator: ", "))
                from \(rows)
                order by 1
                """
        )
    }

    // MARK: Single rows

    /// The rows of some keys, with what tells whether they are the same.
    ///
    /// With contents, all compared values are read besides.
    func rows(_ wanted: [RowKey], contents: Bool) -> Query {
        let values = keys + near + (contents ? exact : [])
        return rows(
            wanted,
            selecting: [contentHash(0), contentHash(1)] + values.map { "(\($0.expression))::text" }
        )
    }

    /// The rows of some keys: their keys, and an expression over `side`.
    func rows(_ wanted: [RowKey], returning expression: String) -> Query {
        rows(wanted, selecting: keys.map { "(\($0.expression))::text" } + [expression])
    }

    /// A value of a key as it is looked up: by an index, or by what it comes to.
    func looked(up value: Value) -> String {
        value.indexed == nil
            ? "(\(value.expression))::text collate \"C\"" : "side.\(Identifier(value.field.name))"
    }

    private func rows(_ wanted: [RowKey], selecting columns: [String]) -> Query {
        // Only an equality finds rows by an index.
        let sign = wanted.contains { $0.values.contains(nil) } ? "is not distinct from" : "="
        let arrays = keys.indices.map { index in
            "$\(index + 1)::text[]" + (keys[index].indexed.map { "::\($0)[]" } ?? "")
        }
        let same = keys.indices.map { "\(looked(up: keys[$0])) \(sign) wanted.key\($0)" }
        return Query(
            composed: """
                select \(columns.joined(separator: ", "))
                from unnest(\(arrays.joined(separator: ", "))) as wanted (\(keys.indices.map { "key\($0)" }.joined(separator: ", ")))
                inner join \(relation) as side on \(same.joined(separator: " and "))
                \(conditions)
                """,
            keys.indices.map { index in wanted.map { $0.values[index] } }
        )
    }

    // MARK: Figures

    func group(_ column: String) -> Query? {
        guard let value = (keys + exact + near).first(where: { $0.column.name == column }) else { return nil }
        return Query(
            composed: """
                select own.value, count(*)
                from \(source("(\(value.expression))::text as value"))
                group by 1
                order by 2 desc, 1
                limit 1001
                """
        )
    }

    func metrics(_ metrics: [ComparisonMetric], names: [String: String]) -> Query {
        let figures = metrics.map { metric in
            let condition = Self.sql(metric.conditions, names: names)
            let filter = condition.isEmpty ? "" : " filter (where \(condition))"
            func product(_ column: String, _ factor: String?) -> String {
                ([column] + [factor].compactMap(\.self)).map { "side.\(Identifier(names[$0] ?? $0))" }
                    .joined(separator: " * ")
            }
            return switch metric.figure {
            case .count: "count(*)\(filter)::text"
            case .sum(let column, let factor):
                "trim_scale(sum(\(product(column, factor)))\(filter)::numeric)::text"
            case .average(let column, let factor):
                "round(avg(\(product(column, factor)))\(filter)::numeric, 6)::text"
            }
        }
        return Query(
            composed:
                "select \(figures.map { "(\($0))" }.joined(separator: ", ")) from \(relation) as side\(conditions)"
        )
    }

    /// Conditions, all of which are to hold.
    static func sql(_ conditions: [ComparisonCondition], names: [String: String] = [:]) -> String {
        conditions.map { condition in
            let column = "side.\(Identifier(names[condition.column] ?? condition.column))"
            return switch condition.test {
            case .isNull: "\(column) is null"
            case .isNotNull: "\(column) is not null"
            case .compared(let sign, let value): "\(column) \(sign) \(literal(value))"
            }
        }.joined(separator: " and ")
    }

    /// A text as PostgreSQL reads it, whatever it contains.
    static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}

extension Query {
    /// A statement that was put together; an interpolation in its text is no parameter.
    init(composed text: String, _ parameters: [any PostgresEncodable] = []) {
        self.init(text, parameters)
    }
}
