internal import JSON
import PGSyncRules
import PGSyncStore

/// Reads the rows of a page into what is written of it.
struct PageReader {
    /// More bad rows than these of a page mean that the API has changed, and not its rows.
    private static let mostBadShare = 0.2
    private static let fewBad = 5
    /// What is kept of a row that failed.
    private static let mostPayload = 64 << 10

    var stream: ImportStream
    let target: Int64
    let maxAttempts: Int
    /// Small pages are judged together.
    private var judged = (rows: 0, bad: 0)
    private static let enoughRows = 20

    init(stream: ImportStream, target: Int64, maxAttempts: Int) {
        self.stream = stream
        self.target = target
        self.maxAttempts = maxAttempts
    }

    /// Why a page cannot be taken at all.
    struct Refusal: Error { let message: String }

    mutating func read(_ rows: [JSONValue]) throws(Refusal) -> ImportWriting {
        var writing = ImportWriting(stream, target: target)
        // One more than the retries: the first failure is no retry.
        writing.maxAttempts = maxAttempts + 1
        writing.images.reserveCapacity(rows.count)
        writing.itemIDs.reserveCapacity(rows.count)
        for (place, row) in rows.enumerated() {
            switch stream.read(row: row) {
            case .success(let image):
                if !image.unknown.isEmpty, [.freeze, .quarantine].contains(stream.unknown) {
                    let names = image.unknown.prefix(5).joined(separator: ", ")
                    guard stream.unknown != .freeze else {
                        throw Refusal(message: "the API sends fields that no column takes: \(names)")
                    }
                    fail(row, place, "data.unknown_field", "no column takes \(names)", nil, in: &writing)
                    continue
                }
                writing.images.append(.object(image.image))
                writing.itemIDs.append(Self.id(image.key))
            case .failure(let fault):
                fail(row, place, fault.errorClass.rawValue, fault.message, fault.column, in: &writing)
            }
        }
        judged = judged.rows < Self.enoughRows ? judged : (0, 0)
        judged.rows += rows.count
        judged.bad += writing.failures.count
        if judged.bad >= Self.fewBad, Double(judged.bad) > Double(judged.rows) * Self.mostBadShare,
            let first = writing.failures.first?.message
        {
            throw Refusal(
                message:
                    "\(judged.bad) of \(judged.rows) rows cannot be read, so the API has changed: \(first)"
            )
        }
        return writing
    }

    private func fail(
        _ row: JSONValue,
        _ place: Int,
        _ errorClass: String,
        _ message: String,
        _ column: String?,
        in writing: inout ImportWriting
    ) {
        let key = stream.keyTexts(of: row)
        writing.fail(
            item: key.map(Self.id) ?? "without a key: \(String(row.text().utf8.hash, radix: 16))",
            record: key.map { JSONValue.array($0.map { .string($0) }).text() },
            errorClass: errorClass,
            message: message.replacing("\0", with: "\u{FFFD}"),
            column: column,
            payload: payload(of: row)
        )
    }

    /// The row without what is private, unless it is too long.
    private func payload(of row: JSONValue) -> JSONValue {
        guard case .object(var object) = row else {
            return row.text().utf8.count > Self.mostPayload
                ? .null : row.canBeKept ? row : .string(row.text())
        }
        for name in stream.privateColumns {
            guard let field = stream.column(name)?.path.names.first, object[field] != nil else { continue }
            object[field] = .string("…")
        }
        let payload = JSONValue.object(object)
        let text = payload.text()
        guard text.utf8.count <= Self.mostPayload else { return .null }
        // What the database cannot keep as JSON, such as a NUL, it can as the text of it.
        return payload.canBeKept ? payload : .string(text)
    }

    /// How failed items name a row.
    static func id(_ key: [String]) -> String {
        key.count == 1 ? key[0] : JSONValue.array(key.map { .string($0) }).text()
    }

    /// The key that such a name stands for.
    static func key(_ id: String, of stream: ImportStream) -> [String]? {
        guard stream.key.count > 1 else { return [id] }
        guard case .array(let parts)? = try? JSONValue(parsing: id), parts.count == stream.key.count else {
            return nil
        }
        return parts.compactMap(\.string)
    }
}

extension JSONValue {
    fileprivate var message: String? {
        if case .object(let object) = self { object["error_message"]?.string } else { nil }
    }
}

extension Sequence<UInt8> {
    /// The same for the same bytes, also in another process (FNV-1a).
    fileprivate var hash: UInt64 {
        reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension ImportStream {
    func keyTexts(of row: JSONValue) -> [String]? {
        var texts: [String] = []
        for name in key {
            switch column(name)?.path.value(in: row) {
            case .string(let text)? where !text.utf8.contains(0): texts.append(text)
            case .number(let number)?: texts.append(number.text)
            default: return nil
            }
        }
        return texts
    }
}
