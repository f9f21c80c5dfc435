package import Postgres

/// Something that is wrong, or was.
package struct Alert: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// It has not been wrong for long enough, or no check has seen it yet.
        case pending
        case firing, acknowledged, silenced, resolved
    }

    package enum Severity: String, Sendable, CaseIterable, Comparable {
        case low, medium, high, critical

        package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Nil if no check has seen it yet.
    package let id: Int64?
    package let kind: String
    package let table: String?
    package let errorClass: String?
    package let state: State
    package let severity: Severity
    /// Whether it is wrong now; if not, it is about to be resolved.
    package let isTrue: Bool
    /// What was measured and its limit, both of the unit.
    package let value: Double?
    package let threshold: Double?
    package let unit: String?
    package let words: String
    package let remedy: String?
    /// Since when it is wrong, where that is known.
    package let since: Timestamp?
    /// What explains it, so that it is not told.
    package let inhibitedBy: String?
    /// How many checks have found it.
    package let seen: Int
    package let firstSeenAt: Timestamp?
    package let lastSeenAt: Timestamp?
    package let raisedAt: Timestamp?
    package let resolvedAt: Timestamp?
    package let acknowledgedAt: Timestamp?
    package let acknowledgedBy: String?
    package let acknowledgedUntil: Timestamp?
    package let note: String?
    package let toldAt: Timestamp?
    package let silence: Int64?

    init(_ row: Row) throws {
        id = try row.decode("id")
        kind = try row.decode("kind")
        table = try row.decode("table_name")
        errorClass = try row.decode("class")
        state = State(rawValue: try row.decode("state")) ?? .firing
        severity = Severity(rawValue: try row.decode("severity")) ?? .critical
        isTrue = try row.decode("is_true")
        value = try row.decode("value")
        threshold = try row.decode("threshold")
        unit = try row.decode("unit")
        words = try row.decode("words")
        remedy = try row.decode("remedy")
        since = try row.decode("since")
        inhibitedBy = try row.decode("inhibited_by")
        seen = try row.decode("seen")
        firstSeenAt = try row.decode("first_seen_at")
        lastSeenAt = try row.decode("last_seen_at")
        raisedAt = try row.decode("raised_at")
        resolvedAt = try row.decode("resolved_at")
        acknowledgedAt = try row.decode("acknowledged_at")
        acknowledgedBy = try row.decode("acknowledged_by")
        acknowledgedUntil = try row.decode("acknowledged_until")
        note = try row.decode("note")
        toldAt = try row.decode("told_at")
        silence = try row.decode("silence")
    }

    /// Whether somebody should look at it now.
    package var demandsAttention: Bool {
        isTrue && inhibitedBy == nil && (state == .firing || state == .pending)
    }

    /// What distinguishes it from others, whatever it measures.
    package var identity: String { "\(kind) \(table ?? "") \(errorClass ?? "")" }
}

/// What is not told for a time.
package struct AlertSilence: Sendable, Equatable {
    package let id: Int64
    package let kind: String?
    package let table: String?
    package let errorClass: String?
    package let endsAt: Timestamp
    package let reason: String
    package let user: String

    init(_ row: Row) throws {
        id = try row.decode("id")
        kind = try row.decode("kind")
        table = try row.decode("table_name")
        errorClass = try row.decode("class")
        endsAt = try row.decode("ends_at")
        reason = try row.decode("reason")
        user = try row.decode("created_by")
    }
}

/// How many alerts of a kind and severity fire.
package struct FiringAlerts: Sendable, Equatable {
    package let kind: String
    package let severity: String
    package let count: Int
}

/// When alerts were last checked.
package struct AlertCheck: Sendable, Equatable {
    /// Nil if they never were.
    package let checkedAt: Timestamp?
    package let checkedBy: String?
    package let age: Duration?
}
