extension Check {
    static let upkeep = [
        statistics, autovacuum, heldSnapshots, preparedTransactions, replicationSlots, notifications,
    ]

    /// From here on an old snapshot costs noticeably.
    private static let longHeld = Duration.seconds(300)

    static let statistics = Check("upkeep.track_counts", .upkeep, \.settings) { settings in
        guard !settings.isOn("track_counts") else { return .ok("track_counts on") }
        return .warning(
            "track_counts is off",
            "Without it autovacuum does not work, and changes that bypass capture go unnoticed.",
            remedy: "alter system set track_counts = on; select pg_reload_conf();"
        )
    }

    static let autovacuum = Check("upkeep.autovacuum", .upkeep, \.settings) { settings in
        guard !settings.isOn("autovacuum") else { return .ok("autovacuum on") }
        return .warning(
            "autovacuum is off",
            "Tables grow without limit and queries get slower.",
            remedy: "alter system set autovacuum = on; select pg_reload_conf();"
        )
    }

    static let heldSnapshots = Check("upkeep.old_snapshots", .upkeep, \.heldSnapshots) { holders in
        judge(holders, none: "no old transaction", "transaction")
    }

    static let preparedTransactions = Check("upkeep.prepared", .upkeep, \.preparedTransactions) { holders in
        judge(holders, none: "no prepared transaction", "prepared transaction")
    }

    static let replicationSlots = Check("upkeep.slots", .upkeep, \.replicationSlots) { slots in
        let abandoned = slots.filter { !$0.isActive }
        guard let worst = abandoned.max(by: { $0.retainedBytes ?? 0 < $1.retainedBytes ?? 0 }) else {
            return .ok(
                slots.isEmpty
                    ? "no replication slot" : "\(Quantity.count(slots.count, "replication slot")), in use"
            )
        }
        let kept = worst.retainedBytes.map { ", \(Quantity.bytes($0)) of WAL kept" } ?? ""
        return .warning(
            "replication slot \(worst.name) is not in use\(kept)",
            "The server keeps WAL for its absent consumer until the disk is full.",
            remedy: "Start its consumer, or: select pg_drop_replication_slot('\(worst.name)');"
        )
    }

    static let notifications = Check("upkeep.notifications", .upkeep, \.notificationQueueUsage) { usage in
        let found = "notification queue \(Quantity.share(usage)) full"
        guard usage >= 0.25 else { return .ok(found) }
        return .warning(
            found,
            "A listening session is stuck in a transaction. Once the queue is full, commits with NOTIFY fail.",
            remedy:
                "select pid, state, query from pg_stat_activity order by xact_start;    (and end the oldest)"
        )
    }

    private static func judge(_ holders: [ServerFacts.Holder], none: String, _ noun: String) -> Verdict {
        guard let oldest = holders.first else { return .ok(none) }
        let found = "oldest \(noun): \(Quantity.time(oldest.age)), \(oldest.name)"
        guard oldest.age >= longHeld else { return .ok(found) }
        return .warning(
            found,
            "While it lasts, vacuum cannot remove deleted rows: tables grow and the queue gets slower.",
            remedy: "End it if nobody needs it: \(oldest.release)"
        )
    }
}
