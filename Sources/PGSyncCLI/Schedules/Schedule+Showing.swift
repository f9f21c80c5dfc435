import Arguments
import JSON
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of a schedule.
    static func schedule(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.schedules.command, help: "The schedule.")
    }
}

extension Schedule {
    /// What its last run came to.
    var lastText: String {
        guard let lastOutcome else { return "never" }
        return lastOutcome == "started" ? lastState ?? "started" : lastOutcome.replacing("_", with: " ")
    }

    /// When it runs next, by its clocks and in UTC.
    var nextText: String {
        guard let nextRunAt else { return definition.isEnabled ? "once a worker leads" : "disabled" }
        if let overdue, overdue > .seconds(60) { return "late by \(overdue.roughly)" }
        let utc = nextRunAt.toTheMinute
        return definition.timeZone == "UTC" ? utc : "\(nextClock ?? "") · \(utc)"
    }

    var wordsText: String {
        words + (definition.hoursSetting.map { ", every so many hours as \($0) says" } ?? "")
    }

    var json: JSONValue {
        [
            "schedule": .string(name), "kind": .string(definition.kind),
            "subject": .string(definition.subject),
            "type": definition.type.map(JSONValue.string) ?? .null, "enabled": .bool(definition.isEnabled),
            "as_installed": .bool(isDefault), "cron": .string(definition.cron), "words": .string(words),
            "time_zone": .string(definition.timeZone),
            "hours_setting": definition.hoursSetting.map(JSONValue.string) ?? .null,
            "too_late_seconds": tooLate?.seconds ?? .null,
            "next_at": nextRunAt.map { .string($0.description) } ?? .null,
            "overdue_seconds": overdue?.seconds ?? .null,
            "job": activeJob.map { JSONValue($0) } ?? .null,
            "last_outcome": lastOutcome.map(JSONValue.string) ?? .null,
            "last_state": lastState.map(JSONValue.string) ?? .null,
            "last_at": lastNotedAt.map { .string($0.description) } ?? .null,
            "late_seconds": lastLate?.seconds ?? .null,
            "late_share": lateShare.map { JSONValue($0) } ?? .null,
            "runs": JSONValue(recentRuns), "skipped_runs": JSONValue(recentSkipped),
            "updated_at": updatedAt.map { .string($0.description) } ?? .null,
            "updated_by": updatedBy.map(JSONValue.string) ?? .null,
        ]
    }
}

extension ScheduleRun {
    var json: JSONValue {
        [
            "due_at": dueAt.map { .string($0.description) } ?? .null, "outcome": .string(outcome),
            "missed": JSONValue(missed), "job": job.map { JSONValue($0) } ?? .null,
            "state": state.map(JSONValue.string) ?? .null, "late_seconds": late?.seconds ?? .null,
            "seconds": duration?.seconds ?? .null,
            "error_message": errorMessage.map(JSONValue.string) ?? .null,
            "noted_at": .string(notedAt.description), "noted_by": .string(notedBy),
        ]
    }

    /// What became of it, in words.
    var text: String {
        let missedText = missed > 0 ? "missed \(missed.grouped), caught up once" : nil
        if outcome == "skipped" { return "job \(job.map { "\($0)" } ?? "") had not ended" }
        let reason = outcome == "too_late" ? "too late" : nil
        return [reason, missedText, errorMessage].compactMap(\.self).joined(separator: "; ")
    }
}

extension ScheduledTime {
    var json: JSONValue {
        ["run_at": .string(runAt.description), "local": .string(clock), "moved": .bool(isMoved)]
    }
}
