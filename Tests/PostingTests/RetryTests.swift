import Postgres
import TestSupport
import Testing

@Suite("Trying again", .posting, .timeLimit(.minutes(2)))
struct RetryTests {
    let database = TestDatabase.current

    private func configure(_ settings: [String: String]) async throws {
        for (key, value) in settings {
            try await database.run("select pgsync.set_configuration('\(key)', '\(value)')")
        }
    }

    private static let due = "update pgsync.sync_queue set scheduled_at = now();"

    @Test("waits longer each time, spread by a tenth, up to a day, and then for a person")
    func backsOff() async throws {
        try await configure([
            "permanent_error_classes": "rule.*", "retry_delay_seconds": "60", "retry_backoff_multiplier": "3",
        ])
        try await database.run("insert into bills (id) select g from generate_series(1, 100) as g")
        for wait in [60.0, 180, 540, 1620] {
            #expect(try await database.post(Self.due, limit: 200) == "failed 100")
            let waits = try await database.lines(
                """
                select format('%s %s %s %s', count(*) filter (where wait < \(0.9 * wait - 1)), count(*) filter (where wait > \(1.1 * wait + 1)),
                    count(*) filter (where wait < \(wait)) > 10, count(*) filter (where wait > \(wait)) > 10)
                from (select extract(epoch from scheduled_at - last_sync_attempt) as wait from pgsync.sync_queue) as waited
                """
            )
            #expect(waits == ["0 0 t t"])
        }
        #expect(try await database.post() == "nothing")
        #expect(try await database.post(Self.due, limit: 200) == "failed 100")
        #expect(
            try await database.lines(
                "select distinct concat_ws(' ', sync_status, retry_count, max_retries, attempts, scheduled_at) from pgsync.sync_queue"
            )
                == ["failed 5 5 5"]
        )
        try await database.expectNoFaults()
    }

    @Test("never waits longer than a day")
    func bounded() async throws {
        try await configure([
            "permanent_error_classes": "none", "retry_delay_seconds": "86400",
            "retry_backoff_multiplier": "10",
            "max_retry_attempts": "1000",
        ])
        _ = try await database.post("insert into bills (id) values (1)")
        try await database.run("update pgsync.sync_queue set retry_count = 900, scheduled_at = now()")
        #expect(try await database.post() == "failed 1")
        #expect(
            try await database.value(
                "select scheduled_at - last_sync_attempt <= '1 day' and sync_status = 'pending' from pgsync.sync_queue"
            ) == "t"
        )
    }

    private static let oddCounts = [-2_147_483_648, -1, 1_000_001, 2_147_483_647]
    private static let oddTimes = [
        "now()", "null", "'-infinity'", "'infinity'", "'4713-01-01 BC'", "'294276-12-31'",
    ]

    @Test("goes on, whatever an operator has written into the queue", arguments: oddCounts, oddTimes)
    func oddUpdates(count: Int, time: String) async throws {
        try await configure(["permanent_error_classes": "rule.*", "max_retry_attempts": "2"])
        try await database.run("insert into bills (id) values (1), (2), (3)")
        #expect(try await database.post() == "failed 3")
        try await database.run(
            """
            update pgsync.sync_queue set scheduled_at = now();
            select pgsync.process_batch('test');
            update pgsync.sync_queue set locked_at = now() where log_id = 3;
            set role pgsync_operator;
            update pgsync.sync_queue set retry_count = \(count), scheduled_at = \(time)
            """
        )
        #expect(
            try await database.post("insert into bills (id, amount) values (4, 4)", isolate: true)?
                .contains("posted 1") == true
        )
        try await database.run(
            """
            select pgsync.begin_careful('test', holds_slot => false);
            select pgsync.waiting_counts(), pgsync.survey_queue(), pgsync.queue_size(), pgsync.backlog(),
                pgsync.failures(), pgsync.trace('bills', '1');
            table pgsync.waiting_changes; table pgsync.sync_log_status;
            update pgsync.sync_queue set locked_at = null;
            update pgsync.sync_queue set scheduled_at = now();
            select pgsync.process_batch('test')
            """
        )
        #expect(
            try await database.value(
                """
                update pgsync.sync_queue set scheduled_at = now();
                select pgsync.process_batch('test');
                select count(*) from pgsync.sync_queue where retry_count not between 1 and 1000001
                """
            ) == "0"
        )
    }

    @Test("goes on with whatever value of a setting an operator may write")
    func oddSettings() async throws {
        try await configure(["permanent_error_classes": "rule.*"])
        _ = try await database.post("insert into bills (id) values (1)")
        let keys = try await database.lines("select config_key from pgsync.sync_configuration order by 1")
        var accepted = 0
        for key in keys {
            for value in [
                "", " ", "-1", "0", "1e400", "NaN", "infinity", "-infinity", "2147483648",
                "9223372036854775808", "0x1", "1_0",
                "yes", "%", "data.%", "*", "UTC0", "posix/UTC", "null",
            ] {
                do {
                    try await database.run(
                        "set role pgsync_operator; update pgsync.sync_configuration set config_value = '\(value)' where config_key = '\(key)'"
                    )
                } catch is PostgresError { continue }
                accepted += 1
                try await database.run(
                    """
                    update pgsync.sync_queue set scheduled_at = now();
                    insert into bills (id, amount) values (\(100 + accepted), 4);
                    select pgsync.process_batch('test'); select pgsync.begin_careful('test', holds_slot => false);
                    select pgsync.reset_configuration('\(key)'); update pgsync.sync_queue set locked_at = null;
                    select pgsync.process_batch('test');
                    """
                )
                #expect(
                    try await database.value("select count(*) from ledger.journal_entries") == "\(accepted)",
                    "\(key) = \(value)"
                )
            }
        }
        #expect(accepted > 0)
    }

    @Test("follows the settings as they are, and the class of the failure")
    func live() async throws {
        _ = try await database.post("insert into bills (id) values (1)")
        #expect(
            try await database.lines(
                "select concat_ws(' ', sync_status, retry_count, max_retries) from pgsync.sync_queue"
            ) == ["failed 1 1"]
        )
        try await configure([
            "permanent_error_classes": "rule.*, data.unknown_mode", "max_retry_attempts": "3",
            "retry_delay_seconds": "0",
        ])
        _ = try await database.post(
            "insert into bills (id, amount) values (2, -1); insert into notes values (1, 1)"
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', error_class, sync_status, retry_count, max_retries) from pgsync.sync_queue order by log_id"
            )
                == ["data.missing failed 1 1", "data.negative pending 1 3", "rule.missing failed 1 1"]
        )
        #expect(try await database.post() == "failed 1")
        try await configure(["max_retry_attempts": "2"])
        #expect(try await database.post() == "failed 1")
        #expect(
            try await database.lines(
                "select concat_ws(' ', sync_status, retry_count, max_retries) from pgsync.sync_queue where log_id = 2"
            ) == ["failed 3 2"]
        )
        try await database.expectNoFaults()
    }

    @Test("is what the classic update by an operator brings about, or setting a time alone")
    func classic() async throws {
        _ = try await database.post("insert into bills (id) values (1), (2)")
        try await database.run(
            "set role pgsync_operator; update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries"
        )
        #expect(
            try await database.lines(
                "select distinct concat_ws(' ', sync_status, retry_count, max_retries, attempts, scheduled_at <= now()) from pgsync.sync_queue"
            )
                == ["pending 0 5 1 t"]
        )
        #expect(try await database.post() == "failed 2")
        try await database.run(
            "set role pgsync_operator; update pgsync.sync_queue set scheduled_at = now() where log_id = 1"
        )
        #expect(try await database.post() == "failed 1")
        #expect(
            try await database.lines("select attempts from pgsync.sync_queue order by log_id") == ["3", "2"]
        )
        try await database.expectNoFaults()
    }

    @Test("is chosen by number, class, table or state")
    func chosen() async throws {
        let database = database
        _ = try await database.post(
            "insert into bills (id, amount) values (1, null), (2, -1); insert into notes values (1, 1); insert into moves (id) values (1)"
        )
        for (arguments, number) in [
            ("'{1, 3}'", 2), ("error_class => 'data.*'", 3), ("error_class => 'data.missin_'", 0),
            ("error_class => 'rule.missing'", 1), ("source => 'bills'", 2), ("only_dead => true", 4), ("", 4),
            ("'{99}'", 0),
        ] {
            let found = try await database.session { session in
                _ = try session.runScript("begin")
                let found = try session.runScript("select pgsync.retry_changes(\(arguments))").onlyRow()
                    .decode(0, as: Int.self)
                _ = try session.runScript("rollback")
                return found
            }
            #expect(found == number, "\(arguments)")
        }
    }

    @Test("asked for by fifty at once is done once")
    func parallel() async throws {
        let database = database
        for call in ["retry_changes('{1}')", "skip_changes('{1}', 'fifty times')"] {
            if call.hasPrefix("retry") { _ = try await database.post("insert into bills (id) values (1)") }
            let query = "select pgsync.\(call)"
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...50 {
                    group.addTask {
                        try await database.session { try $0.query(Query(query)).onlyRow().decode(0) }
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(counts.reduce(0, +) == 1)
            if call.hasPrefix("retry") {
                #expect(try await database.post() == "failed 1")
                #expect(try await database.lines("select count(*) from pgsync.sync_audit_log") == ["2"])
            }
        }
        #expect(
            try await database.lines("select count(*) from pgsync.sync_audit_log where outcome = 'skipped'")
                == ["1"]
        )
        try await database.expectNoFaults()
    }

    @Test("is given up for a reason, which the audit keeps")
    func skipped() async throws {
        _ = try await database.post(
            "insert into bills (id) values (1), (2); insert into bills (id, amount) values (3, 3)"
        )
        for reason in ["null", "''", "E' \\n'"] {
            #expect(
                try await database.refusal(of: "select pgsync.skip_changes('{1}', \(reason))").sqlState?.code
                    == "22023"
            )
        }
        try await database.run("update bills set amount = 4 where id = 3")
        #expect(
            try await database.value(
                "set role pgsync_operator; select pgsync.skip_changes('{1, 4, 99}', 'entered twice')"
            ) == "2"
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, attempt, error_message, worker) from pgsync.sync_audit_log where outcome = 'skipped' order by log_id"
            )
                == ["1 2 entered twice postgres", "4 1 entered twice postgres"]
        )
        #expect(try await database.outcomes() == ["1 skipped", "2 failed", "3 posted", "3 skipped"])
        try await database.expectNoFaults()
        #expect(try await database.post("update bills set amount = 5 where id = 3") == "amended 1")
        try await database.expectNoFaults()
    }
}
