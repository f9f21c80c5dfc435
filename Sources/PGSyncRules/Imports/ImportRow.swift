package import JSON

/// A row as the table takes it.
package struct ImportImage: Sendable, Equatable {
    /// All columns and no more, in their order, in the form that `jsonb_populate_record` takes; what is missing is null.
    package let image: JSONObject
    /// What is in the columns of the key, as texts: as the image has them, so that `1.50` and `1.5` are two.
    package let key: [String]
    /// The fields that no column is read from, in their order.
    package let unknown: [String]
}

extension ImportStream {
    /// Reads a row of an answer.
    package func read(row: JSONValue) -> Result<ImportImage, ImportFault> {
        guard case .object(let fields) = row else {
            return .failure(
                ImportFault(errorClass: .shape, column: nil, message: "the row is \(row.kind), and no object")
            )
        }
        var image = JSONObject()
        for column in columns {
            do throws(ImportFault) {
                image[column.name] = try column.read(from: row, isKey: key.contains(column.name))
            } catch {
                return .failure(error)
            }
        }
        let key = key.map { image[$0]?.plainText ?? "" }
        var unknown: [String] = []
        for field in fields where !known.contains(field.key) { unknown.append(field.key) }
        return .success(ImportImage(image: image, key: key, unknown: unknown))
    }
}

extension ImportColumn {
    fileprivate func read(from row: JSONValue, isKey: Bool) throws(ImportFault) -> JSONValue {
        guard let value = path.value(in: row), value != .null else {
            guard !isRequired, !isKey else {
                throw ImportFault(errorClass: .missing, column: name, message: "\(name) has no value")
            }
            return .null
        }
        do throws(ValueFault) {
            if let epoch { return try WrittenTime.moment(of: value, in: epoch) }
            return try type.read(value)
        } catch {
            throw ImportFault(errorClass: error.errorClass, column: name, message: "\(name) \(error.message)")
        }
    }
}

extension JSONValue {
    /// What a message calls it.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The text of a text, number, true or false.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
