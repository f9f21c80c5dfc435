import Postgres
import TestSupport
import Testing

@Suite(
    "A schedule that users change",
    .migrated(as: "one_schedule", "delete from pgsync.sync_schedules where name <> 'retention'"),
    .timeLimit(.minutes(5))
)
struct ScheduleEditTests {
    private let database = TestDatabase.current

    private func set(_ cron: String, zone: String = "UTC", next: String, more: String = "") async throws {
        try await database.run(
            """
            delete from pgsync.sync_schedules;
            select pgsync.set_schedule('own', 'retention', '\(cron)', '\(zone)'\(more));
            update pgsync.sync_schedules set next_run_at = '\(next)';
            """
        )
    }

    /// Takes what is due, and returns the outcome, the due time and how many were missed.
    private func take(_ now: String) async throws -> [String] {
        try await database.lines(
            """
            set time zone 'UTC';
            select concat_ws(' ', outcome, to_char(due_at, 'DD HH24:MI'), missed, problem)
            from pgsync.take_due_schedules('\(now)')
            """
        )
    }

    private func next() async throws -> String? {
        try await database.value(
            "select to_char(next_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from pgsync.sync_schedules"
        )
    }

    @Test(
        "never runs for its past after it was changed or enabled",
        arguments: [
            "pgsync.set_schedule('own', cron => '1 * * * *')",
            "pgsync.set_schedule('own', time_zone => 'Asia/Kolkata')",
            "pgsync.set_schedule('own', hours_setting => 'reconciliation_frequency_hours')",
            "pgsync.disable_schedule('own'), pgsync.enable_schedule('own')",
        ]
    )
    func edited(change: String) async throws {
        try await set("0 * * * *", next: "2020-01-01 10:00Z")
        try await database.run("select \(change)")
        #expect(
            try await database.value(
                """
                select next_run_at > clock_timestamp() and next_run_at <= clock_timestamp() + interval '1 hour'
                    and updated_by = session_user
                from pgsync.sync_schedules
                """
            ) == "t"
        )
        #expect(try await database.lines("select outcome from pgsync.take_due_schedules()") == [])
    }

    @Test("keeps its time when something else about it is changed, and does not run while disabled")
    func unaffected() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        try await database.run(
            "select pgsync.set_schedule('own', type => 'x', too_late_after => '1 hour', subject => 'y')"
        )
        #expect(try await next() == "2030-01-01 10:00")
        try await database.run("select pgsync.disable_schedule('own')")
        #expect(try await take("2030-01-01 10:00Z") == [])
        #expect(
            try await database.lines(
                "select concat_ws(' ', type, too_late_after, subject, next_run_at) from pgsync.sync_schedules"
            ) == ["x 01:00:00 y"]
        )
        try await database.run("select pgsync.set_schedule('own', type => '', too_late_after => '0')")
        #expect(
            try await database.value(
                "select type is null and too_late_after is null from pgsync.sync_schedules"
            ) == "t"
        )
    }

    @Test("that follows a setting runs every so many hours, and at once by a changed setting")
    func follows() async throws {
        try await set(
            "0 * * * *",
            next: "2030-01-01 10:00Z",
            more: ", hours_setting => 'reconciliation_frequency_hours'"
        )
        try await database.run("select pgsync.set_configuration('reconciliation_frequency_hours', '6')")
        #expect(try await next() == nil)
        #expect(try await take("2030-01-01 10:30Z") == [])
        #expect(try await next() == "2030-01-01 12:00")
        #expect(try await take("2030-01-02 13:00Z") == ["started 02 12:00 4"])
    }

    @Test("that cannot be decided does not hold up the others, and says why")
    func broken() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        try await database.run(
            """
            select pgsync.set_schedule('broken', 'retention', '0 * * * *', subject => 'other');
            alter table pgsync.sync_schedules disable trigger all;
            update pgsync.sync_schedules set cron = 'x', next_run_at = '2030-01-01 09:00Z' where name = 'broken';
            """
        )
        let taken = try await take("2030-01-01 10:00Z")
        #expect(taken.count == 2 && taken[1] == "started 01 10:00 0")
        #expect(taken.first?.contains("five fields") == true)
    }

    @Test("runs by hand, also while it is disabled, but not beside its own job")
    func byHand() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        try await database.run("select pgsync.disable_schedule('own')")
        #expect(try await database.value("select pgsync.run_schedule('own')") == "1")
        #expect(
            try await database.refusal(of: "select pgsync.run_schedule('own')").message
                == "job 1 of own has not ended yet"
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', outcome, by_hand, job, noted_by = session_user, due_at)
                from pgsync.schedule_runs
                """
            ) == ["started t 1 t"]
        )
        #expect(try await database.value("select trigger from pgsync.sync_jobs") == "psql")
    }

    @Test(
        "is refused by the table itself unless it can run",
        arguments: [
            ("'own', 'retention', '0 99 * * *'", "not from 0 to 23"),
            ("'own', 'retention', '0 0 30 2 *'", "never comes"),
            ("'own', 'retention', '@daily', 'Mars/Olympus'", "not a time zone"),
            ("'own', 'dream', '@daily'", "no worker runs"),
            ("'Own!', 'retention', '@daily'", "name_is_a_word"), ("'own'", "needs a kind"),
            ("'own', 'retention', '@daily', hours_setting => 'none'", "not a setting of hours"),
            ("'own', 'retention', '@daily', hours_setting => 'queue_batch_size'", "not a setting of hours"),
            ("'own', 'retention', '@daily', too_late_after => '-1 hour'", "too_late_after_is_positive"),
        ]
    )
    func refused(arguments: String, reason: String) async throws {
        let error = try await database.refusal(of: "select pgsync.set_schedule(\(arguments))")
        #expect(error.message.contains(reason) || error.constraint == reason, "\(error.message)")
        #expect(try await database.value("select count(*) from pgsync.sync_schedules") == "1")
    }

    @Test("of that name must exist", arguments: ["enable", "disable", "remove", "run"])
    func unknown(act: String) async throws {
        let error = try await database.refusal(of: "select pgsync.\(act)_schedule('no; drop')")
        #expect(error.message == "schedule 'no; drop' does not exist")
        #expect(error.hint == "The schedules are: retention.")
    }

    @Test("is removed with its runs, and its jobs stay")
    func removed() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        _ = try await take("2030-01-01 10:00Z")
        try await database.run("select pgsync.remove_schedule('own')")
        #expect(try await database.value("select count(*) from pgsync.sync_schedule_runs") == "0")
        #expect(try await database.value("select count(*) from pgsync.sync_jobs") == "1")
    }

    @Test("shows how late its last runs were, and which share of them more than a minute")
    func late() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z", more: ", too_late_after => '1 hour'")
        try await database.run(
            """
            insert into pgsync.sync_jobs (kind, subject, state, attempts, started_at, heartbeat_at, finished_at)
            select 'retention', 'all', 'completed', 1, at, at, at + interval '2 s'
            from unnest('{2030-01-01 10:00:01Z, 2030-01-01 11:03Z}'::timestamptz[]) as at;
            insert into pgsync.sync_schedule_runs (schedule, due_at, outcome, job)
            values ('own', '2030-01-01 09:00Z', 'too_late', null), ('own', '2030-01-01 10:00Z', 'started', 1),
                ('own', '2030-01-01 10:30Z', 'skipped', 1), ('own', '2030-01-01 11:00Z', 'started', 2)
            """
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', last_late, last_duration, last_state, late_share, recent_runs,
                    jsonb_path_query_array(recent, '$[*].late_seconds'))
                from pgsync.schedule_states
                """
            ) == ["00:03:00 00:00:02 completed 0.667 4 [null, 1.000000, null, 180.000000]"]
        )
    }

    @Test("tells its next times, also by its clocks, and which are moved")
    func nextRuns() async throws {
        #expect(
            try await database.lines(
                """
                set time zone 'UTC';
                select to_char(run_at, 'DD HH24:MI') || to_char(clock, ' DD HH24:MI ') || is_moved
                from pgsync.next_runs('30 2 * * *', 'Europe/Berlin', 3, '2026-03-28 00:00Z')
                """
            ) == ["28 01:30 28 02:30 false", "29 01:00 29 03:00 true", "30 00:30 30 02:30 false"]
        )
    }
}
