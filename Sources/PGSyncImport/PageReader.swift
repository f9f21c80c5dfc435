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

    /// Why a page cannot be taken at all.
    struct Refusal: Error { let message: String }

    func read(_ rows: [JSONValue]) throws(Refusal) -> ImportWriting {
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
        let bad = writing.failures.count
        if bad >= Self.fewBad, Double(bad) > Double(rows.count) * Self.mostBadShare {
            let first = writing.failures.first?.message ?? ""
            throw Refusal(
                message:
                    "\(bad) of \(rows.count) rows of a page cannot be read, so the API has changed: \(first)"
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
            message: message,
            column: column,
            payload: payload(of: row)
        )
    }

    /// The row without what is private, unless it is too long.
    private func payload(of row: JSONValue) -> JSONValue {
        guard case .object(var object) = row else {
            return row.text().utf8.count > Self.mostPayload ? .null : row
        }
        for name in stream.privateColumns {
            guard let field = stream.column(name)?.path.names.first, object[field] != nil else { continue }
            object[field] = .string("…")
        }
        let payload = JSONValue.object(object)
        return payload.text().utf8.count > Self.mostPayload ? .null : payload
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
            case .string(let text)?: texts.append(text)
            case .number(let number)?: texts.append(number.text)
            default: return nil
            }
        }
        return texts
    }
}
