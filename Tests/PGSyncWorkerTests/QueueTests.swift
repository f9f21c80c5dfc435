import PGSyncStore
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite("A worker and its queue", .postingDatabase, .timeLimit(.minutes(5)))
struct QueueTests {
    private let database = TestDatabase.current

    /// Has something happen when an entry is written, of a poisoned bill or of any.
    private func poison(_ statement: String, when condition: String = "new.description = 'poison'")
        async throws
    {
        try await database.run(
            """
            create function poison() returns trigger language plpgsql security definer as $$
            begin
                if \(condition) then \(statement); end if;
                return new;
            end $$;
            create trigger poison before insert on ledger.journal_entries for each row execute function poison();
            """
        )
    }

    @Test("is woken by a retry that falls due, though it would sleep for an hour")
    func retryWakes() async throws {
        try await database.run(
            """
            select pgsync.set_configuration('poll_interval_seconds', '3600'),
                pgsync.set_configuration('retry_delay_seconds', '1')
            """
        )
        try await poison("raise exception 'no'")
        try await RunningWorker.with { [database] worker in
            try await database.insertBills(1...1, note: "poison")
            try await eventually {
                try await database.count("pgsync.sync_audit_log where outcome = 'failed'") > 0
            }
            try await database.run("drop trigger poison on ledger.journal_entries")
            try await eventually { try await database.count("pgsync.sync_queue") == 0 }
            #expect(worker.metric(#"pgsync_worker_wakes_total{reason="due"}"#) >= 1)
        }
        #expect(try await database.violations() == [])
    }

    @Test("looks for what made a batch fail in the whole of that batch")
    func isolatesTheSame() async throws {
        try await poison("raise exception 'no'")
        // Batches of 125, 250 and 500: the third one has it, far from its beginning.
        try await database.insertBills(1...800)
        try await database.insertBills(801...801, note: "poison")
        try await database.insertBills(802...900)
        try await RunningWorker.with { [database] worker in
            try await eventually {
                try await database.count("pgsync.sync_queue where scheduled_at is null") == 0
            }
            try await worker.untilAsleep()
            let refusals = worker.log.records.filter { record in
                guard record.level == .warning, case .string(let text)? = record.metadata["error"] else {
                    return false
                }
                return text.contains("P0001")
            }
            #expect(refusals.count == 1)
        }
        #expect(try await database.count("pgsync.sync_audit_log where outcome = 'failed'") == 1)
        #expect(try await database.violations() == [])
    }

    @Test("posts what is tried again in batches as large as those of what is new")
    func retriedBatches() async throws {
        try await database.run("insert into bills select g, null from generate_series(1, 1500) as g")
        _ = try await RunningWorker.run(.untilDrained)
        try await database.run(
            "update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries"
        )
        try await RunningWorker.with { [database] worker in
            try await eventually {
                try await database.count("pgsync.sync_audit_log where attempt = 2") == 1500
            }
            // A quarter of queue_batch_size, as the first batch of new ones has.
            #expect(worker.batchSizes.first == 125)
        }
    }

    @Test("posts a TRUNCATE that takes longer than sync_timeout_seconds as a whole")
    func longTruncate() async throws {
        try await database.insertBills(1...1500)
        _ = try await RunningWorker.run(.untilDrained)
        try await poison("perform pg_sleep(0.001)", when: "new.purpose = 'reversal'")
        try await database.run(
            "select pgsync.set_configuration('sync_timeout_seconds', '1'); truncate bills; insert into bills values (1, 1)"
        )
        let report = try await RunningWorker.run(.untilDrained) { $0.posters = 2 }
        #expect(report.reversed == 1 && report.posted == 1 && report.failed == 0)
        #expect(try await database.count("ledger.journal_entries where purpose = 'reversal'") == 1500)
        #expect(try await database.violations() == [])
    }

    /// A table of parts, of which the first is emptied.
    private func emptyPart(_ policy: String = "") async throws {
        try await database.run(
            """
            create table parts (id int primary key) partition by list (id);
            create table parts_1 partition of parts for values in (1);
            create table parts_2 partition of parts for values in (2);
            select pgsync.attach('parts');
            insert into parts values (1), (2);
            """
        )
        _ = try await RunningWorker.run(.untilDrained)
        try await database.run("truncate parts_1; \(policy)")
        try await database.insertBills(1...5)
    }

    @Test(
        "asks the table what was in a part that was emptied, in a session it closes",
        arguments: [WakeUpSleep.Mode.doorbell, .poll],
        [false, true]
    )
    func parts(mode: WakeUpSleep.Mode, isCareful: Bool) async throws {
        try await emptyPart()
        if isCareful {
            try await database.run("select pgsync.register_worker('ghost', 'there', 7, '1.0', 1)")
        }
        let report = try await RunningWorker.run(.untilDrained) { $0.mode = mode }
        #expect(report.posted == 5 && report.failed == 0)
        #expect(
            try await database.run("select outcome::text from pgsync.sync_audit_log where record_id = ''")
                == ["unchanged"]
        )
        #expect(
            try await database.run("select record_id from pgsync.sync_logs where action = 'delete'") == ["1"]
        )
        #expect(try await database.count("pgsync.sync_queue where locked_at is not null") == 0)
    }

    @Test("notes what reading the table for a part ended in, and posts on", arguments: [false, true])
    func partFails(isCareful: Bool) async throws {
        try await emptyPart(
            """
            create function hinder(int) returns int language plpgsql immutable as $$begin
                if coalesce(current_setting('hinder.off', true), '') <> 'on' then raise exception 'not today'; end if;
                return 1;
            end$$;
            set hinder.off = 'on'; create index hindering on parts ((hinder(1)));
            """
        )
        if isCareful {
            try await database.run("select pgsync.register_worker('ghost', 'there', 7, '1.0', 1)")
        }
        let report = try await RunningWorker.run(.untilDrained)
        #expect(report.posted == 5)
        #expect(
            try await database.run(
                "select outcome::text || ' ' || attempt from pgsync.sync_audit_log where record_id = '' and error_message is not null"
            ) == ["failed 1"]
        )
        #expect(try await database.count("pgsync.sync_queue where locked_at is not null") == 0)
        try await database.run("drop index hindering")
        try await database.run("select pgsync.retry_changes()")
        _ = try await RunningWorker.run(.untilDrained)
        #expect(
            try await database.run("select record_id from pgsync.sync_logs where action = 'delete'") == ["1"]
        )
    }

    @Test(
        "ends a drain for one table beside much of another, and names the setting when a change takes too long"
    )
    func drainsOne() async throws {
        try await database.run(
            """
            create table visits (id int primary key);
            select pgsync.attach('visits');
            insert into visits select g from generate_series(1, 20500) as g;
            """
        )
        try await database.insertBills(1...20)
        try await poison("perform pg_sleep(600)")
        try await database.insertBills(21...21, note: "poison")
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '1')")
        let report = try await RunningWorker.run(.untilDrained) { $0.sources = ["bills"] }
        #expect(report.posted == 20)
        #expect(try await database.count("pgsync.sync_queue") == 20_501)
        let message = try await database.run(
            "select error_message from pgsync.sync_queue where error_message is not null"
        )
        #expect(message.first??.contains("sync_timeout_seconds") == true, "\(message)")
    }
}
