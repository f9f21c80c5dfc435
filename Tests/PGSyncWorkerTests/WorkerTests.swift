// Long because a worker has many ways to begin, to sleep and to end.
import Concurrency
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport
import Testing

@Suite("Worker", .postingDatabase, .timeLimit(.minutes(10)))
struct WorkerTests {
    private let database = TestDatabase.current

    @Test("posts what waits, ends when it has drained the queue, and says what it did")
    func drains() async throws {
        try await database.insertBills(1...250)
        let report = try await RunningWorker.run(.untilDrained)
        #expect(report.posted == 250 && report.claimed == 250 && report.failed == 0)
        #expect(report.batches >= 3)
        #expect(report.waiting?.ready == 0)
        #expect(try await database.violations() == [])
        let names = try await database.run("select distinct worker from pgsync.sync_audit_log")
        #expect(names == ["tester#1"])
    }

    @Test("draining leaves what waits for a time, a person or a resume, and counts it")
    func drainsTheRest() async throws {
        try await database.insertBills(1...3)
        try await database.run(
            """
            insert into bills values (10, null), (11, null);
            update pgsync.sync_queue set scheduled_at = now() + interval '1 hour' where log_id = 1;
            create table visits (id int primary key);
            select pgsync.attach('visits'), pgsync.pause('visits');
            insert into visits values (1);
            """
        )
        let report = try await RunningWorker.run(.untilDrained)
        let waiting = try #require(report.waiting)
        #expect(report.posted == 2 && report.failed == 2)
        #expect(waiting.ready == 0 && waiting.scheduled == 1 && waiting.dead == 2 && waiting.paused == 1)
        #expect(waiting.nextTime != nil)
    }

    @Test("draining waits for what somebody else has in hand")
    func drainWaits() async throws {
        try await database.insertBills(1...5)
        try await database.connect { other in
            _ = try await other.withSession {
                try $0.runScript("begin; select from pgsync.sync_queue where log_id = 3 for update")
            }
            let report = try await withThrowingTaskGroup(of: Void.self) { [database] group in
                group.addTask {
                    try await eventually { try await database.count("pgsync.sync_queue") == 1 }
                    _ = try await other.withSession { try $0.runScript("rollback") }
                }
                let report = try await RunningWorker.run(.untilDrained)
                try await group.waitForAll()
                return report
            }
            #expect(report.posted == 5)
        }
    }

    @Test("one pass ends when it finds nothing more, whatever others have in hand")
    func onePass() async throws {
        try await database.insertBills(1...120)
        try await database.connect { other in
            _ = try await other.withSession {
                try $0.runScript("begin; select from pgsync.sync_queue where log_id = 3 for update")
            }
            let report = try await RunningWorker.run(.onePass) { $0.posters = 2 }
            #expect(report.posted == 119 && report.waiting == nil)
        }
    }

