import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

/// What the owner of a table can do while it is read for an emptied part, and what that does to others: nothing.
@Suite("Reading a table for an emptied part", .postingDatabase, .timeLimit(.minutes(5)))
struct PartTests {
    private let database = TestDatabase.current

    /// Code of an owner of a table, as statements of a block.
    enum Hindrance: String, CaseIterable, Sendable {
        case cancelled = "raise exception 'no' using errcode = '57014';"
        case lost = "raise exception 'no' using errcode = '08006';"
        case shutDown = "raise exception 'no' using errcode = '57P01';"
        case contended = "raise exception 'no' using errcode = '40001';"
        case full = "raise exception 'no' using errcode = '53300';"
        case readOnly = "raise exception 'no' using errcode = '25006';"
        case stale = "raise exception 'no' using errcode = '26000';"
        case unsupported = "raise exception 'no' using errcode = '0A000';"
        case endless = "perform pg_sleep(600);"
        case stubborn =
            "loop begin perform pg_sleep(600); exception when query_canceled then perform 1; end; end loop;"
        /// Takes what every poster needs.
        case locking =
            "perform pg_advisory_lock(1886876532, s) from generate_series(0, 1023) as s; perform pg_sleep(600);"
    }

    /// A table of parts whose first part was emptied, and whose owner hinders whoever reads it from now on.
    private func emptyPart(_ hindrance: Hindrance) async throws {
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
        try await database.run(
            """
            create function hinder(int) returns int language plpgsql immutable as $$begin
                if coalesce(current_setting('hinder.off', true), '') <> 'on' then \(hindrance.rawValue) end if;
                return 1;
            end$$;
            set hinder.off = 'on'; create index hindering on parts ((hinder(1))); truncate parts_1;
            select pgsync.set_configuration('sync_timeout_seconds', '2'),
                pgsync.set_configuration('retry_delay_seconds', '1'),
                pgsync.set_configuration('retry_backoff_multiplier', '1'),
                pgsync.set_configuration('max_retry_attempts', '2'),
                pgsync.set_configuration('worker_heartbeat_seconds', '1')
            """
        )
    }

