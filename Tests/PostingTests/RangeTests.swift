// Long because the ranges of one database are tried from making to dropping.
import Postgres
import TestSupport
import Testing

@Suite("Ranges of ids", .posting, .timeLimit(.minutes(5)))
struct RangeTests {
    let database = TestDatabase.current

    /// Ranges of 100 changes, the first until 1,000.
    private func ranges(_ columns: String = "range_name, state", where condition: String = "true")
        async throws
        -> [String]
    {
        try await database.lines(
            "select concat_ws(' ', \(columns)) from pgsync.id_ranges where \(condition) order by range_name"
        )
    }

    private func findings() async throws -> [String] {
        try await database.lines("select finding from pgsync.inspect_ranges() order by finding")
    }

    /// Lets the newest change be one of the second range, and the changes of the first be old.
    private func age(days: Int = 8) async throws {
        try await database.run(
            """
            select setval('pgsync.sync_logs_id_seq', 260000);
            select pgsync.remember_growth(settling => '0');
            set session_replication_role = replica;
            alter table pgsync.sync_logs_000001 disable trigger all;
            update pgsync.sync_logs_000001 set captured_at = captured_at - interval '\(days) days';
            alter table pgsync.sync_logs_000001 enable always trigger sync_logs_never_changes;
            alter table pgsync.sync_logs_000001 enable always trigger range_is_never_truncated;
            """
        )
    }

    /// Takes steps until there is none, or locks are in the way.
    @discardableResult
    private func drop() async throws -> [String] {
        var states: [String] = []
        repeat {
            states.append(try await database.value("select state from pgsync.drop_range_step()") ?? "null")
        } while !["busy", "done"].contains(states.last)
        return states
    }

