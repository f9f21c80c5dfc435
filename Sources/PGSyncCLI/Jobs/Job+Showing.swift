import JSON
import PGSyncOperations
import PGSyncStore
import Postgres

extension Job {
    /// How far it is, as a person says it.
    var progressText: String {
        guard let done else { return "" }
        guard let expected, expected > 0, !state.hasEnded else { return done.grouped }
        let percent = min(done * 100 / expected, 100)
        return "\(done.grouped) of \(expected.grouped), \(percent)%"
    }

    /// Which job it is.
    var title: String { "job \(id), \(kind) of \(subject)" }

    /// What to do about an interruption.
    var remedy: String {
        kind == "backfill"
            ? "to continue: pgsync backfill \(subject.shellWord)"
            : JobOperations.all.contains { $0.kind == kind } || kind == "import"
                ? "the leading worker resumes it" : "whoever begins it again resumes it"
    }

    var json: JSONValue {
        [
            "job": JSONValue(id), "kind": .string(kind), "subject": .string(subject),
            "type": type.map(JSONValue.string) ?? .null, "state": .string(state.rawValue),
            "trigger": trigger.map(JSONValue.string) ?? .null, "attempts": JSONValue(attempts),
            "resumed": .bool(isResumed), "phase": phase.map(JSONValue.string) ?? .null,
            "message": message.map(JSONValue.string) ?? .null,
            "done": done.map { JSONValue($0) } ?? .null,
            "expected": expected.map { JSONValue($0) } ?? .null,
            "failed_items": JSONValue(failedItems), "counts": counts,
            "error_class": errorClass.map(JSONValue.string) ?? .null,
            "error_message": errorMessage.map(JSONValue.string) ?? .null,
            "correlation_id": correlationID.map(JSONValue.string) ?? .null,
            "requested_by": .string(requestedBy), "requested_at": .string(requestedAt.description),
            "started_at": startedAt.map { .string($0.description) } ?? .null,
            "heartbeat_at": heartbeatAt.map { .string($0.description) } ?? .null,
            "finished_at": finishedAt.map { .string($0.description) } ?? .null,
            "seconds": duration?.seconds ?? .null,
            "cancel_requested_at": cancelRequestedAt.map { .string($0.description) } ?? .null,
            "cancel_requested_by": cancelRequestedBy.map(JSONValue.string) ?? .null,
        ]
    }
}

extension FailedItem {
    var json: JSONValue {
        [
            "failed_item": JSONValue(id), "item": .string(item), "state": .string(state),
            "attempts": JSONValue(attempts), "max_attempts": JSONValue(maxAttempts),
            "next_at": nextAttemptAt.map { .string($0.description) } ?? .null,
            "last_at": .string(lastSeenAt.description), "error_class": .string(errorClass),
            "error_message": .string(errorMessage),
            "error_column": errorColumn.map(JSONValue.string) ?? .null,
        ]
    }
}