    private let readings = #"""
        pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()
            and query like '%find\_truncated(%'
        """#

    @Test(
        "holds up no other table, leaves batches as they were, and counts each attempt, however it ends",
        arguments: Hindrance.allCases.filter { $0 != .locking }
    )
    func hinders(hindrance: Hindrance) async throws {
        try await emptyPart(hindrance)
        let report = try await RunningWorker.with { [database] worker in
            for round in 0..<10 {
                let first = round * 100 + 1
                try await database.insertBills(first...first + 99)
                try await eventually(within: .seconds(5)) {
                    try await database.count("pgsync.sync_audit_log where outcome = 'posted'") == first + 99
                }
            }
            try await eventually(within: .seconds(60)) {
                try await database.count(
                    "pgsync.sync_queue where sync_status = 'failed' and attempts = 2 and error_class is not null"
                ) == 1
            }
            #expect(worker.batchSizes.count { $0 > 90 } >= 2, "\(worker.batchSizes)")
        }
        #expect(!report.wasCut && report.posted == 1000)
        #expect(
            try await database.run(
                "select outcome::text || ' ' || attempt from pgsync.sync_audit_log where record_id = '' order by attempt"
            ) == ["failed 1", "failed 2"]
        )
        #expect(try await database.count(readings) == 0)
        #expect(try await database.violations() == [])
    }

    @Test("asks the server for little while it goes on, and is given up when the worker is to stop")
    func isQuietAndStops() async throws {
        try await emptyPart(.stubborn)
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '30')")
        let readings = readings
        let report = try await RunningWorker.with { [database] _ in
            try await eventually { try await database.count(readings) == 1 }
            let transactions = """
                select (xact_commit + xact_rollback)::text from pg_stat_database where datname = current_database()
                """
            let before = Int(try await database.run(transactions)[0] ?? "") ?? 0
            // A rate needs a span of time, and each look at a condition would count itself.
            try await Task.sleep(for: .seconds(4))
            let after = Int(try await database.run(transactions)[0] ?? "") ?? 0
            #expect(after - before < 400)
        }
        #expect(!report.wasCut)
        try await eventually { try await database.count(readings) == 0 }
    }

    @Test("of one table does not keep the parts of another from being read, however many there are")
    func otherParts() async throws {
        try await emptyPart(.endless)
        try await database.run("set hinder.off = 'on'; truncate parts_1; truncate parts_2; truncate parts_1")
        try await database.run(
            """
            create table others (id int primary key) partition by list (id);
            create table others_1 partition of others for values in (1);
            create table others_2 partition of others for values in (2);
            select pgsync.attach('others');
            insert into others values (1), (2);
            truncate others_1, others_2;
            """
        )
        try await RunningWorker.with { [database] _ in
            try await eventually(within: .seconds(30)) {
                try await database.count(
                    "pgsync.sync_logs where action = 'delete' and source_table = 'others'::regclass"
                ) == 2
            }
        }
    }

    @Test(
        "is ended when it takes locks that posters need, however long it may last, and its owner is not read for a while"
    )
    func locks() async throws {
        try await emptyPart(.locking)
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '600')")
        try await RunningWorker.with { [database] worker in
            try await worker.untilLogged(
                "Terminated code of a table's owner that took locks needed for posting; the owner's tables are not read for a while"
            )
            try await database.insertBills(1...100)
            // Its limit is 30 s.
            try await eventually(within: .seconds(25)) {
                try await database.count("pgsync.sync_audit_log where outcome = 'posted'") == 100
            }
            // The next attempt fails without any reading, and nothing is asked for again and again meanwhile.
            try await eventually(within: .seconds(60)) {
                try await database.count(
                    "pgsync.sync_audit_log where record_id = '' and attempt = 2 and error_message like '%not read: code%'"
                ) == 1
            }
        }
        #expect(try await database.count(readings) == 0)
        #expect(try await database.violations() == [])
    }

    @Test("of one owner holds up the parts of others hardly, however many he has")
    func otherOwners() async throws {
        try await emptyPart(.endless)
        let failures = "pgsync.sync_audit_log where outcome = 'failed' and record_id = ''"
        let owner = "owner_\(database.name)"
        try await database.run(
            """
            create table others (id int primary key) partition by list (id);
            create table others_1 partition of others for values in (1);
            create table others_2 partition of others for values in (2);
            create role \(owner); alter table others owner to \(owner);
            alter table others_1 owner to \(owner); alter table others_2 owner to \(owner);
            grant create on schema public to \(owner);
            select pgsync.attach('others');
            insert into others values (1), (2);
            select pgsync.set_configuration('sync_timeout_seconds', '20'),
                pgsync.set_configuration('max_retry_attempts', '100');
            set hinder.off = 'on';
            truncate parts_2; truncate parts_1; truncate parts_2; truncate parts_1; truncate parts_2; truncate parts_1;
            """
        )
        try await RunningWorker.with { [database] _ in
            // From here on the first owner has had his share of the reader's time.
            try await eventually(within: .seconds(120)) {
                try await database.count(failures) >= 1
            }
            let failed = try await database.count(failures)
            for round in 1...3 {
                try await database.run(
                    "insert into others values (1), (2) on conflict do nothing; truncate others_1, others_2"
                )
                try await eventually(within: .seconds(60)) {
                    try await database.count(
                        "pgsync.sync_logs where action = 'delete' and source_table = 'others'::regclass"
                    ) >= 2 * round
                }
            }
            // Whoever waits for the end of one of those readings sees it fail.
            #expect(try await database.count(failures) < failed + 3)
        }
        try await database.run("drop table others; drop owned by \(owner); drop role \(owner)")
    }

    @Test("is ended when it was left behind, and the worker says so")
    func leftBehind() async throws {
        try await emptyPart(.stubborn)
        try await database.connect { stranger in
            let reading = Task {
                try await stranger.withSession {
                    _ = try $0.query("select pgsync.find_truncated(max(log_id)) from pgsync.sync_queue")
                }
            }
            try await RunningWorker.with { worker in
                try await worker.untilLogged(
                    "A duty of this worker failed; posting and its other duties continue"
                )
                try await worker.untilLogged("A duty of this worker succeeded again")
            }
            await #expect(throws: PostgresError.self) { try await reading.value }
        }
    }
}
