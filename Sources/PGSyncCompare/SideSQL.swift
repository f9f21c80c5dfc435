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
    }

    /// Parts that rows are sorted into by their keys, so that equal parts need no second look.
    static let buckets = 4_096

    let relation: String
    let conditions: String
    let keys: [Value]
    /// Those that are compared exactly, and those that may be some way apart.
    let exact: [Value]
    let near: [Value]
    /// Whether both databases hash texts alike.
    let hashes: Bool

    private var keyRow: String { Self.row(keys) }
    private var exactRow: String { Self.row(keys + exact) }

    private static func row(_ values: [Value]) -> String {
        "row(\(values.map(\.expression).joined(separator: ", ")))::text"
    }

    /// A number of 64 bits made of a text.
    private func hash(_ text: String, _ seed: Int) -> String {
        hashes
            ? "hashtextextended(\(text), \(seed))"
            : "('x' || substr(md5(\(text)), \(1 + seed * 16), 16))::bit(64)::bigint"
    }

    /// A number of 64 bits made of the key and all columns that are compared exactly.
    func contentHash(_ seed: Int) -> String { hash(exactRow, seed) }

    private var bucket: String { "(\(hash("own.key", 0)) & \(Self.buckets - 1))::integer" }

    private func source(_ columns: String) -> String {
        "(select \(columns) from \(relation) as side\(conditions)) as own"
    }

    // MARK: Everything

    /// Of each bucket: how many rows it has, and two sums of what they contain.
    var sums: Query {
        Query(
            composed: """
                select
                    \(bucket) as bucket, count(*), sum(\(hash("own.content", 0)))::text,
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
        return Query(
            composed: """
                declare compared no scroll cursor with hold for
                select \(bucket) as bucket, \(hash("own.content", 0)), \(hash("own.content", 1)),
                    \(names.joined(separator: ", "))
                from \(source(columns.joined(separator: ", ")))
                where \(bucket) = any('{\(buckets.map(String.init).joined(separator: ","))}'::integer[])
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

    private func rows(_ wanted: [RowKey], selecting columns: [String]) -> Query {
        // Only an equality finds rows by an index.
        let sign = wanted.contains { $0.values.contains(nil) } ? "is not distinct from" : "="
        let arrays = keys.indices.map { index in
            isPlain(keys[index])
                ? "$\(index + 1)::text[]::\(keys[index].field.fullType)[]" : "$\(index + 1)::text[]"
        }
        let same = keys.indices.map { index in
            let value = keys[index]
            let own = isPlain(value) ? "side.\(Identifier(value.field.name))" : "(\(value.expression))::text"
            return "\(own) \(sign) wanted.key\(index)"
        }
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

    /// Whether a value is what its column contains, so that an index of the column finds it.
    func isPlain(_ value: Value) -> Bool {
        value.column.forms.isEmpty && (value.column.type == nil || value.column.type?.sql == value.field.type)
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
                limit 1000
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
