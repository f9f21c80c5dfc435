package import JSON
package import Postgres

/// A change with its whole history.
package struct ChangeDetail: Sendable {
    package struct Attempt: Sendable {
        package let number: Int
        package let outcome: String
        package let recordedAt: Timestamp
        package let worker: String?
        package let errorClass: String?
        package let errorMessage: String?
        package let errorColumn: String?
        /// The message with the column it concerns.
        package let failure: String?
        package let milliseconds: Double?

        init(_ row: Row) throws {
            number = try row.decode("attempt")
            outcome = try row.decode("outcome")
            recordedAt = try row.decode("recorded_at")
            worker = try row.decode("worker")
            errorClass = try row.decode("error_class")
            errorMessage = try row.decode("error_message")
            errorColumn = try row.decode("error_column")
            failure = try row.decode("failure")
            milliseconds = try row.decode("milliseconds")
        }
    }

    package let id: Int64
    package let table: String
    package let recordID: String
    package let action: String
    package let capturedAt: Timestamp
    package let transactionID: UInt64
    package let origin: String?
    package let correlationID: String?
    /// The row after the change; for a delete, the row before it.
    package let data: JSONValue?
    package let oldData: JSONValue?
    /// What its image is encrypted for; nil if it is not.
    package let imageKey: String?
    /// Whether its table was only logged.
    package let isUnposted: Bool
    /// nil once it is finished.
    package let waiting: WaitingChange?
    package let attempts: [Attempt]

    init(_ row: Row, waiting: WaitingChange?, attempts: [Attempt]) throws {
        id = try row.decode("id")
        table = try row.decode("table_name")
        recordID = try row.decode("record_id")
        action = try row.decode("action")
        capturedAt = try row.decode("captured_at")
        transactionID = try row.decode("captured_xid")
        origin = try row.decode("origin")
        correlationID = try row.decode("correlation_id")
        data = try row.decode("data", as: JSONText?.self)?.image
        oldData = try row.decode("old_data", as: JSONText?.self)?.image
        imageKey = try row.decode("image_key")
        isUnposted = try row.decode("is_unposted")
        self.waiting = waiting
        self.attempts = attempts
    }
}

extension JSONText {
    /// The image of a row; as text if it is nested too deeply to parse.
    var image: JSONValue { (try? JSONValue(parsing: text)) ?? .string(text) }
}

/// Where a given change is.
package struct ChangeFate: Sendable, Equatable {
    package let id: Int64
    /// What it waits for; nil when it does not wait.
    package let state: WaitingChange.State?
    /// How it ended, or its last attempt.
    package let outcome: String?
    /// Whether it has failed and is not about to be retried anyway.
    package let canBeRetried: Bool
    package let isKnown: Bool

    init(_ row: Row) throws {
        id = try row.decode("id")
        state = try row.decode("state", as: String?.self).flatMap(WaitingChange.State.init)
        outcome = try row.decode("outcome")
        canBeRetried = try row.decode("can_be_retried")
        isKnown = try row.decode("is_known")
    }

    /// Why it cannot be retried or ended.
    package var explanation: String {
        switch state {
        case .ready?: "it waits to be posted"
        case .scheduled?: "it waits for its time"
        case .paused?: "its table is paused"
        case .working?: "it is being worked on"
        case .dead?: "it is a dead letter"
        case nil: isKnown ? "it is finished\(outcome.map { ": \($0)" } ?? "")" : "unknown change"
        }
    }
}
