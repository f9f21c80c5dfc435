internal import HTTPClient
internal import JSON
import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore

extension ImportRunner {
    /// Tries failed items of a stream again: each is fetched anew, or if the API cannot give one row, read again from
    /// what was kept of it.
    func retry(_ stream: ImportStream) async throws {
        let (id, name) = (job.id, task.name)
        guard let target = try await target(of: stream) else { return }
        let errorClass = task.errorClass
        var (after, tried, written): (Int64, Int, Int) = (0, 0, 0)
        while true {
            let due = try await job.step { [after] in
                try ImportStore($0).dueItems(name, stream.name, errorClass: errorClass, after: after)
            }
            guard let last = due.last else { break }
            after = last.id
            for item in due {
                let (writing, gone) = try await fetch(item, of: stream, target)
                let done = try await job.step { try ImportStore($0).writeItems(id, writing, gone: gone) }
                tried += 1
                written += done.written
                try await job.note(stream.name, "\(written) of \(tried) items are good now", done: tried)
            }
        }
    }

    private func fetch(
        _ item: ImportStore.DueItem,
        of stream: ImportStream,
        _ target: Int64
    ) async throws -> (ImportWriting, gone: [String]) {
        var writing = ImportWriting(stream, target: target)
        writing.maxAttempts = definition.retries + 1
        func failing(_ errorClass: String, _ message: String) -> (ImportWriting, gone: [String]) {
            writing.fail(
                item: item.item,
                record: nil,
                errorClass: errorClass,
                message: message,
                column: nil,
                payload: .null
            )
            return (writing, [])
        }
        let row: JSONValue
        // A longer key is kept by its beginning.
        let isWhole = stream.name.utf8.count + 1 + item.item.utf8.count <= 500
        if isWhole, let path = stream.itemPath, let key = PageReader.key(item.item, of: stream) {
            var filled = path
            for (name, value) in zip(stream.key, key) {
                filled = filled.replacing("{\(name)}", with: value.urlEncoded)
            }
            do {
                guard let answer = try await calls.get(definition.url(of: filled), on: job.connection),
                    let body = answer.json
                else { return failing("call.shape", "the answer is no JSON") }
                row = stream.item(in: body)
            } catch CallRunner.Failure.gone {
                return (writing, [item.item])
            } catch CallRunner.Failure.failed(let errorClass, let problem) where errorClass == "call.config" {
                return failing(errorClass, problem)
            }
        } else if let payload = item.payload, stream.privateColumns.isEmpty {
            row = payload
        } else {
            return failing("data.not_kept", "the row was not kept, and the stream has no path for one item")
        }
        // Each is judged alone: that one fails says nothing of the others.
        var reader = PageReader(stream: stream, target: target, maxAttempts: definition.retries)
        do throws(PageReader.Refusal) { return (try reader.read([row]), []) } catch {
            return failing("call.shape", error.message)
        }
    }
}

extension ImportStream {
    /// The row in an answer about one: what is where rows are in a list, or the answer itself.
    fileprivate func item(in body: JSONValue) -> JSONValue {
        switch rowsPath.value(in: body) {
        case .object(let object)? where rowsPath != .root: .object(object)
        case .array(let rows)? where rows.count == 1: rows[0]
        default: body
        }
    }
}
