package import JSON
package import Postgres

/// A long operation: what it is, whether somebody runs it, and how far it is.
package struct Job: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case pending, running, waiting
        /// Nobody runs it, and it has not ended.
        case interrupted
        case completed, partial, failed, cancelled

        package var hasEnded: Bool {
            switch self {
            case .pending, .running, .waiting, .interrupted: false
            case .completed, .partial, .failed, .cancelled: true
            }
        }
    }

    package let id: Int64
    package let kind: String
    package let subject: String
    package let type: String?
    package let state: State
    /// What started it; nil if it is older than the list of jobs.
    package let trigger: String?
    /// How many sessions have run it.
    package let attempts: Int
    package let phase: String?
    package let message: String?
    /// How much of the phase is done.
    package let done: Int?
    /// How much there is in all, by estimate.
    package let expected: Int?
    package let failedItems: Int
    /// What it has done, by names of its kind.
    package let counts: JSONValue
    package let errorClass: String?
    package let errorMessage: String?
    package let correlationID: String?
    package let requestedBy: String
    package let requestedAt: Timestamp
    package let startedAt: Timestamp?
    package let heartbeatAt: Timestamp?
    package let finishedAt: Timestamp?
    /// From its start to its end or to its last report.
    package let duration: Duration?
    /// How long ago it last reported.
    package let silence: Duration?
    package let cancelRequestedAt: Timestamp?
    package let cancelRequestedBy: String?

    package var isResumed: Bool { attempts > 1 }

    init(_ row: Row) throws {
        id = try row.decode("id")
        kind = try row.decode("kind")
        subject = try row.decode("subject")
        type = try row.decode("type")
        state = State(rawValue: try row.decode("state")) ?? .pending
        trigger = try row.decode("trigger")
        attempts = try row.decode("attempts")
        phase = try row.decode("phase")
        message = try row.decode("message")
        done = try row.decode("done")
        expected = try row.decode("expected")
        failedItems = try row.decode("failed_items")
        counts = try JSONValue(parsing: try row.decode("counts", as: JSONText.self).text)
        errorClass = try row.decode("error_class")
        errorMessage = try row.decode("error_message")
        correlationID = try row.decode("correlation_id")
        requestedBy = try row.decode("requested_by")
        requestedAt = try row.decode("requested_at")
        startedAt = try row.decode("started_at")
        heartbeatAt = try row.decode("heartbeat_at")
        finishedAt = try row.decode("finished_at")
        duration = try row.decode("seconds", as: Double?.self).map { .seconds($0) }
        silence = try row.decode("silent_seconds", as: Double?.self).map { .seconds($0) }
        cancelRequestedAt = try row.decode("cancel_requested_at")
        cancelRequestedBy = try row.decode("cancel_requested_by")
    }
}

/// An item that a job could not do.
package struct FailedItem: Sendable, Equatable {
    package let id: Int64
    /// What identifies it.
    package let item: String
    package let state: String
    package let attempts: Int
    package let maxAttempts: Int
    package let nextAttemptAt: Timestamp?
    package let lastSeenAt: Timestamp
    package let errorClass: String
    package let errorMessage: String
    package let errorColumn: String?

    init(_ row: Row) throws {
        id = try row.decode("id")
        item = try row.decode("item_id")
        state = try row.decode("state")
        attempts = try row.decode("attempts")
        maxAttempts = try row.decode("max_attempts")
        nextAttemptAt = try row.decode("next_attempt_at")
        lastSeenAt = try row.decode("last_seen_at")
        errorClass = try row.decode("error_class")
        errorMessage = try row.decode("error_message")
        errorColumn = try row.decode("error_column")
    }
}
