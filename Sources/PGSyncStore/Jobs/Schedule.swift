package import Postgres

/// What runs when, and how its last runs went.
package struct Schedule: Sendable, Equatable {
    /// What a user says of it.
    package struct Definition: Sendable, Equatable {
        package var kind: String
        package var subject = "all"
        package var type: String?
        package var cron: String
        package var timeZone = "UTC"
        /// A setting that says every how many hours it runs.
        package var hoursSetting: String?
        /// An interval as PostgreSQL reads it; nil if it is never too late.
        package var tooLateAfter: String?
        package var isEnabled = true

        package init(kind: String, cron: String) {
            self.kind = kind
            self.cron = cron
        }
    }

    package let name: String
    package let definition: Definition
    /// Whether it is as pgsync comes with it.
    package let isDefault: Bool
    /// Its cron expression in words.
    package let words: String
    package let tooLate: Duration?
    package let nextRunAt: Timestamp?
    /// The same by its clocks.
    package let nextClock: String?
    /// How long ago that was due.
    package let overdue: Duration?
    package let activeJob: Int64?
    package let lastOutcome: String?
    package let lastState: String?
    package let lastNotedAt: Timestamp?
    package let lastLate: Duration?
    package let recentRuns: Int
    package let recentSkipped: Int
    package let lateShare: Double?
    package let updatedAt: Timestamp?
    package let updatedBy: String?

    init(_ row: Row) throws {
        name = try row.decode("name")
        var definition = Definition(kind: try row.decode("kind"), cron: try row.decode("cron"))
        definition.subject = try row.decode("subject")
        definition.type = try row.decode("type")
        definition.timeZone = try row.decode("time_zone")
        definition.hoursSetting = try row.decode("hours_setting")
        definition.tooLateAfter = try row.decode("too_late_text")
        definition.isEnabled = try row.decode("enabled")
        self.definition = definition
        isDefault = try row.decode("is_default")
        words = try row.decode("words", as: String?.self) ?? ""
        tooLate = try row.decode("too_late_seconds", as: Double?.self).map { .seconds($0) }
        nextRunAt = try row.decode("next_run_at")
        nextClock = try row.decode("next_clock")
        overdue = try row.decode("overdue_seconds", as: Double?.self).map { .seconds($0) }
        activeJob = try row.decode("active_job")
        lastOutcome = try row.decode("last_outcome")
        lastState = try row.decode("last_state")
        lastNotedAt = try row.decode("last_noted_at")
        lastLate = try row.decode("last_late_seconds", as: Double?.self).map { .seconds($0) }
        recentRuns = try row.decode("recent_runs")
        recentSkipped = try row.decode("recent_skipped")
        lateShare = try row.decode("share_late")
        updatedAt = try row.decode("updated_at")
        updatedBy = try row.decode("updated_by")
    }
}

/// What became of a due time, or of a run by hand.
package struct ScheduleRun: Sendable, Equatable {
    /// Nil if a user ran it by hand.
    package let dueAt: Timestamp?
    package let outcome: String
    /// How many earlier due times it stands for.
    package let missed: Int
    package let job: Int64?
    /// Of the job it started.
    package let state: String?
    package let late: Duration?
    package let duration: Duration?
    package let errorMessage: String?
    package let notedAt: Timestamp
    package let notedBy: String

    init(_ row: Row) throws {
        dueAt = try row.decode("due_at")
        outcome = try row.decode("outcome")
        missed = try row.decode("missed")
        job = try row.decode("job")
        state = try row.decode("state")
        late = try row.decode("late_seconds", as: Double?.self).map { .seconds($0) }
        duration = try row.decode("seconds", as: Double?.self).map { .seconds($0) }
        errorMessage = try row.decode("error_message")
        notedAt = try row.decode("noted_at")
        notedBy = try row.decode("noted_by")
    }
}

/// A time at which a schedule will run.
package struct ScheduledTime: Sendable, Equatable {
    package let runAt: Timestamp
    /// By the clocks of its zone.
    package let clock: String
    /// Whether its clocks skip the time that it chose.
    package let isMoved: Bool

    init(_ row: Row) throws {
        runAt = try row.decode("run_at")
        clock = try row.decode("clock")
        isMoved = try row.decode("is_moved")
    }
}
