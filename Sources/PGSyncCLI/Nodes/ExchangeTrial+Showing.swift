import JSON
import PGSyncNodes

extension ExchangeTrial.Outcome {
    var json: JSONValue {
        func list(_ parts: [(table: String, records: Int)]) -> JSONValue {
            .array(parts.map { ["table": .string($0.table), "records": JSONValue($0.records)] })
        }
        return [
            "dry_run": true, "would_send": list(outgoing), "would_take": list(incoming),
            "has_more": .bool(hasMore),
            "error_message": problem.map { .string($0) } ?? .null,
        ]
    }

    var lines: [String] {
        func text(_ parts: [(table: String, records: Int)]) -> String {
            parts.isEmpty ? "nothing" : parts.map { "\($0.records) of \($0.table)" }.joined(separator: ", ")
        }
        return [
            "would send: \(text(outgoing))",
            problem.map { "the master: \($0)" }
                ?? "would take: \(text(incoming))\(hasMore ? ", and more" : "")",
        ]
    }
}
