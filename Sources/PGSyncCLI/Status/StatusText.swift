import Arguments
import PGSyncStore
import Postgres

/// How everything stands, for people.
struct StatusText {
    let status: SystemStatus

    init(_ status: SystemStatus) {
        self.status = status
    }

    func text(width: Int?) -> String {
        let parts = [head, troubles, sources(width), outcomes(width), failures(width), workers(width)]
        return parts.compactMap(\.self).joined(separator: "\n")
    }

    // MARK: In general

    private var head: String {
        let lines = [
            ("database", "\(status.database), PostgreSQL \(status.server), pgsync \(Version.number)"),
            ("at", status.takenAt.toTheSecond),
            ("posting", posting),
            ("waiting", waiting),
            ("dead", dead),
            ("durability", status.durability.sentence),
        ]
        return lines.map { label, text in
            label + String(repeating: " ", count: 12 - label.count) + text + "\n"
        }.joined()
    }

    /// What keeps workers from their work, other than changes.
    private var troubles: String? {
        let locks = status.foreignLocks.map { lock in
            lock.sentence + (lock.release.map { "; to end it: \($0)" } ?? "")
        }
        let duties = status.workers.flatMap { worker in
            worker.failing.map { "\(worker.name) fails at \($0)" }
        }
        guard !locks.isEmpty || !duties.isEmpty else { return nil }
        return (locks + duties).map { "TROUBLE     \($0)\n" }.joined()
    }

    private var posting: String {
        if status.isPaused { return "PAUSED: everything waits; pgsync resume ends it" }
        if !status.isRealTime { return "only when it is scheduled: enable_real_time_sync is false" }
        return status.workers.contains { $0.state == "running" }
            ? "on" : "on, but no worker runs: pgsync worker"
    }

    /// Dead letters are part of the queue, and no part of what waits for a worker.
    private var waiting: String {
        let count = max(status.queue.changes - status.dead, 0)
        guard count > 0 else { return "nothing" }
        let changes =
            "\(status.queue.isEstimate ? "about " : "")\(count.grouped) change\(count == 1 ? "" : "s")"
        return changes + (status.oldestAt.map { ", the oldest for \(age(of: $0))" } ?? "")
    }

    private var dead: String {
        guard status.dead > 0 else { return "none" }
        return "\(number(status.dead, isCapped: status.isCapped)) \(status.dead == 1 ? "waits" : "wait")"
            + " for a person: pgsync dead list"
    }

    // MARK: Tables

    private func sources(_ width: Int?) -> String? {
        guard !status.backlog.isEmpty else {
            return "no table is attached; pgsync attach TABLE attaches one\n"
        }
        var table = TextTable([
            .init("source"), .init("waiting", .right), .init("failing", .right), .init("dead", .right),
            .init("oldest", .right), .init("rule", overflow: .wrap), .init("state"),
        ])
        for source in status.backlog {
            table.add([
                source.table, number(source.waiting, isCapped: source.isCapped),
                number(source.failing, isCapped: source.isCapped),
                number(source.dead, isCapped: source.isCapped),
                source.oldestAt.map(age) ?? "–",
                source.rules.isEmpty ? "none" : source.rules.joined(separator: ", "),
                source.pausedAt.map { "paused for \(age(of: $0))" } ?? (source.isAttached ? "" : "detached"),
            ])
        }
        return table.text(width: width)
    }

    private func outcomes(_ width: Int?) -> String? {
        let recent = status.outcomes.filter { $0.lastHour > 0 || $0.lastMinute > 0 }
        guard !recent.isEmpty else { return "no attempt in the last hour\n" }
        var table = TextTable([
            .init("outcome"), .init("last minute", .right), .init("a second", .right),
            .init("last hour", .right),
        ])
        for outcome in recent {
            table.add([
                outcome.outcome, number(outcome.lastMinute, isCapped: outcome.isMinuteCapped),
                (Double(outcome.lastMinute) / 60).short,
                number(outcome.lastHour, isCapped: outcome.isHourCapped),
            ])
        }
        return table.text(width: width)
    }

    private func failures(_ width: Int?) -> String? {
        guard !status.failures.isEmpty else { return nil }
        var table = TextTable([
            .init("failure"), .init("failing", .right), .init("dead", .right), .init("last", .right),
            .init("change", .right), .init("message", overflow: .truncate),
        ])
        for failure in status.failures {
            table.add([
                failure.errorClass, number(failure.failing, isCapped: failure.isCapped),
                number(failure.dead, isCapped: failure.isCapped),
                failure.lastAt.map { "\(age(of: $0)) ago" } ?? "–", "\(failure.lastChange)",
                failure.lastMessage ?? "",
            ])
        }
        return table.text(width: width)
    }

    private func workers(_ width: Int?) -> String? {
        guard !status.workers.isEmpty else { return nil }
        var table = TextTable([
            .init("worker"), .init("host", isOptional: true), .init("process", .right, isOptional: true),
            .init("state"),
            .init("posters", .right), .init("breaker"),
            .init("heartbeat", .right, isOptional: true), .init("up for", .right, isOptional: true),
            .init("finished", .right),
            .init("failed", .right),
        ])
        for worker in status.workers {
            table.add([
                worker.name, worker.host, "\(worker.processID)", worker.state,
                "\(worker.connectedPosters.map { "\($0) of " } ?? "")\(worker.posters)",
                worker.breaker ?? "–",
                "\(age(of: worker.heartbeatAt)) ago", age(of: worker.startedAt),
                worker.finished?.grouped ?? "–", worker.failed?.grouped ?? "–",
            ])
        }
        return table.text(width: width)
    }

    // MARK: Words

    private func age(of time: Timestamp) -> String { status.takenAt.duration(since: time).roughly }

    private func number(_ count: Int, isCapped: Bool) -> String { count.grouped + (isCapped ? "+" : "") }
}
