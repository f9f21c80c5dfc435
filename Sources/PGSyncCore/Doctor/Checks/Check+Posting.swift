extension Check {
    static let posting = [
        isPosting, workers, queueSize, oldestChange, deadLetters, exhausted, lost, duties, schedules, jobs,
        imports, ranges,
    ]

    /// A change that is ready and waits longer than this waits for a reason.
    private static let longWait = Duration.seconds(300)

    static let isPosting = Check("posting.paused", .posting, \.posting) { posting in
        if posting.isPaused {
            return .warning(
                "posting is paused; \(waiting(posting))",
                "Changes are captured, but nothing is posted until someone resumes posting.",
                remedy: "pgsync resume"
            )
        }
        guard posting.pausedTables.isEmpty else {
            return .warning(
                "paused: \(posting.pausedTables.joined(separator: ", "))",
                "Their changes are captured and wait until someone resumes them.",
                remedy: "pgsync resume TABLE"
            )
        }
        guard posting.isRealTime else {
            return .note(
                "enable_real_time_sync is false",
                "A worker posts nothing without --drain or --once; something must run one of these regularly."
            )
        }
        return .ok("nothing is paused")
    }

    static let workers = Check("posting.worker", .posting, \.posting) { posting in
        guard posting.workers == 0 else { return .ok("\(Quantity.count(posting.workers, "worker")) running") }
        guard posting.oldestReady != nil, posting.isRealTime, !posting.isPaused else {
            return .ok("no worker runs, and nothing waits for one")
        }
        return .warning(
            "no worker runs; \(waiting(posting))",
            "Nothing is posted until a worker runs.",
            remedy: "pgsync worker    (or, to post what is ready and exit: pgsync worker --drain)"
        )
    }

    static let queueSize = Check("posting.queue_size", .posting, \.posting) { posting in
        guard posting.waiting > posting.sizeThreshold else { return .ok(waiting(posting)) }
        return .warning(
            "\(waiting(posting)), above alert_threshold_queue_size (\(posting.sizeThreshold))",
            "Changes arrive faster than they are posted, or something blocks posting.",
            remedy: "pgsync status    (shows what waits and why)"
        )
    }

    static let oldestChange = Check("posting.oldest", .posting, \.posting) { posting in
        guard let oldest = posting.oldestReady else { return .ok("no change is ready to post") }
        let found = "the oldest change that is ready to post has waited for \(Quantity.time(oldest))"
        // If no worker runs, another finding says so.
        guard oldest > longWait, posting.workers > 0, !posting.isPaused, posting.isRealTime else {
            return .ok(found)
        }
        return .warning(
            found,
            "A worker runs but does not post it: the worker is far behind, or cannot post.",
            remedy: "pgsync status    (and the worker's log)"
        )
    }

    static let deadLetters = Check("posting.dead", .posting, \.posting) { posting in
        let count = posting.dead.reduce(0) { $0 + $1.count }
        guard count > 0 else { return .ok("no dead letters") }
        return .warning(
            "\(Quantity.count(count, "dead letter")): \(classes(posting.dead))",
            "These changes failed and are not retried until someone decides.",
            remedy: "pgsync dead list    (then pgsync dead retry, or dead resolve)"
        )
    }

    static let exhausted = Check("posting.attempts", .posting, \.posting) { posting in
        let exhausted = posting.dead.filter(\.isExhausted)
        guard !exhausted.isEmpty else { return .ok("no change has used up its attempts") }
        return .warning(
            "\(Quantity.count(exhausted.reduce(0) { $0 + $1.count }, "change")) used up all attempts: \(classes(exhausted))",
            "The cause lasted longer than max_retry_attempts and retry_delay_seconds allow.",
            remedy: "pgsync dead retry --class \(exhausted[0].errorClass)    (once the cause is gone)"
        )
    }

    static let lost = Check("posting.lost", .posting, \.posting) { posting in
        guard !posting.lost.isEmpty else { return .ok("each of the newest changes waits or is finished") }
        let count = posting.lost.reduce(0) { $0 + $1.count }
        let others = posting.lost.count - tablesShown
        return .problem(
            "\(Quantity.count(count, "change")) neither wait\(count == 1 ? "s" : "") nor \(count == 1 ? "is" : "are") over: "
                + posting.lost.prefix(tablesShown).map { lost in
                    "\(lost.count) of \(lost.table) from \(lost.firstChange) on"
                }.joined(separator: ", ")
                + (others > 0 ? " and those of \(Quantity.count(others, "other table"))" : ""),
            "Somebody took them out of the queue by hand, so the ledger does not know of them. pgsync.lost_changes() "
                + "lists them.",
            remedy:
                "insert into pgsync.sync_queue (log_id, slot) select id, slot from pgsync.sync_logs where id in "
                + "(select log_id from pgsync.lost_changes());    (as the owner of the schema; they are posted, or "
                + "found overtaken)"
        )
    }

    /// A finding is one line, however many tables there are.
    private static let tablesShown = 3

    static let schedules = Check("posting.schedules", .posting, \.posting) { posting in
        guard let first = posting.lateSchedules.first else { return .ok("no schedule is late") }
        return .warning(
            "schedule \(first.name) was due \(Quantity.time(first.age)) ago" + others(posting.lateSchedules),
            "No worker leads that takes schedules: none runs, or only some with --poll, --drain or --once.",
            remedy: "pgsync worker    (if one runs: pgsync status shows what it fails at)"
        )
    }

    static let jobs = Check("posting.jobs", .posting, \.posting) { posting in
        guard let first = posting.interruptedJobs.first else { return .ok("no job is interrupted") }
        return .warning(
            "job \(first.name) was interrupted \(Quantity.time(first.age)) ago"
                + others(posting.interruptedJobs),
            "Its session ended before it did, and nobody continues it.",
            remedy:
                "pgsync jobs list --state interrupted    (jobs show says how to continue; jobs cancel ends it)"
        )
    }

    static let imports = Check("posting.imports", .posting, \.posting) { posting in
        guard !posting.imports.isEmpty else { return .ok("no import is in force") }
        let names = posting.imports.prefix(tablesShown).joined(separator: ", ")
        guard posting.importers == 0 else {
            return .ok(
                "\(Quantity.count(posting.importers, "worker")) run\(posting.importers == 1 ? "s" : "") imports"
            )
        }
        guard posting.workers > 0 else {
            return .note(
                "imports are in force (\(names)), and no worker runs",
                "What is asked for in the background waits for one; pgsync import run fetches by itself."
            )
        }
        return .warning(
            "imports are in force (\(names)), and no worker may run them",
            "The logins of the workers are not in pgsync_importer, so that runs wait.",
            remedy:
                "grant pgsync_importer to LOGIN;    (and write access to the tables; then restart the worker)"
        )
    }

    private static func others(_ late: [ServerFacts.Posting.Late]) -> String {
        late.count > 1 ? " (and \(late.count - 1) more)" : ""
    }

    static let duties = Check("posting.housekeeping", .posting, \.posting) { posting in
        guard let first = posting.failingDuties.first else {
            return .ok(
                posting.workers == 0 ? "no worker runs other duties" : "the workers' other duties succeed"
            )
        }
        let others = posting.failingDuties.count - 1
        return .warning(
            "worker \(first.worker) fails at \(first.duty): \(first.reason)"
                + (others > 0 ? " (and \(others) more)" : ""),
            "Its work besides posting, such as inspecting capture, is not done.",
            remedy: "Fix the cause; the worker retries by itself"
        )
    }

    static let ranges = Check("posting.ranges", .posting, \.posting) { posting in
        guard let first = posting.ranges.first(where: { $0.severity == .problem }) ?? posting.ranges.first
        else {
            return .ok("ranges of ids are ready for the next changes")
        }
        let others = posting.ranges.count - 1
        let found = first.found + (others > 0 ? " (and \(others) more)" : "")
        let meaning = "The log is kept in ranges of changes, so that old ones can be dropped."
        return first.severity == .problem
            ? .problem(found, meaning, remedy: first.remedy) : .warning(found, meaning, remedy: first.remedy)
    }

    private static func waiting(_ posting: ServerFacts.Posting) -> String {
        switch posting.waiting {
        case 0: "nothing waits"
        case 1: "1 change waits"
        default: "\(posting.waiting) changes wait"
        }
    }

    private static func classes(_ dead: [ServerFacts.Posting.DeadLetters]) -> String {
        dead.map { "\($0.count) \($0.errorClass)" }.joined(separator: ", ")
    }
}
