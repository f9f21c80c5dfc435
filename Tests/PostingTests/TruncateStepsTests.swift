// Long because one emptied table serves every test of it.
import Postgres
import TestSupport
import Testing

@Suite("A TRUNCATE of many records", .posting, .timeLimit(.minutes(3)))
struct TruncateStepsTests {
    let database = TestDatabase.current

    /// Thirty bills are posted and emptied; the TRUNCATE is change 31.
    private func empty(_ later: String = "") async throws {
        try await database.run("insert into bills (id, amount) select g, g from generate_series(1, 30) as g")
        try await database.drain()
        try await database.run("truncate bills;" + later)
    }

    private static let progress = """
        select concat_ws(' ', subject, state, done) from pgsync.sync_progress where kind = 'truncate' order by id
        """

    @Test(
        "is posted in steps, each a transaction of its own and no larger than a batch, and ends as if it were one"
    )
    func steps() async throws {
        try await empty()
        #expect(try await database.post(limit: 10) == "left 1")
        #expect(try await database.lines(Self.progress) == ["31 running 10"])
        #expect(try await database.outcomes().last == " pending")
        #expect(try await database.drain(limit: 10) == ["left 1", "left 1", "reversed 1"])
        #expect(try await database.lines(Self.progress) == ["31 finished 30"])
        #expect(
            try await database.lines(
                "select count(*) from ledger.journal_entries where change_id = 31 group by xid order by min(id)"
            ) == ["10", "10", "10"]
        )
        #expect(try await database.value("select count(*) from pgsync.truncate_steps") == "0")
        #expect(try await database.standing() == [])
        try await database.expectNoFaults()
    }

    @Test("goes on where it was when the session of a step ends in the middle of it")
    func killed() async throws {
        let database = database
        try await empty()
        for step in 1...3 {
            try await database.connect { worker in
                let processID = try await worker.withSession { session in
                    _ = try session.runScript("begin; select pgsync.process_batch('test', 10)")
                    return session.processID
                }
                try await database.run("select pg_terminate_backend(\(processID))")
                try await eventually {
                    try await database.value("select count(*) from pg_stat_activity where pid = \(processID)")
                        == "0"
                }
            }
            #expect(
                try await database.value("select count(*) from ledger.journal_entries where change_id = 31")
                    == "\((step - 1) * 10)"
            )
            _ = try await database.post(limit: 10)
        }
        try await database.drain(limit: 10)
        #expect(try await database.standing() == [])
        #expect(
            try await database.value("select count(*) from ledger.journal_entries where change_id = 31")
                == "30"
        )
        try await database.expectNoFaults()
    }

    @Test(
        "does its part for a record before anything that came later is posted for it",
        arguments: [false, true]
    )
    func later(postsNow: Bool) async throws {
        try await empty("insert into bills (id, amount) values (30, 300), (9, 90), (77, 770)")
        #expect(try await database.post(limit: 1) == "left 1")
        if postsNow {
            // 30 and 9 are the last in the order of their texts.
            for id in [30, 9, 77] { try await database.run("select pgsync.post_now('bills', '\(id)')") }
        } else {
            #expect(
                try await database.value("select checks.told(pgsync.process_batch('test', 10, 32))")
                    == "posted 3"
            )
        }
        #expect(
            try await database.lines(
                """
                select record_id || ' ' || change_id || ' ' || purpose from ledger.journal_entries
                where record_id in ('9', '30') and change_id > 30 order by record_id, id
                """
            ) == ["30 31 reversal", "30 32 posting", "9 31 reversal", "9 33 posting"]
        )
        try await database.drain(limit: 7)
        #expect(try await database.standing().count == 3)
        try await database.expectNoFaults()
    }

    @Test("overtakes what waits, has failed or is dead, a few at a time, and leaves other tables alone")
    func overtakes() async throws {
        try await database.run(
            "insert into bills (id) select g from generate_series(1, 12) as g; insert into moves (id) values (1), (2)"
        )
        try await database.drain()
        try await database.run(
            """
            update bills set fee = 1 where id < 3; truncate bills;
            insert into bills (id, amount) values (1, 1)
            """
        )
        try await database.drain(limit: 5)
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_log_status where sync_status = 'superseded' and superseded_by in (17, 18)"
            ) == "14"
        )
        #expect(try await database.outcomes("moves").prefix(2) == ["1 failed", "2 failed"])
        #expect(try await database.standing().count == 1)
        try await database.expectNoFaults()
    }

    @Test("and another one meanwhile end as if they came one after the other")
    func twice() async throws {
        try await empty("insert into bills (id, amount) select g, 2 * g from generate_series(5, 25) as g")
        #expect(try await database.post(limit: 4) == "posted 3, left 1")
        try await database.run("truncate bills; insert into bills (id, amount) values (6, 66), (31, 31)")
        try await database.drain(limit: 4)
        #expect(try await database.standing().map { String($0.prefix(2)) } == ["31", "6:"])
        #expect(
            try await database.value("select count(*) from pgsync.sync_progress where state = 'running'")
                == "0"
        )
        try await database.expectNoFaults()
    }

    @Test("is overtaken by a later one, which goes on where it was, so that many cost no more than two")
    func overtaken() async throws {
        try await empty()
        for _ in 1...2 { #expect(try await database.post(limit: 5) == "left 1") }
        try await database.run(
            """
            insert into bills (id, amount) values (1, 7), (90, 7); truncate bills; truncate bills;
            insert into bills (id, amount) values (2, 7), (91, 7); truncate bills; insert into bills (id, amount) values (92, 7)
            """
        )
        try await database.drain(limit: 5)
        #expect(
            try await database.lines(
                "select outcome from pgsync.sync_audit_log where record_id = '' order by log_id"
            ) == ["reversed", "superseded", "reversed", "reversed"]
        )
        let records =
            "(select count(*) from pgsync.sync_master_status where source_table = 'bills'::regclass)"
        #expect(
            try await database.value("select sum(done) <= 2 * \(records) from pgsync.sync_progress") == "t"
        )
        #expect(try await database.standing() == ["92: 2026-04-10 Bill, 1200 7 INR P-1, 4000 -7 INR"])
        try await database.expectNoFaults()
    }

    @Test("does not end before a step is committed that somebody else does for it on the way")
    func stepOfAnother() async throws {
        let database = database
        try await empty()
        #expect(try await database.post(limit: 5) == "left 1")
        try await database.run("insert into bills (id, amount) values (29, 290)")
        try await database.connect { other in
            let steps = try await other.withSession { session in
                _ = try session.runScript("begin; select pgsync.post_now('bills', '29')")
                return try session.query("select count(*) from pgsync.truncate_steps where entry_ids <> '{}'")
                    .onlyRow().decode(0, as: Int.self)
            }
            #expect(steps == 2)
            try await database.run("truncate bills")
            // It overtakes the one that is under way, which ends by that.
            let overtaking = Task { for _ in 1...10 { _ = try await database.post(limit: 50) } }
            try await eventually {
                try await database.value(
                    """
                    select exists (
                        select from pg_stat_activity where wait_event_type = 'Lock' and query like '%process_batch%'
                            and datname = current_database()
                    )
                    """
                ) == "t"
            }
            try await other.withSession { _ = try $0.runScript("commit") }
            try await overtaking.value
        }
        try await database.drain()
        #expect(try await database.value("select count(*) from pgsync.truncate_steps") == "0")
        #expect(try await database.lines("select found from ledger.inspect_journal()") == [])
        #expect(try await database.standing() == [])
        try await database.expectNoFaults()
    }

    @Test(
        "of one table and of another are locked in the order in which a batch ends them, so that nobody deadlocks"
    )
    func lockOrder() async throws {
        let database = database
        try await database.run("insert into moves (id, amount) select g, 1 from generate_series(1, 30) as g")
        try await empty("truncate moves")
        #expect(try await database.post(limit: 10) == "left 2")
        try await database.run(
            "insert into bills (id, amount) values (29, 7); insert into moves (id, amount) values (29, 7)"
        )
        let running = try await database.lines(
            "select id from pgsync.sync_progress where state = 'running' order by subject::bigint"
        )
        #expect(running.count == 2)
        try await database.connect { ending in
            try await ending.withSession { session in
                _ = try session.runScript(
                    "begin; select from pgsync.sync_progress where id = \(running[1]) for update"
                )
            }
            let emptying = Task {
                try await database.run(
                    """
                    select pgsync.finish_emptying(array_agg(pgsync.claim_one(queue.log_id)))
                    from pgsync.sync_queue as queue
                    """
                )
            }
            try await eventually {
                try await database.value(
                    """
                    select exists (
                        select from pg_stat_activity where wait_event_type = 'Lock' and query like '%finish_emptying%'
                            and datname = current_database()
                    )
                    """
                ) == "t"
            }
            // Who waits for the later one must not hold the earlier one.
            try await database.run(
                "select from pgsync.sync_progress where id = \(running[0]) for update nowait"
            )
            try await ending.withSession { _ = try $0.runScript("rollback") }
            _ = try await emptying.value
        }
        try await database.drain()
        #expect(try await database.standing().count == 1)
        try await database.expectNoFaults()
    }

    @Test("cannot be skipped once it has overtaken another")
    func overtakerStays() async throws {
        let database = database
        try await empty()
        #expect(try await database.post(limit: 5) == "left 1")
        try await database.run("truncate bills")
        try await database.connect { holder in
            try await holder.withSession {
                _ = try $0.runScript(
                    """
                    begin; select pg_advisory_xact_lock(1886876532, slot) from generate_series(0, 1023) as slot
                    where slot <> hashtext('') & 1023
                    """
                )
            }
            #expect(try await database.post(limit: 50) == "reversed 1, deferred 1")
            let refusal = try await #require(throws: PostgresError.self) {
                try await database.run("select pgsync.skip_changes('{32}', 'not wanted')")
            }
            #expect(refusal.sqlState == .init("55000"))
            try await holder.withSession { _ = try $0.runScript("rollback") }
        }
        try await database.run("update pgsync.sync_queue set scheduled_at = now()")
        try await database.drain()
        #expect(try await database.standing() == [])
        try await database.expectNoFaults()
    }

    @Test("gets on although another one comes after each of its steps, and lets other tables be")
    func storm() async throws {
        try await empty("insert into moves (id, amount) select g, 1 from generate_series(1, 60) as g")
        for _ in 1...12 {
            _ = try await database.post("truncate bills; truncate bills; truncate bills", limit: 8)
        }
        #expect(try await database.standing() == [])
        #expect(try await database.standing("moves").count >= 50)
        try await database.drain()
        try await database.expectNoFaults()
    }

    @Test("waits for no record that somebody has in hand, and comes back to it")
    func busyRecord() async throws {
        let database = database
        try await empty("insert into bills (id, amount) values (15, 150)")
        #expect(try await database.post(limit: 5)?.contains("left 1") == true)
        try await database.connect { holder in
            try await holder.withSession {
                _ = try $0.runScript("begin; select pg_advisory_xact_lock(1886876532, hashtext('3') & 1023)")
            }
            var last: String?
            for _ in 1...12 {
                last = try await database.post(limit: 5)
                try await database.run(
                    "update pgsync.sync_queue set scheduled_at = now() where scheduled_at > now()"
                )
            }
            #expect(last == "deferred 1")
            #expect(
                try await database.value("select position -> 'missed' from pgsync.sync_progress") == #"["3"]"#
            )
            try await holder.withSession { _ = try $0.runScript("rollback") }
        }
        try await database.run("update pgsync.sync_queue set scheduled_at = now()")
        #expect(try await database.drain() == ["reversed 1"])
        #expect(try await database.standing().count == 1)
        try await database.expectNoFaults()
    }

    @Test("keeps nobody waiting between its steps: neither who looks at the growth of tables nor who pauses")
    func sourcesAreFree() async throws {
        let database = database
        try await empty()
        #expect(try await database.post(limit: 5) == "left 1")
        try await database.connect { worker in
            try await worker.withSession {
                _ = try $0.runScript("begin; select pgsync.process_batch('test', 5)")
            }
            try await database.run(
                "set lock_timeout = '2s'; select pgsync.remember_growth(); select pgsync.pause('bills')"
            )
            try await worker.withSession { _ = try $0.runScript("commit") }
        }
        #expect(try await database.post(limit: 5) == "deferred 1")
        #expect(try await database.post(limit: 5) == "nothing")
        try await database.run("select pgsync.resume('bills')")
        #expect(try await database.drain(limit: 50) == ["reversed 1"])
        try await database.expectNoFaults()
    }

    @Test("is skipped before it has taken anything back, and not in the middle")
    func skipped() async throws {
        try await empty()
        #expect(try await database.post(limit: 10) == "left 1")
        let error = try await database.refusal(of: "select pgsync.skip_changes('{31}', 'a mistake')")
        #expect(error.sqlState?.code == "55000" && error.message.contains("31"))
        try await database.drain()
        try await database.expectNoFaults()
        try await database.run("insert into bills (id, amount) values (1, 1)")
        try await database.drain()
        try await database.run("truncate bills; select pgsync.skip_changes('{33}', 'a mistake')")
        #expect(try await database.drain() == [])
        #expect(try await database.standing().count == 1)
    }

    @Test("that fails on the way is a dead letter, and goes on from there when it is tried again")
    func fails() async throws {
        try await database.run(
            """
            insert into bills (id, amount) select g, g from generate_series(1, 8) as g;
            insert into bills (id, amount, account) values (9, 1, '4200')
            """
        )
        try await database.drain()
        try await database.run(
            "truncate bills; update ledger.accounts set active = false where code = '4200'"
        )
        #expect(try await database.post(isolate: true, limit: 2) == "left 1")
        #expect(try await database.post(isolate: true) == "failed 1")
        #expect(
            try await database.value("select count(*) from ledger.journal_entries where change_id = 10")
                == "2"
        )
        try await database.run(
            "update ledger.accounts set active = true where code = '4200'; select pgsync.retry_changes()"
        )
        #expect(try await database.drain() == ["reversed 1"])
        try await database.expectNoFaults()
    }

    @Test("is posted by several at once, with writers beside it")
    func severalPosters() async throws {
        let database = database
        try await database.run("insert into bills (id, amount) select g, g from generate_series(1, 400) as g")
        try await database.drain(limit: 500)
        try await database.run("truncate bills")
        let finish = Finish()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...3 {
                group.addTask {
                    _ = try await database.work(
                        as: "poster \(number)",
                        limit: [5, 11, 40][number - 1],
                        until: finish
                    )
                }
            }
            group.addTask {
                for round in 1...20 {
                    try await database.run(
                        """
                        insert into bills (id, amount) select 1 + (g * 37 + \(round)) % 400, \(round) from generate_series(1, 15) as g
                        on conflict (id) do update set amount = excluded.amount
                        """
                    )
                    if round == 10 { try await database.run("truncate bills") }
                }
                await finish.reach()
            }
            try await group.waitForAll()
        }
        #expect(
            try await database.value("select count(*) from pgsync.sync_progress where state = 'running'")
                == "0"
        )
        try await database.expectNoFaults()
    }
}
