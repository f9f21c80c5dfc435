import Postgres
import TestSupport
import Testing

@Suite("A TRUNCATE", .posting, .timeLimit(.minutes(2)))
struct TruncateTests {
    let database = TestDatabase.current

    @Test(
        "takes back what stands, overtakes what waits, and leaves alone what comes later, whatever is seen first"
    )
    func order() async throws {
        _ = try await database.post(
            "insert into bills (id, amount, fee) values (1, 1, 1), (2, 2, null), (3, 3, null)"
        )
        try await database.run(
            """
            update bills set amount = 9 where id = 2; insert into bills (id, amount) values (4, 4);
            truncate bills; insert into bills (id, amount) values (3, 30), (5, 5);
            """
        )
        // What came later first, then the TRUNCATE, then what came before.
        #expect(
            try await database.value("select checks.told(pgsync.process_batch('test', 100, 7))")
                == "posted 1, amended 1"
        )
        #expect(
            try await database.value("select checks.told(pgsync.process_batch('test', 100, 6))")
                == "reversed 1"
        )
        #expect(try await database.post() == "superseded 2")
        #expect(
            try await database.standing() == [
                "3: 2026-04-10 Bill, 1200 30 INR P-1, 4000 -30 INR",
                "5: 2026-04-10 Bill, 1200 5 INR P-1, 4000 -5 INR",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test("ends what has failed before it")
    func failures() async throws {
        #expect(try await database.post("insert into bills (id) values (1), (2)") == "failed 2")
        #expect(try await database.post("truncate bills") == "unchanged 1")
        #expect(try await database.post() == "superseded 2")
        #expect(
            try await database.lines(
                "select distinct superseded_by from pgsync.sync_audit_log where outcome = 'superseded'"
            ) == ["3"]
        )
        try await database.expectNoFaults()
    }

    @Test("of one partition takes back what was in that alone, and keeps what is inserted again")
    func partition() async throws {
        _ = try await database.post(
            "insert into parts (id, amount) select g, g from generate_series(1, 5) as g"
        )
        try await database.run(
            """
            insert into parts (id, amount) values (6, 6); update parts set amount = 20 where id = 2;
            delete from parts where id = 1; truncate parts_1; insert into parts (id, amount) values (3, 33);
            """
        )
        try await database.drain()
        #expect(
            try await database.standing("parts").map { String($0.prefix(1)) } == ["3", "4", "5", "6"]
        )
        try await database.expectNoFaults()
        try await database.run("truncate parts")
        try await database.drain()
        #expect(try await database.standing("parts") == [])
        try await database.expectNoFaults()
    }

    @Test(
        "of a partition does not take back what is inserted while it is looked at, though its id is smaller"
    )
    func partitionAndWriter() async throws {
        let database = database
        _ = try await database.post("insert into parts (id, amount) values (1, 1), (4, 4)")
        try await database.run("truncate parts_1")
        try await database.connect { writer in
            try await writer.withSession {
                _ = try $0.runScript("begin; insert into parts (id, amount) values (1, 7)")
            }
            #expect(try await database.findTruncated(3))
            try await writer.withSession { _ = try $0.runScript("commit") }
        }
        try await database.drain()
        #expect(try await database.standing("parts").count == 2)
        try await database.expectNoFaults()
    }

    @Test("of a partition is passed over and named, for posting never reads the table of an application")
    func partIsPassedOver() async throws {
        _ = try await database.post("insert into parts (id, amount) values (1, 1), (4, 4)")
        try await database.run("truncate parts_1; insert into bills (id, amount) values (1, 1)")
        try await database.connect { owner in
            try await owner.withSession {
                _ = try $0.runScript("begin; lock table parts, parts_1, parts_2 in access exclusive mode")
            }
            let batch = """
                set lock_timeout = '1s';
                select concat_ws(' ', claimed, posted, deferred, truncated_part, next_mark)
                from pgsync.process_batch('test', 10)
                """
            #expect(try await database.value(batch) == "2 1 1 3 5")
            let comesUp = """
                select pg_sleep(greatest(extract(epoch from max(scheduled_at) - clock_timestamp()), 0))
                from pgsync.sync_queue
                """
            try await database.run(comesUp)
            #expect(try await database.value(batch) == "1 0 1 3 0")
            try await database.run(comesUp)
            #expect(
                try await database.value("set lock_timeout = '1s'; select pgsync.begin_careful('test')")
                    == "3"
            )
            #expect(
                try await database.value(
                    "set lock_timeout = '1s'; select truncated_part from pgsync.process_one('test', 3, false)"
                ) == "3"
            )
            try await owner.withSession { _ = try $0.runScript("rollback") }
        }
        #expect(try await database.findTruncated(3))
        #expect(try await database.value("select pgsync.find_truncated(3)") == "f")
        #expect(try await database.drain() == ["reversed 1"])
        #expect(try await database.standing("parts").count == 1)
        try await database.expectNoFaults()
    }

    @Test("of a partition takes nothing back once its table is gone, for nobody knows what was in it")
    func partOfDropped() async throws {
        _ = try await database.post("insert into parts (id, amount) values (1, 1), (4, 4)")
        try await database.run("truncate parts_1; drop table parts")
        #expect(try await database.drain() == ["unchanged 1"])
        #expect(
            try await database.value("select count(*) from ledger.journal_entries where reverses is not null")
                == "0"
        )
    }

    @Test(
        "of a partition is left to who has it in hand, and can be skipped; a record of it can be posted at once"
    )
    func partByHand() async throws {
        _ = try await database.post("insert into parts (id, amount) values (1, 1), (4, 4)")
        try await database.run("truncate parts_1")
        try await database.connect { other in
            try await other.withSession {
                _ = try $0.runScript("begin; select from pgsync.sync_queue where log_id = 3 for update")
            }
            #expect(try await database.value("select pgsync.find_truncated(3)") == "f")
            try await other.withSession { _ = try $0.runScript("rollback") }
        }
        #expect(
            try await database.value(
                "insert into parts (id, amount) values (2, 2); select pgsync.post_now('parts', '2') is not null"
            ) == "t"
        )
        #expect(try await database.value("select pgsync.skip_changes('{3}', 'a mistake')") == "1")
        #expect(try await database.drain() == [])
        #expect(try await database.standing("parts").count == 3)
    }

    @Test("waits for who has a record in hand, but not for long, and nobody waits for it")
    func patience() async throws {
        let database = database
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.connect { holder in
            try await holder.withSession {
                _ = try $0.runScript(
                    "begin; update bills set amount = 5 where id = 1; select pgsync.post_now('bills', '1')"
                )
            }
            try await database.run("insert into moves (id, amount) values (77, 1)")
            // The table itself is free for a TRUNCATE only when nobody writes to it, so it is logged by hand.
            try await database.run(
                """
                with logged as (
                    insert into pgsync.sync_logs (source_table, record_id, action, data, slot)
                    values ('bills', '', 'truncate', '{"table": "public.bills"}', 1) returning id, slot
                )
                insert into pgsync.sync_queue (log_id, slot) select id, slot from logged
                """
            )
            #expect(try await database.post() == "posted 1, deferred 1")
            try await holder.withSession { _ = try $0.runScript("rollback") }
        }
        try await database.run("update pgsync.sync_queue set scheduled_at = now()")
        #expect(try await database.post() == "reversed 1")
        #expect(try await database.standing() == [])
    }

    @Test("of one partition is no TRUNCATE of the others while it is looked at, and no other change is one")
    func partitionUnderWay() async throws {
        _ = try await database.post(
            "insert into parts (id, amount) select g, g from generate_series(1, 6) as g"
        )
        try await database.run("truncate parts_1; update parts set amount = 40 where id = 4")
        let part = try await database.value("select min(log_id) from pgsync.sync_queue") ?? ""
        #expect(
            try await database.refusal(of: "select pgsync.find_truncated(max(log_id)) from pgsync.sync_queue")
                .sqlState?.code
                == "22023"
        )
        // As if it had begun with the first of many records.
        try await database.run(
            "insert into pgsync.sync_progress (kind, subject) values ('truncated_part', '\(part)')"
        )
        #expect(
            try await database.value("select checks.told(pgsync.process_batch('test'))")
                == "amended 1, deferred 1"
        )
        #expect(try await database.value("select pgsync.find_truncated(\(part))") == "t")
        #expect(try await database.post() == "reversed 3")
        #expect(try await database.standing("parts").map { String($0.prefix(1)) } == ["4", "5", "6"])
        try await database.expectNoFaults()
    }

    @Test("takes back what has a long key, also where a later change of it comes first")
    func emptiesLongKeys() async throws {
        try await database.run(longKeys)
        try await database.run(
            """
            insert into pages (id, amount) select key(g), g from generate_series(1, 3) as g;
            insert into pages (id, amount) select '!' || g, g from generate_series(1, 700) as g
            """
        )
        #expect(try await database.post(limit: 1000) == "posted 703")
        try await database.run("truncate pages; insert into pages (id, amount) values (key(1), 99)")
        #expect(
            try await database.value("select checks.told(pgsync.process_batch('test'))") == "posted 1, left 1"
        )
        while try await database.post() != "nothing" {}
        #expect(try await database.standing("pages").count == 1)
        try await database.expectNoFaults()
    }
}
