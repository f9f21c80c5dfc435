import Postgres
import TestSupport
import Testing

@Suite("A change that posting chokes on", .posting, .timeLimit(.minutes(2)))
struct PoisonTests {
    let database = TestDatabase.current

    @Test("is found among the others, which are posted, and has the class of its error")
    func isolated() async throws {
        try await database.run(
            """
            insert into bills (id, amount, account, party, currency, fee)
            select
                g, case g when 43 then 2e15 when 60 then 1e30 else g end, case g when 7 then '9999' when 8 then 'none' else '4000' end,
                case when g not in (20, 41) then 'P-1' end, case g when 42 then 'XXX' else 'INR' end, case g when 1 then 1e30 end
            from generate_series(1, 60) as g;
            """
        )
        let error = try await database.refusal(of: "select pgsync.process_batch('test', 100)")
        #expect(error.sqlState != nil)
        #expect(try await database.value("select count(*) from pgsync.sync_audit_log") == "0")
        #expect(try await database.post(isolate: true) == "posted 52, failed 8")
        #expect(
            try await database.lines(
                "select record_id || ' ' || error_class from pgsync.sync_log_status where sync_status = 'failed' order by record_id::int"
            ) == [
                "1 data.refused", "7 ledger.account", "8 ledger.account", "20 ledger.party",
                "41 ledger.party",
                "42 ledger.currency", "43 ledger.refused", "60 data.refused",
            ]
        )
        try await database.run(
            "update bills set account = '4000', party = 'P-1', currency = 'INR', fee = null, amount = id"
        )
        #expect(try await database.post() == "posted 8, superseded 8")
        try await database.expectNoFaults()
    }

    @Test(
        "for a reason that goes away by itself leaves the whole batch as it was",
        arguments: ["40001", "40P01", "55P03", "57014", "53100"]
    )
    func transient(state: String) async throws {
        try await database.run(
            """
            create function public.fail() returns trigger language plpgsql as $$begin
                raise exception 'for a test' using errcode = '\(state)'; end$$;
            create trigger fail after insert on ledger.journal_lines for each row when (new.amount = 66) execute function public.fail();
            insert into bills (id, amount) values (1, 1), (2, 66), (3, null);
            """
        )
        let before = try await database.lines("select queue::text from pgsync.sync_queue as queue")
        for isolate in [true, false] {
            let error = try await database.refusal(
                of: "select pgsync.process_batch('test', isolate => \(isolate))"
            )
            #expect(error.sqlState?.code == state)
            #expect(try await database.value("select pgsync.error_class_of('\(state)')") == "transient")
            #expect(try await database.lines("select queue::text from pgsync.sync_queue as queue") == before)
            #expect(try await database.value("select count(*) from pgsync.sync_audit_log") == "0")
            #expect(try await database.value("select count(*) from ledger.journal_entries") == "0")
        }
        try await database.run("drop trigger fail on ledger.journal_lines")
        #expect(try await database.post() == "posted 2, failed 1")
        try await database.expectNoFaults()
    }

    @Test("for a reason nobody has foreseen is tried again, and costs the others nothing")
    func unexpected() async throws {
        try await database.run(
            """
            create function public.fail() returns trigger language plpgsql as $$begin raise exception 'for a test'; end$$;
            create trigger fail after insert on ledger.journal_lines for each row when (new.amount = 66) execute function public.fail();
            """
        )
        #expect(
            try await database.post(
                "insert into bills (id, amount) values (1, 1), (2, 66), (3, 3)",
                isolate: true
            )
                == "posted 2, failed 1"
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', sync_status, error_class, error_message, attempts, scheduled_at > now()) from pgsync.sync_queue"
            )
                == ["pending unexpected for a test 1 t"]
        )
        try await database.expectNoFaults()
    }

    @Test("because its key is longer than an index takes is posted like any other", arguments: [false, true])
    func longKey(isolate: Bool) async throws {
        try await database.run(longKeys)
        let all = "select key(g) from generate_series(1, 4) as g"
        #expect(
            try await database.post(
                "insert into pages (id, amount) select key(g), g from generate_series(1, 4) as g",
                isolate: isolate
            ) == "posted 4"
        )
        #expect(try await database.post("update pages set amount = 9", isolate: isolate) == "amended 4")
        #expect(try await database.post("update pages set amount = -1", isolate: isolate) == "failed 4")
        try await database.run(
            "update pages set account = 'none', amount = 5; insert into bills (id, amount) values (1, 1)"
        )
        #expect(try await database.post(isolate: true) == "posted 1, failed 4")
        #expect(
            try await database.value(
                "select count(*) from pgsync.trace('pages', key(3)) where event = 'attempt'"
            ) == "4"
        )
        #expect(
            try await database.value(
                "select pgsync.skip_changes(array_agg(log_id), 'test') from pgsync.sync_queue"
            ) == "8"
        )
        #expect(try await database.post("update pages set account = '4000'", isolate: isolate) == "amended 4")
        #expect(
            try await database.value("select count(pgsync.post_now('pages', key)) from (\(all)) as key (key)")
                == "4"
        )
        #expect(try await database.post("delete from pages", isolate: isolate) == "reversed 4")
        #expect(try await database.standing("pages") == [])
        try await database.expectNoFaults()
    }

    @Test("in careful mode is noted and let go of, too, however long its key")
    func longKeyCarefully() async throws {
        try await database.run(longKeys)
        try await database.run(
            "insert into pages (id, amount, account) values (key(1), 1, 'none'); insert into bills (id, amount) values (1, 1)"
        )
        for expected in ["failed 1", "posted 1"] {
            let id =
                try await database.value("select pgsync.begin_careful('test', holds_slot => false)") ?? ""
            #expect(
                try await database.value("select checks.told(pgsync.process_one('test', \(id), false))")
                    == expected
            )
        }
        // The session that announced it is gone.
        try await database.run(
            "update pages set account = '4000'; select pgsync.begin_careful('test', holds_slot => false)"
        )
        for _ in 1...2 { try await database.run("select pgsync.begin_careful('test', holds_slot => false)") }
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, error_class) from pgsync.sync_queue order by 1"
            )
                == ["1 ledger.account", "3 crash"]
        )
        // A poster in its usual mode takes it apart from the others.
        #expect(
            try await database.value(
                "select concat_ws(' ', (suspects[1]).log_id, cardinality(claims)) from pgsync.claim_due(10)"
            ) == "3 0"
        )
    }

    @Test("and whose failure cannot be noted either is put aside all the same, and says so")
    func unnotable() async throws {
        try await database.run(
            """
            create function public.fail() returns trigger language plpgsql as $$begin raise exception 'for a test'; end$$;
            create trigger fail before insert on pgsync.sync_master_status
            for each row when (new.record_id = '2') execute function public.fail();
            insert into bills (id, amount) values (1, 1), (2, 2), (3, 3)
            """
        )
        #expect(try await database.post(isolate: true) == "posted 2, failed 1")
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, sync_status, attempts, error_class, error_message) from pgsync.sync_queue"
            )
                == ["2 pending 1 unexpected for a test; the audit log could not record it: for a test"]
        )
        try await database.run(
            "drop trigger fail on pgsync.sync_master_status; update pgsync.sync_queue set scheduled_at = now()"
        )
        #expect(try await database.post() == "posted 1")
        #expect(try await database.lines("select record_id from pgsync.lost_changes()") == [])
    }

    @Test("keeps its place in the story of its record")
    func chained() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        for account in ["9999", "none", "4000"] {
            _ = try await database.post("update bills set account = '\(account)'", isolate: true)
        }
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, attempt, outcome, previous_change) from pgsync.sync_audit_log order by log_id, attempt"
            )
                == [
                    "1 1 posted", "2 1 failed 1", "2 2 superseded", "3 1 failed 2", "3 2 superseded",
                    "4 1 unchanged 3",
                ]
        )
        try await database.expectNoFaults()
    }

    @Test("in a TRUNCATE is noted, and the others go on")
    func truncated() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.run("update ledger.accounts set active = false where code = '4000'")
        try await database.run(
            "truncate bills; insert into moves (id, amount, account) values (1, 1, '4200')"
        )
        #expect(
            try await database.refusal(of: "select pgsync.process_batch('test')").sqlState?.code == "PL006"
        )
        #expect(try await database.post(isolate: true) == "posted 1, failed 1")
        #expect(
            try await database.lines("select concat_ws(' ', sync_status, error_class) from pgsync.sync_queue")
                == ["failed ledger.account"]
        )
        try await database.run(
            "update ledger.accounts set active = true where code = '4000'; select pgsync.retry_changes()"
        )
        #expect(
            try await database.post("insert into bills (id, amount) values (1, 1)") == "posted 1, reversed 1"
        )
        #expect(try await database.standing() == ["1: 2026-04-10 Bill, 1200 1 INR P-1, 4000 -1 INR"])
        try await database.expectNoFaults()
    }

    @Test("because its key was used for something else is a conflict, and posts nothing")
    func conflict() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        // As after a restore of one table: the ledger knows an entry that the record does not.
        try await database.run(
            """
            insert into pgsync.sync_logs (id, source_table, record_id, action, data, slot)
            select 999, source_table, record_id, action, data, slot from pgsync.sync_logs where id = 1;
            with entry as (
                insert into ledger.journal_entries (entry_date, document_date, purpose, currency, change_id, source_table, record_id, rule, idempotency_key, input_hash, description)
                values ('2026-04-10', '2026-04-10', 'posting', 'INR', 1, 'moves', '1', 'bill@1', 'change:999:bill@1', '\\x01', 'Another') returning id
            )
            insert into ledger.journal_lines (entry_id, line, account, amount, currency)
            select id, line, '1000', amount, 'INR' from entry, (values (1, 5), (2, -5)) as line (line, amount);
            insert into pgsync.sync_queue (log_id, slot) select id, slot from pgsync.sync_logs where id = 999;
            update pgsync.sync_master_status set fingerprint = 0, entry_ids = '{}', rules = '{}' where record_id = '1';
            insert into bills (id, amount) values (3, 3);
            """
        )
        #expect(
            try await database.refusal(of: "select pgsync.process_batch('test')").sqlState?.code == "23505"
        )
        #expect(try await database.post(isolate: true) == "posted 1, failed 1")
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, sync_status, error_class) from pgsync.sync_queue"
            )
                == ["999 failed ledger.conflict"]
        )
        #expect(
            try await database.value("select count(*) from ledger.journal_entries where change_id = 999")
                == "0"
        )
    }

    @Test("because somebody took its entry back by hand is a conflict, too")
    func reversedByHand() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await database.run("select ledger.reverse_entry(1, null, 'by hand')")
        try await database.run("update bills set amount = 2")
        #expect(try await database.post(isolate: true) == "failed 1")
        #expect(try await database.lines("select error_class from pgsync.sync_queue") == ["ledger.conflict"])
    }
}
