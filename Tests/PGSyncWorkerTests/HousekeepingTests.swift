import Concurrency
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport
import Testing

@Suite("Housekeeping", .postingDatabase, .timeLimit(.minutes(10)))
struct HousekeepingTests {
    private let database = TestDatabase.current

    private func beatFast() async throws {
        try await database.run("select pgsync.set_configuration('worker_heartbeat_seconds', '0.1')")
    }

    @Test("a worker is known while it lives, reports, and says goodbye")
    func registers() async throws {
        try await beatFast()
        try await RunningWorker.with(nil, { $0.posters = 2 }) { worker in
            try await worker.untilAsleep()
            #expect(
                try await database.run(
                    "select name || ' ' || posters || ' ' || state from pgsync.sync_workers"
                )
                    == ["tester 2 running"]
            )
            #expect(try await database.count("pgsync.find_lost_workers()") == 0)
            let first = try await database.run("select heartbeat_at::text from pgsync.sync_workers")
            try await eventually {
                try await database.run("select heartbeat_at::text from pgsync.sync_workers") != first
            }
        }
        #expect(
            try await database.run("select state || ' ' || (stopped_at is not null) from pgsync.sync_workers")
                == ["stopped true"]
        )
    }

    @Test("a worker that ended without a word is found by its lock, at once and only then")
    func findsLost() async throws {
        try await beatFast()
        try await database.connect { connection in
            let introduction = WorkerStore.Introduction(
                name: "ghost",
                host: "there",
                processID: 7,
                version: "1.0",
                posters: 1
            )
            let id = try await connection.withSession { try WorkerStore($0).register(introduction) }
            try await RunningWorker.with { worker in
                try await worker.untilLogged("This worker is now the leader")
                #expect(!worker.log.messages.contains("A worker stopped without shutting down"))
                await connection.close()
                try await worker.untilLogged("A worker stopped without shutting down")
                #expect(
                    try await database.run("select state from pgsync.sync_workers where id = \(id)") == [
                        "lost"
                    ]
                )
            }
        }
    }

    @Test("a worker that was taken for lost goes on as before")
    func resumes() async throws {
        try await beatFast()
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await database.run(
                "update pgsync.sync_workers set state = 'lost', stopped_at = clock_timestamp()"
            )
            try await eventually {
                try await database.run("select state from pgsync.sync_workers") == ["running"]
            }
        }
    }

    @Test("a worker with no session of its own is judged by its heartbeat")
    func heartbeat() async throws {
        try await database.run(
            """
            select pgsync.register_worker('pooled', 'there', 7, '1.0', 1, false);
            """
        )
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
        try await database.run("update pgsync.sync_workers set heartbeat_at = now() - interval '2 minutes'")
        #expect(try await database.count("pgsync.find_lost_workers()") == 1)
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
    }

    @Test("forgets workers that ended long ago")
    func forgets() async throws {
        try await database.run(
            """
            select pgsync.stop_worker(pgsync.register_worker('old', 'there', 7, '1.0', 1, false));
            update pgsync.sync_workers set stopped_at = now() - interval '8 days';
            """
        )
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
        #expect(try await database.count("pgsync.sync_workers") == 0)
    }

    @Test("one worker leads, and another takes over when it goes")
    func leads() async throws {
        try await beatFast()
        try await RunningWorker.with { first in
            try await first.untilLogged("This worker is now the leader")
            try await RunningWorker.with { second in
                try await second.untilAsleepOrPolling()
                #expect(!second.log.messages.contains("This worker is now the leader"))
                first.shutdown.request()
                try await second.untilLogged("This worker is now the leader")
            }
        }
    }

    @Test("only the leader checks alerts and shows how many fire, and no longer than it leads")
    func alerts() async throws {
        try await beatFast()
        try await database.run(
            """
            select pgsync.set_configuration('alert_for_seconds', '0');
            update pgsync.sync_schedules set next_run_at = now() - interval '1 hour' where name = 'retention';
            """
        )
        let age = "pgsync_alerts_check_age_seconds "
        let late = #"pgsync_alerts_firing{kind="SCHEDULE_LATE",severity="medium"}"#
        try await RunningWorker.with { first in
            try await eventually { first.metric(late) == 1 }
            #expect(try await database.run("select checked_by from pgsync.alert_check") == ["tester#1"])
            try await RunningWorker.with { second in
                try await second.untilAsleepOrPolling()
                #expect(!second.registry.prometheusText().contains("\n\(age)"))
                first.shutdown.request()
                try await eventually { second.metric(late) == 1 }
                #expect(!first.registry.prometheusText().contains("\n\(age)"))
            }
        }
    }

    @Test("the leader brings the sums up to date, and complains about what is not captured, once")
    func duties() async throws {
        try await beatFast()
        try await database.insertBills(1...5)
        try await database.run(
            """
            select pgsync.set_configuration('balance_snapshot_minutes', '0.1');
            alter table bills disable trigger "000_pgsync_delete";
            """
        )
        try await RunningWorker.with { worker in
            try await worker.untilLogged("Some changes of a table are not captured")
            try await database.untilPosted()
            try await eventually { try await database.count("ledger.balance_snapshots") > 0 }
            let complaints = worker.log.messages.filter { $0 == "Some changes of a table are not captured" }
            #expect(complaints.count == 1)
        }
    }

    @Test("a duty that fails holds up no other, is told of, and is done again once it can be")
    func dutiesFailAlone() async throws {
        try await beatFast()
        let growth = try await database.run(
            "select pg_get_functiondef('pgsync.capture_growth(interval)'::regprocedure)"
        )
        try await database.insertBills(1...5)
        try await database.run(
            """
            select pgsync.set_configuration('balance_snapshot_minutes', '0.1');
            create or replace function pgsync.capture_growth(settling interval default '15 seconds')
            returns table (source_table regclass, written jsonb, captured jsonb, unexplained bigint)
            language plpgsql volatile as $$begin raise insufficient_privilege using message = 'not for you'; end$$;
            """
        )
        let problems = Locked<[String]>([])
        try await RunningWorker.with(onHealth: { health in problems.withLock { $0 = health.problems } }) {
            worker in
            try await worker.untilLogged(
                "A duty of this worker failed; posting and its other duties continue"
            )
            try await database.untilPosted()
            try await eventually { try await database.count("ledger.balance_snapshots") > 0 }
            try await database.run("alter table bills disable trigger \"000_pgsync_delete\"")
            try await worker.untilLogged("Some changes of a table are not captured")
            #expect(worker.metric("pgsync_worker_duty_failing{duty=\"growth\"}") == 1)
            #expect(worker.metric("pgsync_worker_duty_failing{duty=\"capture\"}") == 0)
            try await eventually { problems.withLock { $0.contains { $0.hasPrefix("growth fails: ") } } }
            try await eventually {
                try await database.run("select figures -> 'failing' ->> 'growth' from pgsync.worker_states")[
                    0
                ] == "not for you (SQLSTATE 42501)"
            }
            let status = try await database.session { try StatusStore($0).read() }
            #expect(status.workers.first?.failing == ["growth: not for you (SQLSTATE 42501)"])
            // However long it lasts.
            let sentences = worker.log.messages.filter { $0.hasPrefix("A duty of this worker failed") }
            #expect(sentences.count == 1)
            try await database.run(growth[0] ?? "")
            try await worker.untilLogged("A duty of this worker succeeded again")
            try await eventually { problems.withLock { $0.isEmpty } }
        }
    }

    @Test("a worker that may not use the schema of a table watches it all the same")
    func watchesWithoutUsage() async throws {
        try await beatFast()
        let role = "worker_of_\(database.name)"
        try await database.run(
            """
            create schema app; create table app.visits (id int primary key);
            select pgsync.attach('app.visits');
            create role \(role) login in role pgsync_worker;
            """
        )
        try await RunningWorker.with(database.options.with("user", role)) { worker in
            try await worker.untilLogged("This worker is now the leader")
            try await database.run("alter table app.visits disable trigger \"000_pgsync_insert\"")
            try await worker.untilLogged("Some changes of a table are not captured")
            #expect(!worker.log.messages.contains { $0.hasPrefix("A duty of this worker failed") })
        }
        try await database.run("drop owned by \(role); drop role \(role)")
    }

    @Test("growth is remembered of all tables but those that somebody works on, and nobody waits")
    func growthDoesNotWait() async throws {
        try await database.run(
            """
            create table other (id int primary key); select pgsync.attach('other');
            update pgsync.sources set counted = '{}';
            """
        )
        try await database.connect { holder in
            try await holder.withSession {
                _ = try $0.runScript(
                    "begin; update pgsync.sources set truncated_through = 0 where table_name = 'public.bills'"
                )
            }
            try await database.run("set lock_timeout = '5s'; select pgsync.remember_growth()")
            try await holder.withSession { _ = try $0.runScript("rollback") }
        }
        #expect(
            try await database.run("select table_name from pgsync.sources where counted <> '{}'")
                == ["public.other"]
        )
        try await database.run("select pgsync.remember_growth('bills')")
        #expect(try await database.count("pgsync.sources where counted <> '{}'") == 2)
    }

    @Test("a worker that cannot be registered yet says what it waits for, and ends when it is told to")
    func waitsToBeRegistered() async throws {
        try await database.connect { holder in
            try await holder.withSession {
                _ = try $0.runScript("begin; lock table pgsync.sync_workers in access exclusive mode")
            }
            // Returns, though the lock stays.
            try await RunningWorker.with { worker in
                try await worker.untilLogged(
                    "Waiting to register: another session holds a lock on the tables of pgsync"
                )
            }
            try await RunningWorker.with { _ in
                try await eventually {
                    try await database.count(
                        "pg_locks where relation = 'pgsync.sync_workers'::regclass and not granted"
                    ) > 0
                }
            }
            try await holder.withSession { _ = try $0.runScript("rollback") }
        }
        #expect(try await database.count("pgsync.sync_workers") == 0)
    }
}

extension RunningWorker {
    /// Waits until it has nothing more to do, whoever holds the doorbell.
    fileprivate func untilAsleepOrPolling() async throws {
        try await eventually { metric("pgsync_worker_batches_total") > 0 }
    }
}
