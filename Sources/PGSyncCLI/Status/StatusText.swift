import Arguments
import PGSyncStore
import Postgres

/// How everything stands, for people.
struct StatusText {
    let status: SystemStatus
    /// The rates of now, where they are known.
    var rates: String?

    func text(width: Int?) -> String {
        // What needs a person comes first, for a screen may be too short for all tables.
        let parts = [
            alerts(width), head(width), troubles(width), failures(width), workers(width), sources(width),
        ]
        return parts.compactMap(\.self).joined(separator: "\n")
    }

    // MARK: In general

    private func head(_ width: Int?) -> String {
        let lines = [
            rates.map { ("now", $0) },
            ("database", "\(status.database), PostgreSQL \(status.server), pgsync \(Version.number)"),
            ("at", status.takenAt.toTheSecond),
            ("posting", posting),
            ("waiting", waiting),
            ("dead", dead),
            ("last minute", outcomes({ $0.lastMinute }, isCapped: { $0.isMinuteCapped })),
            ("last hour", outcomes({ $0.lastHour }, isCapped: { $0.isHourCapped })),
            ("verified", verified),
            ("durability", status.durability.sentence),
        ]
        return Self.list(lines.compactMap { $0 }, width)
    }

    /// A line for each label, with what belongs to it.
    private static func list(_ lines: [(String, String)], _ width: Int?) -> String {
        guard let first = lines.first else { return "" }
        var table = TextTable([.init(first.0), .init(first.1, overflow: .wrap)])
        for line in lines.dropFirst() { table.add([line.0, line.1]) }
        return table.text(width: width)
    }

    /// What is wrong, in short.
    private func alerts(_ width: Int?) -> String? {
        guard !status.alerts.isEmpty else { return nil }
        let most = 5
        let lines = status.alerts.prefix(most).map {
            ("ALERT", "\($0.severity.rawValue) \($0.title): \($0.words)")
        }
        let more = status.alerts.count - most
        let rest = more > 0 ? [("ALERT", "\(more) more; to see all: pgsync alerts list")] : []
        var table = TextTable([.init("ALERT"), .init(lines[0].1, overflow: .truncate)])
        for line in lines.dropFirst() + rest { table.add([line.0, line.1]) }
        return table.text(width: width)
    }

    /// What keeps workers from their work, other than changes.
    private func troubles(_ width: Int?) -> String? {
        let locks = status.foreignLocks.map { lock in
            lock.sentence + (lock.release.map { "; to end it: \($0)" } ?? "")
        }
        let duties = status.workers.flatMap { worker in
            worker.failing.map { "\(worker.name) fails at \($0)" }
        }
        guard !locks.isEmpty || !duties.isEmpty else { return nil }
        return Self.list((locks + duties).map { ("TROUBLE", $0) }, width)
    }

    private var posting: String {
        if status.isPaused { return "PAUSED; to continue: pgsync resume" }
        if !status.isRealTime { return "scheduled runs only: enable_real_time_sync is false" }
        return status.workers.contains { $0.state == "running" }
            ? "on" : "on, but no worker is running; to start one: pgsync worker"
    }

    private var verified: String {
        guard let at = status.score.verifiedAt else { return "never; to verify everything: pgsync verify" }
        return "\(age(of: at)) ago, \(status.score.text)"
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
        return
            "\(number(status.dead, isCapped: status.isCapped)) dead \(status.dead == 1 ? "letter" : "letters")"
            + "; to see them: pgsync dead list"
    }

    private func outcomes(_ count: (RecentOutcome) -> Int, isCapped: (RecentOutcome) -> Bool) -> String {
        let recent = status.outcomes.filter { count($0) > 0 }
        guard !recent.isEmpty else { return "no attempt" }
        return recent.map { "\(number(count($0), isCapped: isCapped($0))) \($0.outcome)" }.joined(
            separator: ", "
        )
    }

    // MARK: Tables

    private func sources(_ width: Int?) -> String? {
        guard !status.backlog.isEmpty else {
            return "no table is attached; to attach one: pgsync attach TABLE\n"
        }
        var table = TextTable([
            .init("table"), .init("waiting", .right), .init("failing", .right), .init("dead", .right),
            .init("oldest", .right), .init("rule", overflow: .wrap, isOptional: true),
            .init("state"),
        ])
        let backlog = status.backlog.filter(\.hasWork) + status.backlog.filter { !$0.hasWork }
        for source in backlog {
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

extension SourceBacklog {
    /// Whether anything of the table waits, or needs a person.
    fileprivate var hasWork: Bool { waiting > 0 || failing > 0 || dead > 0 || pausedAt != nil || !isAttached }
}
