package import Postgres

/// An unfinished change.
package struct WaitingChange: Sendable, Equatable {
    /// What it waits for.
    package enum State: String, Sendable, CaseIterable {
        case ready, scheduled, paused, working, dead
    }

    package let id: Int64
    package let table: String
    package let recordID: String
    package let action: String
    package let state: State
    package let capturedAt: Timestamp
    package let attempts: Int
    package let retryCount: Int
    package let maxRetries: Int
    package let scheduledAt: Timestamp?
    package let lastAttemptAt: Timestamp?
    package let errorClass: String?
    package let errorMessage: String?
    package let errorColumn: String?
    /// The message with the column it concerns.
    package let failure: String?

    init(_ row: Row) throws {
        id = try row.decode("log_id")
        table = try row.decode("table_name")
        recordID = try row.decode("record_id")
        action = try row.decode("action")
        state = State(rawValue: try row.decode("state")) ?? .ready
        capturedAt = try row.decode("captured_at")
        attempts = try row.decode("attempts")
        retryCount = try row.decode("retry_count")
        maxRetries = try row.decode("max_retries")
        scheduledAt = try row.decode("scheduled_at")
        lastAttemptAt = try row.decode("last_sync_attempt")
        errorClass = try row.decode("error_class")
        errorMessage = try row.decode("error_message")
        errorColumn = try row.decode("error_column")
        failure = try row.decode("failure")
    }
}

/// Which waiting changes are meant; all conditions must hold.
package struct QueueFilter: Sendable {
    package var state: WaitingChange.State?
    package var table: TableReference?
    /// A failure class or a family of them, such as `data.*`.
    package var errorClass: String?

    package init(
        state: WaitingChange.State? = nil,
        table: TableReference? = nil,
        errorClass: String? = nil
    ) {
        self.state = state
        self.table = table
        self.errorClass = errorClass
    }
}