    @Test("are made ahead in a new database, with an empty open end, and share their bounds")
    func fresh() async throws {
        #expect(try await findings() == [])
        #expect(
            try await ranges("range_name, from_id, until_id", where: "table_name = 'sync_logs'").prefix(2)
                == ["sync_logs_000001 0 250000", "sync_logs_000002 250000 500000"]
        )
        #expect(
            try await database.value(
                """
                select bool_and(exists (
                    select from pgsync.id_ranges as log
                    where log.table_name = 'sync_logs' and log.from_id < audit.until_id and log.until_id > audit.until_id
                )) is not true
                from pgsync.id_ranges as audit where audit.table_name = 'sync_audit_log'
                """
            ) == "t"
        )
        #expect(try await database.lines("select found from pgsync.inspect_schema()") == [])
        #expect(try await database.refusal(of: "truncate pgsync.sync_logs_000002").sqlState?.code == "55000")
        #expect(
            try await database.refusal(of: "truncate pgsync.sync_audit_log_open").sqlState?.code == "55000"
        )
    }

    @Test("are dropped with changes of tables that are not posted, which are counted as such")
    func unposted() async throws {
        try await database.run(
            """
            create table stock (id integer primary key);
            select pgsync.attach('stock', posts => false);
            insert into stock select generate_series(1, 7);
            """
        )
        try await age()
        #expect(try await drop().contains("dropped"))
        #expect(
            try await database.lines(
                "select concat_ws(' ', outcome, row_count) from pgsync.range_totals where source_table = 'stock'::regclass order by 1"
            ) == ["captured 7", "unposted 7"]
        )
    }

    @Test("stay while a change in them is not folded into the versions of records")
    func unfolded() async throws {
        try await database.run(
            "create table stock (id integer primary key); select pgsync.attach('stock', posts => false)"
        )
        try await database.run("select pgsync.set_synced('stock', true)")
        try await database.run("insert into stock select generate_series(1, 7)")
        try await age()
        let obstacle =
            "select pgsync.range_obstacle(own) from pgsync.id_ranges as own where range_name = 'sync_logs_000001'"
        #expect(try await !drop().contains("dropped"))
        #expect(try await database.value(obstacle) == "unfolded")
        let tick = try await database.value("select pgsync.tick()") ?? ""
        #expect(try await database.value("select pgsync.fold_versions(\(tick))") == "7")
        #expect(try await drop().contains("dropped"))
    }

    @Test("take changes across a boundary, and over an empty one between")
    func boundary() async throws {
        try await database.run("select setval('pgsync.sync_logs_id_seq', 249998)")
        #expect(
            try await database.post(
                "insert into bills (id, amount) select g, g from generate_series(1, 4) as g"
            )
                == "posted 4"
        )
        try await database.run("select setval('pgsync.sync_logs_id_seq', 750000)")
        #expect(try await database.post("update bills set amount = amount + 1") == "amended 4")
        #expect(
            try await database.lines(
                "select tableoid::regclass || ' ' || count(*) from pgsync.sync_logs group by tableoid order by 1"
            ) == ["pgsync.sync_logs_000001 1", "pgsync.sync_logs_000002 3", "pgsync.sync_logs_000004 4"]
        )
        #expect(try await database.lines("select finding from ledger.inspect_journal()") == [])
    }

    @Test("are made while a transaction that wrote is open, and nobody waits for it")
    func madeBesideWriter() async throws {
        try await database.connect { writer in
            try await writer.run("begin; insert into bills (id, amount) values (1, 1)")
            try await database.run("select setval('pgsync.sync_logs_id_seq', 600000)")
            #expect(try await database.value("select pgsync.make_ranges()") == "2")
            #expect(try await database.post("insert into bills (id, amount) values (2, 1)") == "posted 1")
            try await writer.run("commit")
        }
        #expect(try await database.post() == "posted 1")
        #expect(try await findings() == [])
    }

    @Test("are not made while a reader of the open end is in the way, which is told when few are left")
    func makingGivesUp() async throws {
        try await database.connect { reader in
            try await reader.run("begin; select count(*) from pgsync.sync_logs_open")
            try await database.run("select setval('pgsync.sync_logs_id_seq', 600000)")
            #expect(try await database.value("select pgsync.make_ranges()") == "0")
            try await database.run("select setval('pgsync.sync_logs_id_seq', 1100000)")
            #expect(try await findings() == ["few_ranges"])
            #expect(
                try await database.refusal(of: "select pgsync.make_ranges()").sqlState == .lockNotAvailable
            )
            try await reader.run("commit")
        }
        #expect(try await database.value("select pgsync.make_ranges() > 2") == "t")
        #expect(try await findings() == [])
    }

    @Test("that were not made in time leave rows in the open end, which is an alarm and is mended")
    func openEnd() async throws {
        try await database.run("select setval('pgsync.sync_logs_id_seq', 20000000)")
        #expect(try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)") == "posted 2")
        #expect(Set(try await findings()) == ["few_ranges", "open_end_used"])
        #expect(try await database.value("select pgsync.make_ranges()") == "0")
        try await database.migrate()
        #expect(try await findings() == [])
        #expect(try await database.value("select count(*) from pgsync.sync_logs_open") == "0")
        #expect(try await database.value("select count(*) from pgsync.sync_logs") == "2")
        #expect(try await database.post("update bills set amount = 3 where id = 1") == "amended 1")
        #expect(try await database.lines("select found from pgsync.inspect_schema()") == [])
    }

    @Test("stay while they are young, in use or not finished, or someone removed a change from the queue")
    func stay() async throws {
        func obstacle() async throws -> String? {
            try await database.value(
                "select obstacle from pgsync.list_ranges() where range_name = 'sync_logs_000001'"
            )
        }
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null)")
        #expect(try await obstacle() == "current")
        try await database.run("select setval('pgsync.sync_logs_id_seq', 260000)")
        #expect(try await obstacle() == "young")
        try await age()
        #expect(try await obstacle() == "unfinished")
        #expect(try await drop() == ["done"])
        try await database.run(
            "begin; set local pgsync.finishing = on; delete from pgsync.sync_queue; commit"
        )
        #expect(try await drop() == ["frozen", "done"])
        #expect(try await obstacle() == "lost")
        #expect(try await database.value("select count(*) from pgsync.sync_logs") == "2")
    }

    @Test("stay until the growth of tables is counted from a later change")
    func counted() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await age()
        try await database.run(
            "update pgsync.sources set counted = counted || '{\"log_id\": 0, \"triggers\": \"\"}'"
        )
        #expect(try await drop() == ["done"])
        try await database.run("select pgsync.remember_growth(settling => '0')")
        #expect(try await drop() == ["frozen", "dropped", "done"])
        #expect(
            try await database.lines("select source_table from pgsync.capture_growth() where unexplained > 0")
                == []
        )
    }

    @Test("are dropped with their totals kept, and everything tells the truth afterwards")
    func dropped() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null), (3, 3)")
        _ = try await database.post("update bills set amount = 5 where id in (1, 2)")
        try await database.run("select pgsync.tick()")
        let attempts = try #require(try await database.value("select attempts from pgsync.running_totals()"))
        let direct = try await database.lines(Self.direct)
        try await age()
        #expect(try await drop() == ["frozen", "dropped", "done"])
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', outcome, row_count, entry_count, first_id, last_id, encode(digest, 'hex'))
                from pgsync.range_totals where outcome <> 'captured' order by outcome
                """
            ) == direct
        )
        // captured = posted + amended + … for each table and day.
        #expect(
            try await database.value(
                """
                select bool_and(captured = rest) from (
                    select
                        sum(row_count) filter (where outcome = 'captured') as captured,
                        sum(row_count) filter (where outcome <> 'captured') as rest
                    from pgsync.range_totals group by source_table, day
                ) as summed
                """
            ) == "t"
        )
        #expect(
            try await ranges("state, row_count, dropped_by", where: "range_name = 'sync_logs_000001'") == [
                "dropped 5 postgres"
            ]
        )
        #expect(try await database.value("select to_regclass('pgsync.sync_logs_000001')") == nil)

        let trace = try await database.lines("select event || ' ' || what from pgsync.trace('bills', '1')")
        #expect(
            trace.contains { $0.hasPrefix("change its image was dropped with range sync_logs_000001 on ") }
        )
        #expect(trace.contains { $0.hasPrefix("attempt posted") })
        #expect(try await database.value("select attempts from pgsync.running_totals()") == attempts)
        #expect(try await database.lines("select finding from ledger.inspect_journal()") == [])
        #expect(try await database.lines("select log_id from pgsync.lost_changes()") == [])
        #expect(
            try await database.lines("select source_table from pgsync.capture_growth() where unexplained > 0")
                == []
        )
        #expect(
            try await database.refusal(of: "select pgsync.changes_between(null, 1)").message
                .hasPrefix("changes before 250000 were dropped")
        )
        #expect(try await database.post("update bills set amount = 7 where id = 1") == "amended 1")
        #expect(try await database.post("truncate bills") != nil)
        #expect(try await database.lines("select found from pgsync.inspect_schema()") == [])
    }

    /// Outcomes counted and hashed without the functions of ranges: rows end in the order of their key.
    private static let direct = """
        with final as (
            select distinct on (audit.log_id) audit.*
            from pgsync.sync_audit_log as audit order by audit.log_id, audit.attempt desc
        ),
        told as (
            select final.*, (
                select string_agg(coalesce(length(field.value) || ':' || field.value, '-'), '' order by field.place)
                from unnest(array[
                    log_id::text, attempt::text, outcome::text, record_id, array_to_string(entry_ids, ','),
                    superseded_by::text, error_class, error_message, worker,
                    floor(extract(epoch from recorded_at) * 1000000)::bigint::text, recorded_by, recorded_xid::text
                ]) with ordinality as field (value, place)
            ) as text
            from final
        )
        select concat_ws(
            ' ', outcome, count(*), coalesce(sum(cardinality(entry_ids)), 0), min(log_id), max(log_id),
            encode(sha256(string_agg(sha256(convert_to(text, 'UTF8')), '' order by log_id)), 'hex')
        )
        from told group by outcome order by outcome::text
        """

    @Test("have digests of several slices that anyone can compute")
    func slices() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.run("select setval('pgsync.sync_logs_id_seq', 15000)")
        _ = try await database.post("insert into bills (id, amount) values (3, 3), (4, 4)")
        try await age()
        #expect(try await database.value("select state from pgsync.drop_range_step()") == "frozen")
        #expect(
            try await database.lines(
                """
                with told as (
                    select log.id, sha256(convert_to((
                        select string_agg(coalesce(length(field.value) || ':' || field.value, '-'), '' order by field.place)
                        from unnest(array[
                            id::text, record_id, action::text, data::text, old_data::text, origin, source_version::text,
                            captured_xid::text, floor(extract(epoch from captured_at) * 1000000)::bigint::text, correlation_id
                        ]) with ordinality as field (value, place)
                    ), 'UTF8')) as hash
                    from pgsync.sync_logs as log
                ),
                slice as (
                    select id / 10000 as number, sha256(string_agg(hash, '' order by id)) as digest from told group by 1
                )
                select count(*) || ' ' || encode(sha256(string_agg(digest, '' order by number)), 'hex') from slice
                """
            )
                == database.lines(
                    """
                    select '2 ' || encode(digest, 'hex') from pgsync.range_totals
                    where outcome = 'captured' and row_count = 4 and first_id < 10000 and last_id > 15000
                    """
                )
        )
    }

    @Test(
        "are hashed by the query itself, and not by a function for each column, which takes ten times as long"
    )
    func inlined() async throws {
        let plan = try await database.lines(
            "explain (verbose, costs off) select pgsync.netstring(record_id) from pgsync.sync_logs_000001"
        )
        #expect(plan.contains { $0.contains("Output: COALESCE") })
        #expect(!plan.contains { $0.contains("netstring") })
    }

    @Test(
        "and their totals are counted and dropped, and nothing else happens to them, whoever tries",
        arguments: ["", "set role pgsync_owner;", "set session_replication_role = replica;"]
    )
    func guarded(prelude: String) async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await age()
        #expect(try await database.value("select state from pgsync.drop_range_step()") == "frozen")
        for statement in [
            "delete from pgsync.range_totals", "truncate pgsync.range_totals",
            "delete from pgsync.id_ranges", "truncate pgsync.id_ranges cascade",
            "update pgsync.range_totals set row_count = 2",
            "insert into pgsync.range_totals select (jsonb_populate_record(own, '{\"outcome\": \"x\"}')).* from pgsync.range_totals as own limit 1",
            "update pgsync.id_ranges set row_count = 2 where state = 'frozen'",
            "update pgsync.id_ranges set state = 'kept', frozen_at = null where state = 'frozen'",
            "update pgsync.id_ranges set until_id = until_id + 1 where range_name = 'sync_logs_000002'",
            "update pgsync.id_ranges set state = 'dropped', frozen_at = now(), dropped_at = now(), dropped_by = 'x', inserted = 1 where range_name = 'sync_logs_000002'",
        ] {
            #expect(
                try await database.refusal(of: prelude + statement).sqlState?.code == "55000",
                "\(statement)"
            )
        }
        #expect(try await drop() == ["dropped", "done"])
        #expect(
            try await database.refusal(
                of: prelude + "update pgsync.id_ranges set bytes = 0 where state = 'dropped'"
            )
            .sqlState?.code == "55000"
        )
    }

    @Test("of the audit log go after those of the log; the journal is not blamed for it")
    func audit() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null)")
        _ = try await database.post("update bills set amount = 5")
        let attempts = try #require(try await database.value("select attempts from pgsync.running_totals()"))
        try await database.run("select setval('pgsync.sync_logs_id_seq', 4100000)")
        try await age()
        try await database.run(
            "select setval('pgsync.sync_logs_id_seq', 4100000); select pgsync.remember_growth(settling => '0')"
        )
        #expect(
            try await database.value(
                "select obstacle from pgsync.list_ranges() where range_name = 'sync_audit_log_000001'"
            )
                == "logged"
        )
        #expect(try await drop().last == "done")
        #expect(
            try await database.value(
                "select obstacle from pgsync.list_ranges() where range_name = 'sync_audit_log_000001'"
            )
                == "young"
        )
        try await database.run(
            """
            set session_replication_role = replica;
            alter table pgsync.sync_audit_log_000001 disable trigger all;
            update pgsync.sync_audit_log_000001 set recorded_at = recorded_at - interval '9 years'
            """
        )
        #expect(try await drop().suffix(2) == ["dropped", "done"])
        #expect(
            try await database.lines(
                """
                select outcome || ' ' || row_count from pgsync.range_totals
                where range_name = 'sync_audit_log_000001' order by outcome
                """
            ) == ["amended 1", "failed 1", "posted 2", "superseded 1"]
        )
        #expect(
            try await database.value("select attempts >= \(attempts) from pgsync.running_totals()") == "t"
        )
        #expect(try await database.lines("select finding from ledger.inspect_journal()") == [])
        #expect(try await database.post("update bills set amount = 9 where id = 1") == "amended 1")
    }

    @Test("are not dropped behind a writer, and nobody is kept waiting; making goes on")
    func behindWriter() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await age()
        try await database.connect { writer in
            try await writer.run("begin; insert into bills (id, amount) values (2, 1)")
            #expect(try await drop() == ["frozen", "busy"])
            #expect(try await database.post("insert into bills (id, amount) values (3, 1)") == "posted 1")
            try await database.run("select setval('pgsync.sync_logs_id_seq', 600000)")
            #expect(try await database.value("select pgsync.make_ranges() > 0") == "t")
            try await writer.run("commit")
        }
        #expect(try await drop() == ["dropped", "done"])
    }

    @Test("give up when a lock appears at the last moment, and hold none then")
    func lockTimeout() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await age()
        #expect(try await database.value("select state from pgsync.drop_range_step()") == "frozen")
        try await database.connect { writer in
            try await database.connect { dropper in
                // The first look finds nobody, since it looks at other tables.
                try await dropper.run(
                    """
                    create or replace function pgsync.lasting_locks(relations regclass[], span interval default '1 second')
                    returns bigint language sql as 'select 0::bigint'
                    """
                )
                try await writer.run("begin; insert into bills (id, amount) values (2, 1)")
                try await dropper.run("begin")
                #expect(try await dropper.run("select state from pgsync.drop_range_step()") == "busy")
                #expect(
                    try await database.value(
                        """
                        select count(*) from pg_locks
                        where mode = 'AccessExclusiveLock' and locktype = 'relation'
                            and relation = 'pgsync.sync_logs'::regclass
                        """
                    ) == "0"
                )
                #expect(try await database.post("insert into bills (id, amount) values (3, 1)") == "posted 1")
                try await dropper.run("commit")
                try await writer.run("commit")
            }
        }
        #expect(try await drop() == ["dropped", "done"])
    }

    @Test("are made although dropping fails")
    func failingDrop() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await age()
        try await database.run("create view reported as select * from pgsync.sync_logs_000001")
        #expect(try await database.value("select state from pgsync.drop_range_step()") == "frozen")
        #expect(try await database.refusal(of: "select pgsync.drop_range_step()").sqlState?.code == "2BP01")
        try await database.run("select setval('pgsync.sync_logs_id_seq', 600000)")
        #expect(try await database.value("select pgsync.make_ranges() > 0") == "t")
        #expect(try await ranges("state", where: "range_name = 'sync_logs_000001'") == ["frozen"])
    }

    @Test("survive a dump and a restore")
    func restored() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await TestDatabase.with { restored in
            #expect(try await database.restore(into: restored))
            #expect(try await restored.lines("select found from pgsync.inspect_schema()") == [])
            #expect(try await restored.lines("select finding from pgsync.inspect_ranges()") == [])
            #expect(try await restored.post("update bills set amount = 3 where id = 1") == "amended 1")
            try await restored.run("select setval('pgsync.sync_logs_id_seq', 600000)")
            #expect(try await restored.value("select pgsync.make_ranges()") == "2")
        }
    }
}
