import PGSyncOperations
import PGSyncRules
import Postgres

/// An entity whose columns were found on both sides, and how their values are made alike.
struct EntityPlan: Sendable {
    let entity: ComparisonEntity
    let left: SideSQL
    let right: SideSQL
    let rightIsTable: Bool
    /// All columns that the right side has.
    let rightFields: Set<String>

    /// - Throws: ``JobFailure`` if a column is missing, or its types do not go together.
    init(
        _ entity: ComparisonEntity,
        left: SideReader.Relation,
        right: SideReader.Relation,
        hashes: Bool
    ) throws(JobFailure) {
        self.entity = entity
        rightFields = Set(right.fields.keys)
        rightIsTable = right.isTable
        for column in entity.copied {
            _ = try left.field(column.name)
            _ = try right.field(column.rightName)
        }
        var leftValues: [String: SideSQL.Value] = [:]
        var rightValues: [String: SideSQL.Value] = [:]
        for column in entity.readColumns {
            let one = try left.field(column.name)
            let other = try right.field(column.rightName)
            let cast = try Self.cast(column, one, other)
            let indexed = Self.indexed(column, one, other)
            leftValues[column.name] = .init(
                column: column,
                field: one,
                expression: cast(one),
                indexed: indexed
            )
            rightValues[column.name] = .init(
                column: column,
                field: other,
                expression: cast(other),
                indexed: indexed
            )
        }
        func side(_ relation: SideReader.Relation, _ side: ComparisonSide, _ values: [String: SideSQL.Value])
            -> SideSQL
        {
            SideSQL(
                relation: relation.name,
                filter: SideSQL.sql(side.conditions),
                keys: entity.key.compactMap { values[$0.name] },
                exact: entity.columns.filter { $0.within == nil }.compactMap { values[$0.name] },
                near: entity.columns.filter { $0.within != nil }.compactMap { values[$0.name] },
                hashes: hashes
            )
        }
        self.left = side(left, entity.left, leftValues)
        self.right = side(right, entity.right, rightValues)
    }

    /// What makes values of both types alike.
    ///
    /// Nothing is guessed: types that differ need one that is written.
    private static func cast(
        _ column: ComparedColumn,
        _ left: Field,
        _ right: Field
    ) throws(JobFailure) -> @Sendable (Field) -> String {
        /// The value with what a cast needs before and after it.
        func value(_ before: String = "", _ after: String = "") -> @Sendable (Field) -> String {
            { field in before + Self.formed(column, field) + after }
        }
        if let type = column.type {
            return type == .anyNumeric ? value("trim_scale((", ")::numeric)") : value("(", ")::\(type.sql)")
        }
        guard column.forms.isEmpty else { return value() }
        if left.category == "S", right.category == "S" { return value("(", ")::text collate \"C\"") }
        if Set([left.type, right.type]).isSubset(of: ["json", "jsonb"]) { return value("(", ")::jsonb") }
        // Zero has a sign that is no difference.
        if left.type == right.type, ["double precision", "real"].contains(left.type) {
            return value("(", " + 0)")
        }
        if left.type == right.type {
            // With the same number of decimals, the same number is the same text.
            return left.type == "numeric" && (left.fullType != right.fullType || left.fullType == left.type)
                ? value("trim_scale(", ")") : value()
        }
        if Field.wholeNumbers.isSuperset(of: [left.type, right.type]) { return value() }
        if left.isExactNumber, right.isExactNumber { return value("trim_scale((", ")::numeric)") }
        throw JobFailure(
            "compare.types",
            "\(column.name) is \(left.fullType) on one side and \(right.fullType) on the other: "
                + "say in the definition as what to compare it, such as: \(column.name) text"
        )
    }

    /// By which type an index finds a value, if both sides compare it as it is and mean the same by equal.
    private static func indexed(_ column: ComparedColumn, _ left: Field, _ right: Field) -> String? {
        guard column.forms.isEmpty, left.isDeterministic, right.isDeterministic,
            column.type == nil || column.type?.sql == left.type && left.type == right.type
        else { return nil }
        if Field.wholeNumbers.isSuperset(of: [left.type, right.type]) { return "bigint" }
        if Set([left.type, right.type]).isSubset(of: ["text", "character varying"]) { return "text" }
        return left.fullType == right.fullType && left.category != "S" ? left.fullType : nil
    }

    private static func formed(_ column: ComparedColumn, _ field: Field) -> String {
        var text = "side.\(Identifier(field.name))"
        guard !column.forms.isEmpty else { return text }
        text += "::text"
        if column.forms.contains(.trim) { text = "btrim(\(text))" }
        if column.forms.contains(.lower) { text = "lower(\(text))" }
        if column.forms.contains(.blank) { text = "nullif(\(text), '')" }
        return text
    }

    /// Whether two rows count as the same.
    func isSame(_ left: RowState, _ right: RowState) -> Bool {
        guard left.hash == right.hash else { return false }
        return self.left.near.indices.allSatisfy { index in
            isNear(left.near[index], right.near[index], self.left.near[index].column.within)
        }
    }

    func isNear(_ left: String?, _ right: String?, _ within: String?) -> Bool {
        guard left != right else { return true }
        guard let left = left.flatMap({ Decimal($0) }), let right = right.flatMap({ Decimal($0) }),
            let within = within.flatMap({ Decimal($0) })
        else { return false }
        let difference = left - right
        return difference <= within && -within <= difference
    }
}