    @Test("is woken by a change, posts it, and sleeps again", arguments: [1, 3])
    func wakes(posters: Int) async throws {
        try await RunningWorker.with(nil, { $0.posters = posters }) { worker in
            for number in 1...5 {
                try await worker.untilAsleep()
                try await database.insertBills(number...number)
                try await database.untilPosted()
            }
            // A worker counts a change after the commit that shows it as posted.
            try await eventually { worker.metric(#"pgsync_worker_outcomes_total{outcome="posted"}"#) == 5 }
            #expect(worker.metric(#"pgsync_worker_wakes_total{reason="bell"}"#) >= 1)
            #expect(worker.metric(#"pgsync_worker_wakes_total{reason="fallback"}"#) == 0)
        }
        #expect(try await database.violations() == [])
    }

    @Test(
        "looks from time to time where it has no session of its own, or the doorbell is off",
        arguments: [true, false]
    )
    func polls(hasOwnSession: Bool) async throws {
        try await database.run(
            """
            select pgsync.set_configuration('poll_interval_seconds', '0.1');
            select pgsync.set_configuration('enable_doorbell', '\(!hasOwnSession)');
            """
        )
        try await RunningWorker.with(nil, { $0.mode = hasOwnSession ? .doorbell : .poll }) { worker in
            for number in 1...3 {
                try await database.insertBills(number...number)
                try await database.untilPosted()
            }
            #expect(worker.metric(#"pgsync_worker_wakes_total{reason="bell"}"#) == 0)
            if !hasOwnSession {
                let leftovers = try await database.run("show statement_timeout")
                #expect(leftovers == ["0"])
                #expect(try await database.run("select lives_by from pgsync.sync_workers") == ["heartbeat"])
            }
        }
        #expect(try await database.violations() == [])
    }

    @Test("several with several posters post each change once, and those of a record in their order")
    func together() async throws {
        let (writers, rounds) = (4, 25)
        try await RunningWorker.with(nil, { $0.posters = 2 }) { _ in
            try await RunningWorker.with(nil, { $0.posters = 3 }) { _ in
                try await withThrowingTaskGroup(of: Void.self) { [database] group in
                    for writer in 0..<writers {
                        group.addTask {
                            try await database.session { session in
                                for round in 1...rounds {
                                    try session.runScript(
                                        """
                                        insert into bills
                                        select g * \(writers) + \(writer), \(round) from generate_series(0, 9) as g
                                        on conflict (id) do update set amount = excluded.amount
                                        """
                                    )
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await database.untilPosted()
            }
        }
        #expect(try await database.violations() == [])
        // In the order of the audit of each record, the changes that were applied only grow.
        let inversions = try await database.run(
            """
            select count(*)::text from (
                select entry.change_id < lag(entry.change_id) over (
                    partition by entry.record_id order by entry.id
                ) as is_inverted
                from ledger.journal_entries as entry
                where entry.purpose = 'posting'
            ) as entry
            where entry.is_inverted
            """
        )
        #expect(inversions == ["0"])
    }

    @Test("finishes the batch in hand when it is asked to stop")
    func finishes() async throws {
        try await slowDown(bills: "slow", seconds: 1)
        let report = try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await database.insertBills(1...1, note: "slow")
            try await untilPosting()
            worker.shutdown.request()
        }
        #expect(report.posted == 1 && !report.wasCut)
        #expect(try await database.violations() == [])
        #expect(try await database.run("select state from pgsync.sync_workers") == ["stopped"])
    }

    @Test("undoes what takes longer than the grace period, and says goodbye all the same")
    func isCut() async throws {
        try await slowDown(bills: "slow", seconds: 60)
        let report = try await RunningWorker.with(nil, { $0.gracePeriod = .milliseconds(50) }) { worker in
            try await worker.untilAsleep()
            try await database.insertBills(1...1, note: "slow")
            try await untilPosting()
        }
        #expect(report.wasCut && report.posted == 0)
        #expect(try await database.count("pgsync.sync_queue where sync_status = 'pending'") == 1)
        #expect(try await database.run("select state from pgsync.sync_workers") == ["stopped"])
        #expect(try await database.violations() == [])
    }

    @Test("posts the changes of the tables it was told, and no others")
    func sources() async throws {
        try await database.run(
            """
            create table visits (id int primary key);
            select pgsync.attach('visits');
            insert into visits select generate_series(1, 50);
            """
        )
        try await database.insertBills(1...50)
        let report = try await RunningWorker.run(.untilDrained) { $0.sources = ["public.bills"] }
        #expect(report.posted == 50 && report.waiting?.ready == 0)
        #expect(try await database.count("pgsync.sync_queue") == 50)
        await #expect(throws: StoreError.notAttached(table: "pgsync.ticks")) {
            _ = try await RunningWorker.run(.untilDrained) { $0.sources = ["pgsync.ticks"] }
        }
        await #expect(throws: StoreError.self) {
            _ = try await RunningWorker.run(.untilDrained) { $0.sources = ["no_such_table"] }
        }
    }

    @Test("posts nothing while posting is paused, and goes on when it is resumed")
    func pause() async throws {
        try await database.run("select pgsync.pause()")
        try await database.insertBills(1...5)
        let paused = try await RunningWorker.run(.untilDrained)
        #expect(paused.isPaused && paused.posted == 0 && paused.waiting?.ready == 5)
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            #expect(try await database.count("pgsync.sync_queue") == 5)
            try await database.run("select pgsync.resume()")
            try await database.untilPosted()
        }
    }

    @Test("where changes are not posted as they come, only who is told to run now posts them")
    func scheduledOnly() async throws {
        try await database.run("select pgsync.set_configuration('enable_real_time_sync', 'false')")
        try await database.insertBills(1...5)
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            #expect(try await database.count("pgsync.sync_queue") == 5)
        }
        let report = try await RunningWorker.run(.untilDrained)
        #expect(report.posted == 5)
    }

    @Test("obeys settings that change while it runs")
    func liveSettings() async throws {
        try await database.run("select pgsync.set_configuration('worker_heartbeat_seconds', '0.1')")
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await database.run("select pgsync.set_configuration('queue_batch_size', '7')")
            try await worker.untilLogged("Settings changed")
            try await database.insertBills(1...50)
            try await database.untilPosted()
            // What is posted is said a moment later.
            try await eventually { worker.batchSizes.reduce(0, +) == 50 }
            let sizes = worker.batchSizes
            #expect(sizes.allSatisfy { $0 <= 7 }, "\(sizes)")
        }
    }

    @Test("tells a user without the right what an administrator runs")
    func rights() async throws {
        try await database.run("create role visitor_\(database.name) login")
        let options = database.options.with("user", "visitor_\(database.name)")
        await #expect(throws: (any Error).self) { _ = try await RunningWorker.run(.untilDrained, options) }
        try await database.run("grant usage on schema pgsync to visitor_\(database.name)")
        let error = await #expect(throws: StoreError.self) {
            _ = try await RunningWorker.run(.untilDrained, options)
        }
        #expect(
            error.map { "\($0)" } == """
                visitor_\(database.name) cannot process the queue
                  hint: Have an administrator run: grant pgsync_worker to "visitor_\(database.name)";
                """
        )
        try await database.run(
            "drop owned by visitor_\(database.name); drop role visitor_\(database.name)"
        )
    }

    @Test("needs no more than the role pgsync_worker")
    func leastRights() async throws {
        try await database.run(
            "create role worker_\(database.name) login; grant pgsync_worker to worker_\(database.name)"
        )
        try await database.insertBills(1...5)
        let report = try await RunningWorker.with(database.options.with("user", "worker_\(database.name)")) {
            worker in
            try await database.untilPosted()
            try await worker.untilLogged("This worker is now the leader")
            try await worker.untilAsleep()
            #expect(worker.log.records.allSatisfy { $0.level < .warning }, "\(worker.log.messages)")
        }
        #expect(report.posted == 5)
        try await database.run("drop role worker_\(database.name)")
    }

    @Test("ends when the schema is not for it any more")
    func schema() async throws {
        struct Unsuitable: Error {}
        await #expect(throws: Unsuitable.self) {
            try await RunningWorker.with(nil, { _ in }, checkSchema: { _ in throw Unsuitable() }) { worker in
                try await worker.shutdown.wait()
            }
        }
    }

    // MARK: Beneath

    /// Lets the entries of some bills take their time.
    private func slowDown(bills note: String, seconds: Int) async throws {
        try await database.run(
            """
            create function slow() returns trigger language plpgsql as $$
            begin
                if new.description = '\(note)' then perform pg_sleep(\(seconds)); end if;
                return new;
            end $$;
            create trigger slow before insert on ledger.journal_entries for each row execute function slow();
            """
        )
    }

    /// Waits until a batch is under way.
    private func untilPosting() async throws {
        try await eventually {
            try await database.count(
                "pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
            ) > 0
        }
    }
}
