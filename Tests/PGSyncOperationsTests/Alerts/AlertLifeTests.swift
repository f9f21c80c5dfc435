// Long because each step in the life of an alert is tried here with the same database.
import Postgres
import TestSupport
import Testing

@Suite("The life of an alert", .alerts, .timeLimit(.minutes(5)))
struct AlertLifeTests {
    private let database = TestDatabase.current

    private func state(_ kind: String = "SCHEDULE_LATE") async throws -> [String] {
        try await database.lines("select state from pgsync.sync_alerts where kind = '\(kind)' order by id")
    }

    private func notices(_ kind: String = "SCHEDULE_LATE") async throws -> [String] {
        try await database.lines(
            "select event || ' ' || severity from pgsync.alert_notices where group_key = '\(kind)' order by id"
        )
    }

    /// Makes a schedule late as of a time, or not.
    private func late(_ isLate: Bool, _ start: String) async throws {
        try await database.run(
            """
            update pgsync.sync_schedules
            set next_run_at = '\(start)'::timestamptz + interval '\(isLate ? "-1 hour" : "1 year")'
            where name = 'retention'
            """
        )
    }

    @Test("that flips 120 times within an hour is raised once, and told once")
    func flips() async throws {
        let start = try await database.start()
        for flip in 0..<120 {
            try await late(flip.isMultiple(of: 2), start)
            try await database.check(start, 30 * flip)
            try await database.check(start, 30 * flip + 15)
        }
        #expect(try await state() == ["firing"])
        #expect(try await notices() == ["raised medium"])
        #expect(
            try await database.value("select seen from pgsync.sync_alerts where kind = 'SCHEDULE_LATE'")
                == "120"
        )
        try await late(false, start)
        try await database.check(start, 3860)
        #expect(try await state() == ["firing"])
        try await database.check(start, 3900)
        #expect(try await state() == ["resolved"])
        #expect(try await notices() == ["raised medium"])
        try await database.check(start, 3930)
        #expect(try await notices() == ["raised medium", "resolved medium"])
    }

    @Test("begins when it has been wrong for a while, or at once if it is critical, and ends late")
    func forAndKeep() async throws {
        let start = try await database.start()
        try await late(true, start)
        try await database.run(
            """
            insert into pgsync.chain_verifications (state, from_seq, to_seq, next_seq, findings, finished_at)
            values ('broken', 1, 3, 4, 2, now())
            """
        )
        try await database.check(start, 0)
        #expect(try await state() == ["pending"])
        #expect(try await state("CHAIN_BROKEN") == ["firing"])
        try await database.check(start, 29)
        #expect(try await state() == ["pending"])
        // It was right meanwhile.
        try await late(false, start)
        try await database.check(start, 30)
        try await database.check(start, 61)
        #expect(try await state() == [])
        try await late(true, start)
        try await database.check(start, 70)
        try await database.check(start, 100)
        #expect(try await state() == ["firing"])
        try await late(false, start)
        try await database.check(start, 110)
        try await database.check(start, 409)
        #expect(try await state() == ["firing"])
        try await database.check(start, 410)
        #expect(try await state() == ["resolved"])
        // The next time it is another one.
        try await late(true, start)
        try await database.check(start, 1000)
        try await database.check(start, 1030)
        #expect(try await state() == ["resolved", "firing"])
    }

    @Test("goes on after checks that nobody made: it has to be seen to have ended")
    func unchecked() async throws {
        let start = try await database.start()
        try await late(true, start)
        try await database.check(start, 0)
        try await database.check(start, 30)
        try await late(false, start)
        try await database.check(start, 9000)
        #expect(try await state() == ["firing"])
        try await database.check(start, 9300)
        #expect(try await state() == ["resolved"])
    }

    @Test("is not repeated while it is acknowledged, until it gets worse or the time is over")
    func acknowledgement() async throws {
        let start = try await database.start()
        try await database.run("insert into bills values (1, 1)")
        try await database.check(start, 150)
        try await database.check(start, 180)
        try await database.check(start, 215)
        #expect(try await notices("QUEUE_BACKUP") == ["raised medium"])
        try await database.run(
            "select pgsync.acknowledge_alert(id, note => 'on it') from pgsync.sync_alerts where kind = 'QUEUE_BACKUP'"
        )
        #expect(try await state("QUEUE_BACKUP") == ["acknowledged"])
        try await database.run(
            "select pgsync.end_acknowledgement(id) from pgsync.sync_alerts where kind = 'QUEUE_BACKUP'"
        )
        #expect(try await state("QUEUE_BACKUP") == ["firing"])
        try await database.run(
            "select pgsync.acknowledge_alert(id, note => 'on it') from pgsync.sync_alerts where kind = 'QUEUE_BACKUP'"
        )
        try await database.check(start, 500)
        #expect(try await state("QUEUE_BACKUP") == ["acknowledged"])
        // Now it is high.
        try await database.check(start, 700)
        #expect(try await state("QUEUE_BACKUP") == ["firing"])
        try await database.check(start, 730)
        #expect(try await notices("QUEUE_BACKUP") == ["raised medium", "changed high"])

        try await database.run(
            """
            select pgsync.acknowledge_alert(id, '\(start)'::timestamptz + interval '5 hours') from pgsync.sync_alerts
            where kind = 'QUEUE_BACKUP'
            """
        )
        try await database.check(start, 17_000)
        #expect(try await notices("QUEUE_BACKUP").count == 2)
        try await database.check(start, 18_000)
        #expect(try await state("QUEUE_BACKUP") == ["firing"])
        #expect(try await notices("QUEUE_BACKUP") == ["raised medium", "changed high", "repeated high"])
    }

    @Test("is not told while it is silenced, and is told after that")
    func silence() async throws {
        let start = try await database.start()
        try await database.run(
            "select pgsync.silence_alerts('\(start)'::timestamptz + interval '1 hour', 'move', 'SCHEDULE_LATE')"
        )
        try await late(true, start)
        for seconds in [1, 40, 100, 3500] { try await database.check(start, seconds) }
        #expect(try await state() == ["silenced"])
        #expect(try await notices() == [])
        try await database.check(start, 3600)
        try await database.check(start, 3630)
        #expect(try await state() == ["firing"])
        #expect(try await notices() == ["raised medium"])

        // Ended early, by class and table; what matches only in part is not silenced.
        let id = try await database.value(
            "select pgsync.silence_alerts(now() + interval '1 day', 'move', class => 'retention')"
        )
        try await database.run(
            "select pgsync.silence_alerts(now() + interval '1 day', 'x', 'SCHEDULE_LATE', 'bills')"
        )
        try await database.check(start, 3640)
        #expect(try await state() == ["silenced"])
        try await database.run("select pgsync.end_silence(\(id ?? ""))")
        try await database.check(start, 3650)
        #expect(try await state() == ["firing"])
        #expect(
            try await database.lines(
                "select ended_by = session_user from pgsync.alert_silences where id = \(id ?? "")"
            )
                == ["t"]
        )
        #expect(
            try await database.refusal(of: "select pgsync.end_silence(\(id ?? ""))").sqlState?.code == "22023"
        )
    }

    @Test("is told together with others of its kind, and not while it is held back")
    func groups() async throws {
        let start = try await database.start()
        try await database.run(
            "insert into bills values (1, 1); insert into notes values (1); select pgsync.pause()"
        )
        try await database.check(start, 150)
        try await database.check(start, 190)
        try await database.check(start, 300)
        #expect(try await state("QUEUE_BACKUP") == ["firing", "firing"])
        #expect(try await notices("QUEUE_BACKUP") == [])
        try await database.run("select pgsync.resume()")
        try await database.check(start, 310)
        try await database.check(start, 339)
        #expect(try await notices("QUEUE_BACKUP") == [])
        try await database.check(start, 340)
        #expect(try await notices("QUEUE_BACKUP") == ["raised medium"])
        #expect(
            try await database.lines(
                """
                select subject || '|' || cardinality(alerts) from pgsync.alert_notices where group_key = 'QUEUE_BACKUP'
                """
            ) == ["medium: QUEUE_BACKUP public.bills and 1 more|2"]
        )
        // One of them ends, then the other: both are told, five minutes apart.
        try await database.run(
            "delete from pgsync.sync_queue where log_id = (select min(log_id) from pgsync.sync_queue)"
        )
        for seconds in [350, 500, 651, 681] { try await database.check(start, seconds) }
        #expect(try await notices("QUEUE_BACKUP").last == "changed high")
        try await database.run("delete from pgsync.sync_queue")
        for seconds in [700, 1000, 1030, 1100] { try await database.check(start, seconds) }
        #expect(try await notices("QUEUE_BACKUP").last == "resolved high")
    }

    private func told() async throws -> String? {
        try await database.value(
            "select concat_ws(' ', told_at is not null, end_told_at is not null) from pgsync.sync_alerts where kind = 'SCHEDULE_LATE'"
        )
    }

    private func problems() async throws -> [String] {
        try await database.lines(
            """
            select event || coalesce(': ' || problem, '') from pgsync.alert_notices
            where group_key = 'SCHEDULE_LATE' order by id
            """
        )
    }

    @Test("is told once a channel takes it; until then nobody was told, and that is kept once")
    func untold() async throws {
        let start = try await database.start()
        try await database.run("select pgsync.set_channel('hear', min_severity => 'high')")
        try await late(true, start)
        for seconds in [0, 30, 60, 75, 90, 120, 150] { try await database.check(start, seconds) }
        let problem = "raised: no enabled channel takes news of this kind and severity"
        #expect(try await problems() == [problem])
        #expect(
            try await database.value(
                "select told_at - '\(start)'::timestamptz from pgsync.alert_notices where group_key = 'SCHEDULE_LATE'"
            ) == "00:02:30"
        )
        #expect(try await told() == "f f")
        try await database.run("select pgsync.set_channel('hear', min_severity => 'medium')")
        try await database.check(start, 180)
        #expect(try await problems() == [problem, "raised"])
        #expect(try await told() == "t f")
        #expect(
            try await database.lines(
                """
                select concat_ws('|', alert > 0, event, severity, subject, body ->> 'class', body ->> 'remedy')
                from pgsync.alert_deliveries
                """
            ) == [
                "t|raised|medium|medium: SCHEDULE_LATE retention|retention|pgsync schedule list; pgsync status    (a worker that leads starts it)"
            ]
        )
    }

    @Test("is told later where handing it to the channels fails, which does not stop the check")
    func undeliverable() async throws {
        let start = try await database.start()
        let (failing, mending) = (
            "alter table pgsync.alert_deliveries rename to hidden",
            "alter table pgsync.hidden rename to alert_deliveries"
        )
        try await late(true, start)
        try await database.run(failing)
        for seconds in [0, 30, 60, 90] { try await database.check(start, seconds) }
        let problem = #"relation "pgsync.alert_deliveries" does not exist"#
        #expect(try await problems() == ["raised: \(problem)"])
        #expect(try await told() == "f f")
        try await database.run(mending)
        try await database.check(start, 120)
        #expect(try await told() == "t f")
        // The end, too.
        try await late(false, start)
        try await database.run(failing)
        for seconds in [130, 430, 460, 490] { try await database.check(start, seconds) }
        #expect(try await state() == ["resolved"])
        #expect(try await told() == "t f")
        try await database.run(mending)
        try await database.check(start, 520)
        #expect(try await told() == "t t")
        #expect(
            try await problems() == ["raised: \(problem)", "raised", "resolved: \(problem)", "resolved"]
        )
    }

    @Test("ends for everybody who was told of its beginning, however severe it was at last")
    func endIsTold() async throws {
        let start = try await database.start()
        try await database.run(
            "select pgsync.set_channel('urgent', 'notify', min_severity => 'high'); insert into bills values (1, 1)"
        )
        for seconds in [650, 680, 710] { try await database.check(start, seconds) }
        // Only medium from now on, and with it another table.
        try await database.run(
            "select pgsync.set_configuration('alert_queue_age_seconds', '600'); insert into notes values (1)"
        )
        for seconds in [720, 760, 1015] { try await database.check(start, seconds) }
        try await database.run(
            "delete from pgsync.sync_queue where log_id = (select min(log_id) from pgsync.sync_queue)"
        )
        for seconds in [1020, 1330, 1365] { try await database.check(start, seconds) }
        try await database.run("delete from pgsync.sync_queue")
        for seconds in [1370, 1680, 1715] { try await database.check(start, seconds) }
        #expect(
            try await database.lines(
                """
                select channel || ': ' || string_agg(event || ' ' || severity, ', ' order by id)
                from pgsync.alert_deliveries group by channel order by channel
                """
            ) == [
                "hear: raised high, changed medium, changed high, resolved medium",
                "urgent: raised high, changed high, resolved medium",
            ]
        )
    }

    @Test(
        "is decided about only with sense",
        arguments: [
            "acknowledge_alert(99)", "end_acknowledgement(99)",
            "acknowledge_alert(1, now() - interval '1 s')",
            "silence_alerts(now() + interval '1 hour', 'x')",
            "silence_alerts(now() + interval '1 hour', ' ', 'SYSTEM_DOWN')",
            "silence_alerts(now() + interval '1 hour', 'x', 'NONE')",
            "silence_alerts(now(), 'x', 'SYSTEM_DOWN')",
            "silence_alerts(null, 'x', 'SYSTEM_DOWN')",
            "silence_alerts(now() + interval '2 years', 'x', 'SYSTEM_DOWN')",
        ]
    )
    func refused(call: String) async throws {
        #expect(try await database.refusal(of: "select pgsync.\(call)").sqlState?.code == "22023")
    }

    @Test("is read by readers, and decided about by operators alone")
    func rights() async throws {
        let start = try await database.start()
        try await late(true, start)
        try await database.check(start, 0)
        try await database.check(start, 30)
        let id =
            try await database.value("select id from pgsync.sync_alerts where kind = 'SCHEDULE_LATE'") ?? ""
        let reading = [
            "select count(*) from pgsync.alert_conditions", "select count(*) from pgsync.alert_states",
            "select count(*) from pgsync.alert_notices", "select count(*) from pgsync.system_health",
        ]
        let deciding = [
            "select pgsync.acknowledge_alert(\(id))",
            "select pgsync.acknowledge_alert(\(id)), pgsync.end_acknowledgement(\(id))",
            "select pgsync.silence_alerts(now() + interval '1 hour', 'x', 'SYSTEM_DOWN')",
            "select pgsync.end_silence(1)",
        ]
        let checking = ["select pgsync.check_alerts()"]
        let writing = [
            "update pgsync.sync_alerts set state = 'firing'", "delete from pgsync.alert_notices",
            "select pgsync.tell_alerts(now())", "select pgsync.refresh_alerts(now())",
            "insert into pgsync.alert_silences (kind, ends_at, reason) values ('X', 'infinity', 'x')",
        ]
        let allowed = [
            "pgsync_reader": reading, "pgsync_auditor": reading, "pgsync_worker": reading + checking,
            "pgsync_operator": reading + deciding + checking, "pgsync_capture": [],
        ]
        try await database.run("select pgsync.silence_alerts(now() + interval '1 hour', 'x', 'CHAIN_LATE')")
        for (role, permitted) in allowed {
            for statement in reading + deciding + checking + writing {
                var code: String?
                do {
                    try await database.run("set role \(role); begin; \(statement); rollback")
                } catch let error as PostgresError { code = error.sqlState?.code }
                #expect(code == (permitted.contains(statement) ? nil : "42501"), "\(role): \(statement)")
            }
        }
    }
}
