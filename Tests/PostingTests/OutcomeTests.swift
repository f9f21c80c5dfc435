import Postgres
import TestSupport
import Testing

@Suite("What becomes of a change", .posting, .timeLimit(.minutes(2)))
struct OutcomeTests {
    let database = TestDatabase.current

    @Test("is an entry under its own key, for the change, by the rule, on the day of the document")
    func posted() async throws {
        #expect(
            try await database.post(
                """
                set pgsync.correlation_id = 'visit 7';
                insert into bills (id, amount, fee, dims) values (7, 100, 20, '{"counter": "2"}')
                """
            ) == "posted 1"
        )
        #expect(
            try await database.standing() == [
                #"7: 2026-04-10 Bill, 1200 100 INR P-1 {"counter": "2"}, 4000 -100 INR"#,
                "7: 2026-04-10 Fee, 1000 20 INR, 4100 -20 INR",
            ]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', change_id, record_id, source_table, rule, correlation_id, idempotency_key, purpose, swept_from)
                from ledger.journal_entries order by rule
                """
            ) == [
                "1 7 bills bill@1 visit 7 change:1:bill@1 posting",
                "1 7 bills fee@1 visit 7 change:1:fee@1 posting",
            ]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', attempt, outcome, worker, correlation_id, entry_ids = array(select id from ledger.journal_entries order by id))
                from pgsync.sync_audit_log where duration > '0'
                """
            ) == ["1 posted test visit 7 t"]
        )
        try await database.expectNoFaults()
    }

    @Test("is a reversal and a new entry when it says something else, both on the day of the document")
    func amended() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 100)")
        #expect(
            try await database.post("update bills set amount = 90, day = '2026-05-02' where id = 1")
                == "amended 1"
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', purpose, entry_date, document_date, change_id, reverses, idempotency_key, checks.content(id))
                from ledger.journal_entries order by idempotency_key
                """
            ) == [
                "posting 2026-04-10 2026-04-10 1 change:1:bill@1 2026-04-10 Bill, 1200 100 INR P-1, 4000 -100 INR",
                "posting 2026-05-02 2026-05-02 2 change:2:bill@1 2026-05-02 Bill, 1200 90 INR P-1, 4000 -90 INR",
                "reversal 2026-04-10 2026-04-10 2 1 reversal:1 2026-04-10 Bill, 1200 -100 INR P-1, 4000 100 INR",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test(
        "is a reversal when the row goes or its rule does not apply any more, and an entry when it comes back",
        arguments: ["delete from bills", "update bills set status = 'void'"]
    )
    func reversed(script: String) async throws {
        _ = try await database.post("insert into bills (id, amount, fee) values (1, 100, 5)")
        #expect(try await database.post(script) == "reversed 1")
        #expect(try await database.standing() == [])
        #expect(
            try await database.post("delete from bills; insert into bills (id, amount) values (1, 100)")
                == (script.hasPrefix("delete") ? "posted 1" : "posted 1, superseded 1")
        )
        #expect(try await database.standing() == ["1: 2026-04-10 Bill, 1200 100 INR P-1, 4000 -100 INR"])
        try await database.expectNoFaults()
    }

    @Test("is nothing when no rule applies, the entry would be the same, or there is nothing to take back")
    func unchanged() async throws {
        #expect(
            try await database.post("insert into bills (id, amount, status) values (1, 100, 'draft')")
                == "unchanged 1"
        )
        #expect(try await database.post("update bills set status = 'final'") == "posted 1")
        #expect(
            try await database.post(
                "alter table bills add pages int; update bills set pages = 3; insert into bills (id, status) values (2, 'draft')"
            ) == "unchanged 1"
        )
        #expect(try await database.post("delete from bills where id = 2") == "unchanged 1")
        // An entry that was not made has no number, however often it was weighed.
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_audit_log where outcome = 'unchanged' and entry_ids is not null"
            ) == "0"
        )
        try await database.expectNoFaults()
    }

    @Test("is that a later one of the batch speaks for it")
    func superseded() async throws {
        #expect(
            try await database.post(
                """
                insert into bills (id, amount) values (1, 1), (2, 5);
                update bills set amount = 2 where id = 1; update bills set amount = 3 where id = 1;
                delete from bills where id = 2
                """
            ) == "posted 1, unchanged 1, superseded 3"
        )
        #expect(
            try await database.lines(
                "select log_id || ' ' || superseded_by from pgsync.sync_audit_log where superseded_by is not null order by 1"
            ) == ["1 4", "2 5", "3 4"]
        )
        try await database.expectNoFaults()
    }

    @Test("is not decided by one that comes to light late")
    func lateComer() async throws {
        // Out of order by hand: as if the first were committed after the second was posted.
        try await database.run("insert into bills (id, amount) values (1, 1); update bills set amount = 2")
        #expect(
            try await database.value("select checks.told(pgsync.process_batch('test', 100, 2))") == "posted 1"
        )
        #expect(try await database.post() == "superseded 1")
        #expect(try await database.standing() == ["1: 2026-04-10 Bill, 1200 2 INR P-1, 4000 -2 INR"])
        try await database.expectNoFaults()
    }

    @Test("is a failure with class, column and message, while the others post")
    func failed() async throws {
        #expect(
            try await database.post(
                """
                insert into bills (id, amount) values (1, 1), (2, null), (3, -3), (4, 4);
                insert into bills (id, amount, day) values (5, 5, null); insert into notes values (1, 1)
                """
            ) == "posted 2, failed 4"
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', record_id, sync_status, attempts, error_class, error_message)
                from pgsync.sync_log_status where sync_status = 'failed' order by id
                """
            ) == [
                "2 failed 1 data.missing amount is wrong", "3 failed 1 data.negative amount is wrong",
                "5 failed 1 data.missing day is wrong",
                "1 failed 1 rule.missing no rule posts its table",
            ]
        )
        #expect(
            try await database.lines(
                "select error_column from pgsync.sync_audit_log where outcome = 'failed' order by log_id"
            ) == ["amount", "amount", "day", "null"]
        )
        try await database.expectNoFaults()
    }

    @Test(
        "that failed is settled by a later good one, whether it waits or is dead",
        arguments: ["none", "data.*"]
    )
    func settled(permanent: String) async throws {
        try await database.run(
            "update pgsync.sync_configuration set config_value = '\(permanent)' where config_key = 'permanent_error_classes'"
        )
        _ = try await database.post("insert into bills (id, amount) values (1, null), (2, null)")
        #expect(
            try await database.lines("select distinct sync_status || ' ' || attempts from pgsync.sync_queue")
                == [permanent == "none" ? "pending 1" : "failed 1"]
        )
        #expect(
            try await database.post("update bills set amount = 7 where id = 1") == "posted 1, superseded 1"
        )
        #expect(try await database.post("delete from bills where id = 2") == "unchanged 1, superseded 1")
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
        #expect(
            try await database.lines(
                "select concat_ws(' ', log_id, attempt, superseded_by) from pgsync.sync_audit_log where outcome = 'superseded' order by log_id"
            ) == ["1 2 3", "2 2 4"]
        )
        try await database.expectNoFaults()
    }

    @Test("does not touch failures of other records that share its slot")
    func sharedSlot() async throws {
        let twins = try await database.lines(
            """
            select string_agg(id::text, ' ' order by id) from generate_series(1, 3000) as id
            group by hashtext(id::text) & 1023 having count(*) > 1 limit 1
            """
        )[0].split(separator: " ")
        _ = try await database.post("insert into bills (id, amount) values (\(twins[0]), null)")
        #expect(
            try await database.post("insert into bills (id, amount) values (\(twins[1]), 1)") == "posted 1"
        )
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "1")
        try await database.expectNoFaults()
    }
}
