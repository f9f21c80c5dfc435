package import JSON
package import Postgres

/// Where news of alerts goes, and how that works at present.
package struct Channel: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case notify, command, webhook, slack, mail
    }

    package let name: String
    package let kind: Kind
    package let settings: JSONValue
    /// Where the secret is found: never itself.
    package let secret: String?
    /// The same for the secret before.
    package let previousSecret: String?
    package let minSeverity: String
    package let isEnabled: Bool
    /// Why it was disabled by itself.
    package let disabledReason: String?
    package let failures: Int
    package let failingSince: Timestamp?
    package let notBefore: Timestamp?
    package let lastOKAt: Timestamp?
    package let lastErrorAt: Timestamp?
    package let lastErrorClass: String?
    package let lastErrorMessage: String?
    /// How many messages are still to be sent.
    package let waiting: Int

    init(_ row: Row) throws {
        name = try row.decode("name")
        let kind: String = try row.decode("kind")
        guard let known = Kind(rawValue: kind) else {
            throw StoreError.invalidValue(reason: "unknown kind \(kind)")
        }
        self.kind = known
        settings = try JSONValue(parsing: try row.decode("settings", as: JSONText.self).text)
        secret = try row.decode("secret")
        previousSecret = try row.decode("previous_secret")
        minSeverity = try row.decode("min_severity")
        isEnabled = try row.decode("enabled")
        disabledReason = try row.decode("disabled_reason")
        failures = try row.decode("failures_in_a_row")
        failingSince = try row.decode("failing_since")
        notBefore = try row.decode("not_before")
        lastOKAt = try row.decode("last_ok_at")
        lastErrorAt = try row.decode("last_error_at")
        lastErrorClass = try row.decode("last_error_class")
        lastErrorMessage = try row.decode("last_error_message")
        waiting = try row.decode("waiting")
    }

    /// A setting that is a list of texts; empty without it.
    package func list(_ setting: String) -> [String] { (settings[setting]?.array ?? []).compactMap(\.string) }

    /// A setting that is a number, also where it is written as a text.
    package func number(_ setting: String) -> Int? {
        settings[setting]?.number?.int ?? settings[setting]?.string.flatMap { Int($0) }
    }
}

/// One message for one channel.
package struct Delivery: Sendable, Equatable {
    package var id: Int64 = 0
    /// Whose turn it is.
    package var taking = ""
    package var alert: Int64
    package var event: String
    package var severity: String
    package var subject: String
    package var body: JSONObject
    /// The same in each attempt.
    package var messageID: String
    /// The same for all messages of an alert.
    package var thread: String
    package var createdAt: Timestamp

    package init(
        alert: Int64,
        event: String,
        severity: String,
        subject: String,
        body: JSONObject,
        messageID: String,
        thread: String,
        createdAt: Timestamp
    ) {
        self.alert = alert
        self.event = event
        self.severity = severity
        self.subject = subject
        self.body = body
        self.messageID = messageID
        self.thread = thread
        self.createdAt = createdAt
    }

    init(_ row: Row) throws {
        self.init(
            alert: try row.decode("alert"),
            event: try row.decode("event"),
            severity: try row.decode("severity"),
            subject: try row.decode("subject"),
            body: try JSONValue(parsing: try row.decode("body", as: JSONText.self).text).object
                ?? JSONObject(),
            messageID: try row.decode("message_id"),
            thread: try row.decode("thread"),
            createdAt: try row.decode("created_at")
        )
        id = try row.decode("delivery")
        taking = try row.decode("taking")
    }
}
