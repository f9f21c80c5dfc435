import JSON
import PGSyncStore
import Postgres

/// The rows that the copy of a table begins with: as they are in the table, or made up.
struct SampleRows: Sendable {
    let shape: SourceShape
    /// At least one.
    let images: [JSONObject]
    let isMadeUp: Bool

    /// How many rows are made up for an empty table for which no rule has examples.
    private static let madeUp = 3

    /// Reads rows with the reader of the table, if this user may, else takes the examples of rules; nil if there are
    /// neither, and no rows can be made up.
    init?(
        _ shape: SourceShape,
        most: Int,
        examples: [JSONObject],
        _ connection: PostgresConnection
    ) async throws {
        var rows: [JSONObject] = []
        do {
            rows = try await connection.withTransaction { session in
                try TableCopy.rows(of: shape.source.argument, most: most, session).map(\.image)
            }
        } catch let error as PostgresError where error.kind == .server {
            // Made-up rows do as well.
        }
        self.init(shape, rows: rows, examples: examples)
    }

    private init?(_ shape: SourceShape, rows: [JSONObject], examples: [JSONObject]) {
        self.shape = shape
        isMadeUp = rows.isEmpty
        let madeUp = examples.isEmpty ? Array(repeating: JSONObject(), count: Self.madeUp) : examples
        var completed: [JSONObject] = []
        for (index, image) in (isMadeUp ? madeUp.map { $0.without(shape.key) } : rows).enumerated() {
            guard let whole = Self.completed(image, of: shape, number: index + 1) else { return nil }
            completed.append(whole)
        }
        images = completed
    }

    /// A copy of a row under a key that no other row has; nil if no such key can be made up.
    func fresh(_ number: Int) -> JSONObject? {
        var image = images[number % images.count]
        for column in shape.key {
            guard let value = column.freshKey(number) else { continue }
            image[column.name] = value
            return image
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

    /// With values for the columns that are not captured, and for all of a row that is made up.
    private static func completed(_ image: JSONObject, of shape: SourceShape, number: Int) -> JSONObject? {
        var image = image
        for column in shape.columns where image[column.name] == nil {
            let value = column.madeUp(number)
            guard value != nil || !column.isRequired else { return nil }
            image[column.name] = value ?? .null
        }
        return image
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

extension SourceShape.Column {
    /// A value of this type; nil for types that are not known here.
    fileprivate func madeUp(_ number: Int) -> JSONValue? {
        switch category {
        case "N": ["oid", "xid"].contains(baseType) || baseType.hasPrefix("reg") ? nil : JSONValue(number)
        case "S": .string(text("sample \(number)"))
        case "B": true
        case "E": labels.isEmpty ? nil : .string(labels[number % labels.count])
        case "D":
            .string(baseType.hasPrefix("time") && !baseType.hasPrefix("timestamp") ? "12:00" : "2026-01-15")
        case "T": "1 day"
        case "A": []
        case "R": "empty"
        case "I": "192.0.2.1"
        case "U":
            switch baseType {
            case "uuid": uuid(number)
            case "json", "jsonb": .object(JSONObject())
            case "bytea": "\\x00"
            default: nil
            }
        default: nil
        }
    }

    /// A value that no row has; nil for types with few values.
    fileprivate func freshKey(_ number: Int) -> JSONValue? {
        switch baseType {
        case "int2": JSONValue(32_000 + number)
        case "int4", "int8": JSONValue(2_000_000_000 + number)
        case "numeric": hasRoom ? JSONValue(900 + number) : nil
        case "uuid": uuid(0xffff + number)
        case "date", "timestamp", "timestamptz": .string("2999-01-0\(number)")
        default: category == "S" && hasRoom ? .string("st-\(number)") : nil
        }
    }

    private var hasRoom: Bool { limit.map { $0 >= 4 } ?? true }

    private func text(_ text: String) -> String { limit.map { String(text.suffix($0)) } ?? text }

    private func uuid(_ number: Int) -> JSONValue {
        let digits = String(number, radix: 16)
        return .string("5e1f7e57-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)
    }
}
