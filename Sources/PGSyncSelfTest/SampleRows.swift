import JSON
import PGSyncStore
import Postgres

/// The rows that the copy of a table begins with: as they are in the table, or made up.
struct SampleRows: Sendable {
    let shape: SourceShape
    /// At least one; first those of the table.
    private(set) var images: [JSONObject]
    /// How many of them are of the table.
    let read: Int
    /// Those that rules make entries of, if there are any; new rows are copies of them.
    var posted: [JSONObject] = []
    /// Why none was read, if this user may not.
    let refusal: String?

    /// How many rows are made up for an empty table for which no rule has examples.
    private static let madeUp = 3

    var isMadeUp: Bool { read == 0 }

    /// Reads rows with the reader of the table, if this user may, else takes the examples of rules; nil if there are
    /// neither, and no rows can be made up.
    ///
    /// - Throws: ``StageFailure`` if the reader does not work.
    init?(
        _ shape: SourceShape,
        most: Int,
        examples: [JSONObject],
        _ connection: PostgresConnection
    ) async throws {
        var rows: [JSONObject] = []
        var refusal: String?
        do {
            rows = try await connection.withTransaction { session in
                try TableCopy.rows(of: shape.source.argument, most: most, session).map(\.image)
            }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            refusal = error.message
        } catch let error as PostgresError where error.kind == .server {
            throw StageFailure(problems: ["\(shape.source.name) cannot be read: \(error.message)"])
        }
        self.shape = shape
        self.refusal = refusal
        read = rows.count
        images = rows
        if rows.isEmpty {
            let templates = examples.isEmpty ? Array(repeating: JSONObject(), count: Self.madeUp) : examples
            images = Self.madeUp(templates, of: shape)
            guard images.allSatisfy({ image in shape.key.allSatisfy { image[$0.name] != .null } }) else {
                return nil
            }
        }
    }

    /// Adds the examples of rules, under keys that no row has; without such keys it adds none.
    mutating func add(_ examples: [JSONObject]) {
        images += Self.withFreshKeys(Self.madeUp(examples, of: shape), besides: images, shape) ?? []
    }

    /// Copies of rows under keys that no row has; nil if no such keys can be made up.
    func fresh(_ count: Int) -> [JSONObject]? {
        let templates = posted.isEmpty ? images : posted
        return Self.withFreshKeys((1...count).map { templates[$0 % templates.count] }, besides: images, shape)
    }

    private static func withFreshKeys(
        _ rows: [JSONObject],
        besides images: [JSONObject],
        _ shape: SourceShape
    ) -> [JSONObject]? {
        for column in shape.key {
            let used = Set(images.compactMap { $0[column.name].map(column.keyText) })
            let values = (1...(rows.count + used.count)).compactMap(column.freshKey)
                .filter { !used.contains(column.keyText($0)) }
            guard values.count >= rows.count else { continue }
            return zip(rows, values).map { row, value in
                var row = row
                row[column.name] = value
                return row
            }
        }
        return nil
    }

    /// The same record with what other rows have in captured columns.
    func variants(of image: JSONObject) -> [JSONObject] {
        let others =
            images
            + (1...2).map { number in
                JSONObject(shape.contents.map { ($0.name, $0.madeUp(number) ?? image[$0.name] ?? .null) })
            }
        return others.map { image.with(shape.contents.filter(\.isCaptured), of: $0) }
    }

    /// Rows with keys of their own, and with values where the templates have none.
    private static func madeUp(_ templates: [JSONObject], of shape: SourceShape) -> [JSONObject] {
        zip(1..., templates).map { number, template in
            let given = template.without(shape.key)
            return JSONObject(
                shape.columns.map { ($0.name, given[$0.name] ?? $0.madeUp(number) ?? .null) }
            )
        }
    }
}

extension JSONObject {
    /// With the values that another row has in these columns.
    func with(_ columns: [SourceShape.Column], of other: JSONObject) -> JSONObject {
        columns.reduce(into: self) { $0[$1.name] = other[$1.name] ?? .null }
    }

    fileprivate func without(_ columns: [SourceShape.Column]) -> JSONObject {
        columns.reduce(into: self) { $0[$1.name] = nil }
    }
}
