import JSON
import PGSyncStore
import Postgres

extension SystemStatus {
    var json: JSONValue {
        [
            "version": .string(Version.number), "database": .string(database),
            "server_version": .string(server),
            "as_of": .string(takenAt.description),
            "paused": .bool(isPaused), "real_time": .bool(isRealTime),
            "alerts": .array(alerts.map(\.json)),
            "unfinished": ["changes": JSONValue(queue.changes), "estimated": .bool(queue.isEstimate)],
            "oldest_seconds": oldestAt.map { takenAt.duration(since: $0).seconds } ?? .null,
            "dead": JSONValue(dead), "failing": JSONValue(failing), "capped": .bool(isCapped),
            "sources": .array(backlog.map { $0.json(at: takenAt) }),
            "outcomes": .array(outcomes.map(\.json)),
            "failures": .array(failures.map(\.json)),
            "workers": .array(workers.map { $0.json(at: takenAt) }),
            "foreign_locks": .array(foreignLocks.map(\.json)),
            "score": score.json,
            "durability": durability.json,
        ]
    }
}

extension SourceBacklog {
    fileprivate func json(at now: Timestamp) -> JSONValue {
        [
            "table": .string(table), "attached": .bool(isAttached),
            "paused_at": pausedAt.map { .string($0.description) } ?? .null,
            "waiting": JSONValue(waiting), "failing": JSONValue(failing), "dead": JSONValue(dead),
            "oldest_seconds": oldestAt.map { now.duration(since: $0).seconds } ?? .null,
            "capped": .bool(isCapped), "rules": rules.json,
        ]
    }
}

extension RecentOutcome {
    fileprivate var json: JSONValue {
        [
            "outcome": .string(outcome), "last_minute": JSONValue(lastMinute),
            "last_hour": JSONValue(lastHour),
            "minute_capped": .bool(isMinuteCapped), "hour_capped": .bool(isHourCapped),
        ]
    }
}

extension FailureSummary {
    fileprivate var json: JSONValue {
        [
            "error_class": .string(errorClass), "failing": JSONValue(failing), "dead": JSONValue(dead),
            "last_at": lastAt.map { .string($0.description) } ?? .null, "last_change": JSONValue(lastChange),
            "error_message": lastMessage.map(JSONValue.string) ?? .null, "capped": .bool(isCapped),
        ]
    }
}

extension WorkerState {
    fileprivate func json(at now: Timestamp) -> JSONValue {
        [
            "worker": .string(name), "host": .string(host), "process": JSONValue(processID),
            "version": .string(version), "state": .string(state), "posters": JSONValue(posters),
            "connected_posters": connectedPosters.map { JSONValue($0) } ?? .null,
            "breaker": breaker.map(JSONValue.string) ?? .null,
            "heartbeat_seconds": now.duration(since: heartbeatAt).seconds,
            "started_at": .string(startedAt.description),
            "finished": finished.map { JSONValue($0) } ?? .null,
            "failed": failed.map { JSONValue($0) } ?? .null,
            "failing": failing.json,
        ]
    }
}

extension ForeignLock {
    fileprivate var json: JSONValue {
        [
            "lock": .string(lock), "locks": JSONValue(count),
            "process": processID.map { JSONValue($0) } ?? .null, "role": role.map(JSONValue.string) ?? .null,
            "application": application.map(JSONValue.string) ?? .null,
            "taken_at": since.map { .string($0.description) } ?? .null, "consequence": .string(consequence),
        ]
    }
}

extension Durability {
    fileprivate var json: JSONValue {
        [
            "summary": .string(sentence), "fsync": .bool(syncsToDisk),
            "synchronous_commit": .string(synchronousCommit),
            "synchronous_standby_names": .string(standbyNames),
            "synchronous_standbys": synchronousStandbys.map { JSONValue($0) } ?? .null,
        ]
    }
}
