import Concurrency
import PGSyncOperations
import Postgres
import TestSupport
import Testing

@Suite(
    "A schedule",
    .migrated(
        as: "two_schedules",
        "delete from pgsync.sync_schedules where name not in ('chain', 'retention')"
    ),
    .timeLimit(.minutes(5))
)
struct ScheduleTests {
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

    private func endJobs() async throws {
        try await database.run(
            """
            update pgsync.sync_jobs set state = 'cancelled', finished_at = clock_timestamp()
            where finished_at is null
            """
        )
    }

    private func next() async throws -> String? {
        try await database.value(
            "select to_char(next_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from pgsync.sync_schedules where name <> 'chain'"
        )
    }

    @Test("of retention is there from the start, and runs at the next 03:00")
    func installed() async throws {
        #expect(
            try await database.lines(
                "select concat_ws(' ', name, kind, cron, time_zone, enabled) from pgsync.sync_schedules order by name"
            ) == ["chain chain */5 * * * * UTC t", "retention retention 0 3 * * * UTC t"]
        )
        #expect(try await take("2030-05-05 12:00Z") == [])
        #expect(try await next() == "2030-05-06 03:00")
        #expect(try await database.value("select count(*) from pgsync.sync_jobs") == "0")
    }

    @Test("starts a job when it is due, not before, and not twice")
    func due() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z", more: ", subject => 'x', type => 'full'")
        #expect(try await take("2030-01-01 09:59:59.999999Z") == [])
        #expect(try await take("2030-01-01 10:00Z") == ["started 01 10:00 0"])
        #expect(try await take("2030-01-01 10:00Z") == [])
        #expect(try await next() == "2030-01-01 11:00")
        #expect(
            try await database.lines(
                "select concat_ws(' ', kind, subject, type, trigger, state) from pgsync.sync_jobs"
            ) == ["retention x full schedule pending"]
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', schedule, outcome, missed, job, by_hand) from pgsync.schedule_runs"
            ) == ["own started 0 1 f"]
        )
    }

    @Test("stands for all that was missed with one run, at the latest of the times")
    func missed() async throws {
        try await set("*/2 * * * *", next: "2030-01-01 00:00Z")
        #expect(try await take("2030-01-01 23:59Z") == ["started 01 23:58 719"])
        #expect(try await next() == "2030-01-02 00:00")
        #expect(try await database.value("select count(*) from pgsync.sync_jobs") == "1")
    }

    @Test("tells of no more than was counted when years were missed")
    func manyMissed() async throws {
        try await set("* * * * *", next: "2026-01-01 00:00Z")
        #expect(try await take("2030-01-01 12:00Z") == ["started 01 12:00 2440"])
        #expect(try await next() == "2030-01-01 12:01")
    }

    @Test("does not run when it is too late, as told by the latest time missed")
    func tooLate() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z", more: ", too_late_after => '10 minutes'")
        #expect(try await take("2030-01-01 12:10:01Z") == ["too_late 01 12:00 2"])
        #expect(try await database.value("select count(*) from pgsync.sync_jobs") == "0")
        #expect(try await take("2030-01-01 15:10Z") == ["started 01 15:00 2"])
    }

    @Test("is skipped while its job, or another one of its kind and subject, has not ended")
    func overlap() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        #expect(try await take("2030-01-01 10:00Z") == ["started 01 10:00 0"])
        #expect(try await take("2030-01-01 11:00Z") == ["skipped 01 11:00 0"])
        try await endJobs()
        try await database.run("select pgsync.request_job('retention', 'all')")
        #expect(try await take("2030-01-01 12:00Z") == ["skipped 01 12:00 0"])
        try await endJobs()
        #expect(try await take("2030-01-01 13:00Z") == ["started 01 13:00 0"])
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', recent_runs, recent_skipped, last_outcome, active_job)
                from pgsync.schedule_states
                """
            ) == ["4 2 started 3"]
        )
        #expect(
            try await database.lines("select job from pgsync.sync_schedule_runs order by id")
                == ["1", "1", "2", "3"]
        )
    }

    /// What runs while the true time passes from the first to the last stop, and at one the clock is changed and later
    /// put right.
    @Test(
        "runs everything once when the clock is an hour off for a while",
        arguments: [-3600, 3600],
        [-90, -1, 0, 1, 90]
    )
    func clockJumps(error: Int, offset: Int) async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        // The clock is wrong from some seconds before or after the due time at 12:00 on, for 90 minutes.
        let found = try await database.lines(
            """
            create function step(at timestamptz) returns void language plpgsql as $$begin
                perform pgsync.take_due_schedules(at);
                update pgsync.sync_jobs set state = 'cancelled', finished_at = clock_timestamp()
                where finished_at is null;
            end$$;
            select step(case
                when at >= timestamptz '2030-01-01 12:00Z' + interval '\(offset) seconds'
                    and at < timestamptz '2030-01-01 13:30Z' + interval '\(offset) seconds'
                then at + interval '\(error) seconds' else at end)
            from generate_series(
                timestamptz '2030-01-01 09:30Z', timestamptz '2030-01-01 16:30Z', interval '7 seconds'
            ) as at;
            set time zone 'UTC';
            select to_char(times.due, 'HH24')
            from pgsync.sync_schedule_runs as run,
                generate_series(run.due_at - run.missed * interval '1 hour', run.due_at, interval '1 hour') as times (due)
            order by run.id, times.due
            """
        )
        #expect(found == ["10", "11", "12", "13", "14", "15", "16"])
    }

    @Test("goes on at once when its clock was years ahead")
    func farAhead() async throws {
        try await set("0 3 * * 0", next: "2040-01-01 03:00Z")
        #expect(try await take("2030-01-01 12:00Z") == [])
        #expect(try await next() == "2030-01-06 03:00")
        // A week ahead is as it should be.
        #expect(try await take("2030-01-01 12:00Z") == [])
        #expect(try await next() == "2030-01-06 03:00")
    }

    @Test(
        "runs once when clocks are changed: after the gap, at the first of two times",
        arguments: [
            ("30 2 * * *", "2026-03-28 01:30Z", "2026-03-29 23:00Z", ["28 01:30", "29 01:00"]),
            ("*/30 2 * * *", "2026-03-28 01:30Z", "2026-03-29 23:00Z", ["28 01:30"]),
            ("30 2 * * *", "2026-10-24 00:30Z", "2026-10-25 23:00Z", ["24 00:30", "25 00:30"]),
            (
                "*/30 2 * * *", "2026-10-24 00:30Z", "2026-10-25 23:00Z",
                ["24 00:30", "25 00:00", "25 00:30", "25 01:00", "25 01:30"]
            ),
        ]
    )
    func clockChanges(cron: String, first: String, last: String, due: [String]) async throws {
        try await set(cron, zone: "Europe/Berlin", next: first)
        let found = try await database.lines(
            """
            set time zone 'UTC';
            select to_char(taken.due_at, 'DD HH24:MI')
            from generate_series(timestamptz '\(first)', '\(last)', interval '10 minutes') as at,
                pgsync.take_due_schedules(at) as taken
            order by at
            """
        )
        #expect(found == due)
    }

    @Test("is taken by one of two sessions that see it due, whoever is first")
    func race() async throws {
        try await set("0 * * * *", next: "2030-01-01 10:00Z")
        let taking = "select count(*)::text from pgsync.take_due_schedules('2030-01-01 10:00Z')"
        try await database.connect { first in
            try await database.connect { second in
                #expect(try await first.run("begin; \(taking)") == "1")
                // It does not wait for the first.
                #expect(try await second.run(taking) == "0")
                try await first.run("commit")
                #expect(try await second.run(taking) == "0")
            }
        }
        #expect(try await database.value("select count(*) from pgsync.sync_schedule_runs") == "1")
        for round in 0..<20 {
            let now = "timestamptz '2030-01-01 11:00Z' + \(round) * interval '1 hour'"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await database.run("select pgsync.take_due_schedules(\(now))") }
                }
                try await group.waitForAll()
            }
        }
        #expect(
            try await database.lines(
                """
                select count(*) || ' ' || count(distinct due_at) || ' ' || sum(missed)
                from pgsync.sync_schedule_runs
                """
            ) == ["21 21 0"]
        )
    }
}

@Suite("Kinds of jobs", .migrated)
struct JobKindTests {
    @Test("in the database are those that a worker runs, but what only a filter makes sense of")
    func known() async throws {
        #expect(
            try await TestDatabase.current.lines("select kind from pgsync.job_kinds() order by kind")
                == (JobOperations.all.map(\.kind) + ["compare", "import", "sync"])
                .filter { !["retry", "resolve", "rules_diff"].contains($0) }.sorted()
        )
    }
}
