import Arguments
import JSON
import PGSyncStore
import Postgres
import VisibleText

extension ChangeDetail {
    /// What the commands take that show a change.
    static func parameters<C: Command>(
        _ id: any WritableKeyPath<C, Int64> & Sendable,
        _ images: any WritableKeyPath<C, Bool> & Sendable,
        _ keyFile: any WritableKeyPath<C, String?> & Sendable
    ) -> [Parameter<C>] {
        [
            .argument(
                "ID",
                id,
                limits: .atLeast(1),
                namesCommand: NameKind.changes.command,
                help: "The number of the change."
            ),
            .flag("images", images, help: "Also show the captured columns."),
            .imageKeyFile(keyFile),
        ]
    }

    static func show(
        _ id: Int64,
        images: Bool,
        keyFile: String?,
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync queue")
        let keys = try context.privateKeys(at: images ? keyFile : nil)
        let detail = try await database.read { session in
            if let keys { try ImageKeyStore(session).give(keys) }
            return try QueueStore(session).show(id)
        }
        try globals.json ? context.print(detail.json(images)) : context.output.write(detail.text(images))
        return .success
    }

    private func text(_ images: Bool) -> String {
        var table = TextTable([.init("change"), .init("\(id)")])
        table.add(["table", self.table])
        table.add(["record", recordID])
        table.add(["action", action])
        table.add(["captured", "\(capturedAt.toTheSecond), transaction \(transactionID)"])
        if let origin { table.add(["origin", origin]) }
        if let correlationID { table.add(["correlation", correlationID]) }
        table.add(["state", stateText])
        for attempt in attempts {
            table.add(["attempt \(attempt.number)", "\(attempt.recordedAt.toTheSecond)  \(attempt.text)"])
        }
        var text = table.text()
        if images {
            let none = imageKey.map { "encrypted for \($0)" } ?? "none"
            text += "row    \(data.map(Self.text(of:)) ?? none)\n"
            if let oldData { text += "before \(Self.text(of: oldData))\n" }
        }
        return text
    }

    private static func text(of image: JSONValue) -> String { (image.string ?? image.text()).visible }

    private var stateText: String {
        if isUnposted { return "not posted: its table is only logged" }
        guard let waiting else { return "finished: \(attempts.last?.outcome ?? "no longer in the queue")" }
        return switch waiting.state {
        case .dead:
            "dead: needs pgsync dead retry \(id), or pgsync dead resolve \(id) --reason TEXT"
        case .scheduled: "waits until \(waiting.nextText)"
        default: "\(waiting.state.rawValue): \(waiting.nextText)"
        }
    }

    private func json(_ images: Bool) -> JSONValue {
        var object = JSONObject([
            ("change", JSONValue(id)), ("table", .string(table)), ("record", .string(recordID)),
            ("action", .string(action)), ("captured_at", .string(capturedAt.description)),
            ("transaction", .string("\(transactionID)")), ("origin", origin.map(JSONValue.string) ?? .null),
            ("correlation_id", correlationID.map(JSONValue.string) ?? .null),
            ("queued", waiting?.json ?? .null), ("attempts", .array(attempts.map(\.json))),
        ])
        if images {
            object["data"] = data ?? .null
            object["old_data"] = oldData ?? .null
            object["image_key"] = imageKey.map(JSONValue.string) ?? .null
        }
        return .object(object)
    }
}

extension ChangeDetail.Attempt {
    fileprivate var text: String {
        let failure = errorClass.map { " (\($0))" } ?? ""
        let message = self.failure.map { ": \($0)" } ?? ""
        return outcome + failure + message + (worker.map { ", by \($0)" } ?? "")
    }

    fileprivate var json: JSONValue {
        [
            "attempt": JSONValue(number), "outcome": .string(outcome),
            "recorded_at": .string(recordedAt.description), "worker": worker.map(JSONValue.string) ?? .null,
            "error_class": errorClass.map(JSONValue.string) ?? .null,
            "error_message": errorMessage.map(JSONValue.string) ?? .null,
            "error_column": errorColumn.map(JSONValue.string) ?? .null,
            "seconds": milliseconds.map { JSONValue(Double($0) / 1_000) } ?? .null,
        ]
    }
}
