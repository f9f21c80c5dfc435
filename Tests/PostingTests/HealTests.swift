// Long because one table of bills serves all limits and ends of healing.
import Postgres
import TestSupport
import Testing

@Suite("Healing", .posting, .timeLimit(.minutes(5)))
struct HealTests {
    let database = TestDatabase.current

    /// Twenty bills with an entry each, and then that many changed where no trigger sees it.
    private func fill(wrong: Int) async throws {
        try await database.run(
            "insert into bills (id, amount) select id, 100 from generate_series(1, 20) as id"
        )
        try await database.drain()
        try await database.run(unseen("bills", "update bills set amount = 90 where id <= \(wrong)"))
    }

    private func verify(_ arguments: String = "") async throws {
        try await database.session { session in
            let job = try session.value("select job from pgsync.begin_verify(\(arguments))")
            for _ in 1...1000 {
                let state = try session.value("select state from pgsync.verify_step(\(job), 100)")
                if state != "running" { break }
            }
        }
    }

    private func states(_ kind: String = "wrong_entry") async throws -> [String] {
        try await database.lines(
            """
            select state || ' ' || count(*) from pgsync.sync_differences where kind = '\(kind)' group by state
            order by state
            """
        )
    }

    @Test("only says what it would do in a dry run")
    func dryRun() async throws {
        try await fill(wrong: 2)
        try await verify("heals => true, dry_run => true")
        #expect(try await states() == ["open 2"])
        #expect(try await database.value("select heal_stopped from pgsync.verify_runs") == "dry run")
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
    }

    @Test("goes on through the queue: the former entry is reversed, and the heal is known by its run")
    func heals() async throws {
        try await fill(wrong: 2)
        try await verify("heals => true")
        #expect(try await states() == ["healed 2"])
        try await database.drain()
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', heal.record_id, heal.entry_ids, log.correlation_id, status.sync_status)
                from pgsync.sync_heals as heal
                inner join pgsync.sync_logs as log on log.id = heal.change_id
                inner join pgsync.sync_log_status as status on status.id = log.id
                order by heal.record_id
                """
            ) == ["1 {1} heal:1 amended", "2 {2} heal:1 amended"]
        )
        try await database.expectNoFaults()
    }

    @Test("stops at each limit, and says which")
    func limits() async throws {
        try await fill(wrong: 12)
        try await verify("heals => true")
        #expect(try await states() == ["open 12"])
        #expect(
            try await database.value("select heal_stopped from pgsync.verify_runs where job = 1")
                == "12 of 20 records differ, more than heal_limit_percent (1) allows"
        )
        try await database.run(
            """
            select pgsync.set_configuration('heal_limit_percent', '100');
            select pgsync.set_configuration('heal_limit_amount', '1.19');
            """
        )
        // Twelve records by 10 paise each.
        try await verify("heals => true")
        #expect(try await states() == ["open 12"])
        #expect(
            try await database.value("select heal_stopped from pgsync.verify_runs where job = 2")
                == "1 INR are at stake, more than heal_limit_amount (1.19) allows"
        )
        try await database.run(
            """
            select pgsync.set_configuration('heal_limit_amount', '1.2');
            select pgsync.set_configuration('heal_limit_records', '5');
            """
        )
        try await verify("heals => true")
        #expect(try await states() == ["healed 5", "open 7"])
        #expect(
            try await database.value("select heal_stopped from pgsync.verify_runs where job = 3")
                == "heal_limit_records allows no more in one verification"
        )
        try await database.drain()
        try await verify("heals => true")
        try await database.drain()
        #expect(try await states() == ["healed 10", "open 2"])
    }

    @Test("has a limit to the differences that are recorded, and forgets none for it")
    func recorded() async throws {
        try await fill(wrong: 12)
        try await verify()
        try await database.run("select pgsync.set_configuration('verify_named_differences', '5')")
        try await verify()
        #expect(
            try await database.value(
                "select named || ' ' || different from pgsync.verify_runs inner join pgsync.verified_sources using (job) where job = 2 and different > 0"
            ) == "5 12"
        )
        #expect(try await states() == ["open 12"])
    }

    @Test("of a record that differs again within an hour stops, and asks")
    func oscillation() async throws {
        try await fill(wrong: 1)
        try await verify("heals => true")
        try await database.drain()
        try await database.run(unseen("bills", "update bills set amount = 80 where id = 1"))
        try await verify("heals => true")
        #expect(try await states() == ["healed 1", "investigating 1"])
        try await verify("heals => true")
        #expect(try await states() == ["healed 1", "investigating 1"])
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")

        // An hour later it is healed again, once a person has opened it.
        try await database.run(
            """
            update pgsync.sync_heals set healed_at = healed_at - interval '1 hour';
            select pgsync.mark_difference(id, 'open') from pgsync.sync_differences where state = 'investigating';
            """
        )
        try await verify("heals => true")
        #expect(try await states() == ["healed 2"])
    }

    @Test("loses to a change that comes meanwhile")
    func overtaken() async throws {
        try await fill(wrong: 1)
        try await verify("heals => true")
        try await database.run("update bills set amount = 70 where id = 1")
        try await database.drain()
        #expect(
            try await database.value(
                "select sum(amount) from ledger.general_ledger where record_id = '1' and account = '1200'"
            ) == "70"
        )
        try await database.expectNoFaults()
    }

    @Test("can be undone: the former entries stand again, and what has changed since is left alone")
    func undo() async throws {
        try await fill(wrong: 3)
        try await verify("heals => true")
        try await database.drain()
        try await database.run("update bills set amount = 60 where id = 2")
        try await database.drain()
        #expect(
            try await database.lines(
                "select concat_ws(' ', record_id, undone, reason) from pgsync.undo_heals(1) order by record_id"
            ) == [
                "1 t its former entries stand again", "2 f the record has changed since",
                "3 t its former entries stand again",
            ]
        )
        #expect(
            try await database.lines(
                """
                select record_id || ' ' || sum(amount) from ledger.general_ledger
                where account = '1200' and record_id in ('1', '2', '3') group by record_id order by record_id
                """
            ) == ["1 100", "2 60", "3 100"]
        )
        // They differ again: that is known, needs a person, and is not healed by itself.
        try await verify("heals => true")
        #expect(try await states() == ["healed 1", "investigating 2"])
        #expect(
            try await database.lines("select distinct kind from pgsync.sync_differences order by 1") == [
                "wrong_entry"
            ]
        )
        #expect(try await database.lines("select record_id from pgsync.undo_heals(1)") == ["2"])

        // A person lets one be healed: the reinstated entry is reversed, and no other.
        try await database.run(
            "select pgsync.mark_difference(id, 'open') from pgsync.sync_differences where record_id = '1'"
        )
        try await verify("heals => true")
        try await database.drain()
        #expect(
            try await database.value(
                "select sum(amount) from ledger.general_ledger where account = '1200' and record_id = '1'"
            ) == "90"
        )
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
        await #expect(throws: PostgresError.self) { try await database.run("select pgsync.undo_heals(77)") }
    }

    @Test(
        "that took the status from the journal goes back to what stood in the journal",
        arguments: [
            ("select ledger.reverse_entry(1, '2026-04-10', 'by hand')", "0"),
            ("update pgsync.sync_master_status set entry_ids = '{}' where record_id = '1'", "100"),
            ("delete from pgsync.sync_master_status where record_id = '1'", "100"),
        ]
    )
    func undoStatus(fault: String, amount: String) async throws {
        let sum = "select sum(amount) from ledger.general_ledger where account = '1200' and record_id = '1'"
        try await fill(wrong: 0)
        try await database.run(fault)
        try await verify("heals => true")
        try await database.drain()
        #expect(try await database.value(sum) == "100")
        #expect(try await database.lines("select undone from pgsync.undo_heals(1)") == ["t"])
        #expect(try await database.value(sum) == amount)
        #expect(try await database.lines("select finding || entry_id from ledger.inspect_journal()") == [])
    }

    @Test("that has not been posted yet is skipped when undone")
    func undoWaiting() async throws {
        try await fill(wrong: 1)
        try await verify("heals => true")
        #expect(
            try await database.lines("select undone || ' ' || reason from pgsync.undo_heals(1)")
                == ["true its change had not been posted, and was skipped"]
        )
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
    }

    @Test("needs a reason where a difference is accepted, and leaves that alone until it is gone")
    func acceptance() async throws {
        try await fill(wrong: 1)
        try await verify()
        let id = try #require(
            try await database.value("select id from pgsync.sync_differences where kind = 'wrong_entry'")
        )
        for reason in ["null", "' '"] {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.mark_difference(\(id), 'accepted', \(reason))")
            }
        }
        try await database.run("select pgsync.mark_difference(\(id), 'accepted', 'agreed')")
        try await verify("heals => true")
        #expect(try await states() == ["accepted 1"])
        // What was accepted was that amount.
        try await database.run(unseen("bills", "update bills set amount = 91 where id = 1"))
        try await verify()
        #expect(try await states() == ["open 1"])
        for state in ["'healed'", "'gone'", "'lost'", "null"] {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.mark_difference(\(id), \(state), 'so')")
            }
        }
        try await database.run(unseen("bills", "update bills set amount = 100 where id = 1"))
        try await verify()
        #expect(try await states() == ["gone 1"])
        await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.mark_difference(\(id), 'open')")
        }
    }

    @Test("is part of verify_sync_integrity, which returns results and corrections")
    func integrity() async throws {
        try await fill(wrong: 1)
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', reference, records, equal, waiting, failed, differences, corrected)
                from pgsync.verify_sync_integrity('bills')
                """
            ) == ["public.bills 20 19 0 0 0 1"]
        )
        try await database.drain()
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', reference, records, equal, differences, corrected)
                from pgsync.verify_sync_integrity('bills', current_date - 1, current_date + 1)
                """
            ) == ["public.bills 20 20 0 0"]
        )
        #expect(
            try await database.lines(
                "select records from pgsync.verify_sync_integrity('bills', current_date - 9, current_date - 5)"
            ) == []
        )
        await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.verify_sync_integrity('nothing')")
        }
    }

    @Test("continues where a verification was interrupted, with what it was begun with and nothing else")
    func resumed() async throws {
        try await fill(wrong: 2)
        try await database.connect { session in
            try await session.run("select pgsync.begin_verify()")
            for _ in 1...4 { try await session.run("select pgsync.verify_step(1, 7)") }
        }
        try await eventually {
            try await database.value("select state from pgsync.job_states where id = 1") == "interrupted"
        }
        await #expect(throws: PostgresError.self) { try await verify("heals => true") }
        try await eventually {
            try await database.value("select state from pgsync.job_states where id = 1") == "interrupted"
        }
        try await verify()
        #expect(
            try await database.value("select state || ' ' || attempts from pgsync.sync_jobs") == "completed 2"
        )
        #expect(try await states() == ["open 2"])
        #expect(
            try await database.value(
                "select records || ' ' || different from pgsync.verified_sources where source_table = 'bills'::regclass"
            )
                == "20 2"
        )
    }

    @Test("ends between two steps when somebody cancels the verification")
    func cancelled() async throws {
        try await fill(wrong: 2)
        try await database.connect { session in
            try await session.run("select pgsync.begin_verify()")
            try await session.run("select pgsync.verify_step(1, 7)")
            try await database.run("select pgsync.cancel_job(1)")
            #expect(try await session.run("select state from pgsync.verify_step(1, 7)") == "cancelled")
        }
        #expect(try await database.value("select state from pgsync.job_states") == "cancelled")
        #expect(try await database.value("select report is null from pgsync.verify_runs") == "t")
    }

    @Test("tells a table that cannot be read, verifies the others, and forgets nothing about it")
    func unreadable() async throws {
        try await fill(wrong: 1)
        try await database.run("insert into moves (id, amount) values (1, 1)")
        try await database.drain()
        try await database.run(unseen("moves", "update moves set amount = 2"))
        try await verify()
        #expect(try await states() == ["open 2"])
        try await database.run("create role stranger; alter table moves owner to stranger")
        try await verify()
        #expect(try await states("unreadable") == ["open 1"])
        #expect(try await states() == ["open 2"])
        try await database.run("drop owned by stranger cascade; drop role stranger")
    }

    @Test("has a score: unknown at first, capped by what is open, perfect when all is proved")
    func score() async throws {
        let score = "select concat_ws(' ', score, verdict, cap) from pgsync.sync_score()"
        try await fill(wrong: 1)
        #expect(try await database.value(score) == "unknown")
        try await verify()
        #expect(try await database.value(score) == "89 critical 89")
        try await verify("heals => true")
        try await database.drain()
        try await verify()
        #expect(try await database.value(score) == "100.00 perfect")

        // No full verification for more than two intervals.
        try await database.run("update pgsync.verify_runs set finished_at = finished_at - interval '15 days'")
        #expect(try await database.value(score) == "85.00 critical 94")
        #expect(
            try await database.value("select recommendation from pgsync.sync_score()")
                == "verify everything again: pgsync verify"
        )
    }

    @Test("of many kinds in several tables is one statement's work as far as it goes, and the next one's")
    func integrityOfStatus() async throws {
        try await fill(wrong: 0)
        try await database.run("insert into moves (id, amount) values (1, 1)")
        try await database.drain()
        try await database.run(
            "update pgsync.sync_master_status set fingerprint = 7 where record_id = '1' and source_table <> 'parts'::regclass"
        )
        for (healed, left) in [(1, 1), (1, 0)] {
            try await database.run("select pgsync.verify_sync_integrity()")
            try await database.drain()
            let states =
                "select coalesce(string_agg(state || ' ' || number, ' ' order by state), '') from (select state, count(distinct source_table) as number from pgsync.sync_differences where last_job = (select max(job) from pgsync.verify_runs) and state in ('open', 'healed') group by state) as counted"
            #expect(
                try await database.value(states)
                    == (left == 0 ? "healed \(healed)" : "healed \(healed) open \(left)")
            )
        }
        #expect(try await database.lines("select pgsync.verify_sync_integrity('bills')").count == 1)
        try await database.expectNoFaults()
    }

    @Test("passes over a record whose whole id nobody knows any more, and goes on with the others")
    func longID() async throws {
        try await database.run(
            """
            create table longs (id text primary key, amount numeric, day date default '2026-04-10', currency text default 'INR',
                status text default 'final', party text default 'P-1', account text default '4000');
            select pgsync.attach('longs');
            set role pgsync_owner;
            do $do$ begin execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_long_v1'); end; $do$;
            select pgsync.add_rule('long', 1, 'public.longs');
            reset role;
            """
        )
        try await database.run(
            unseen("longs", "insert into longs (id, amount) values (repeat('x', 600), 5), ('short', 5)")
        )
        try await verify("heals => true")
        #expect(try await states("not_captured") == ["healed 1", "investigating 1"])
        try await database.drain()
        #expect(try await database.value("select count(*) from ledger.journal_entries") == "1")
    }

    @Test("tells a row that nobody captured apart from a change that its table is not attached for")
    func notWatched() async throws {
        try await database.run(
            "create table logs (like bills including all); select pgsync.attach('logs', actions => '{create,truncate}'); insert into logs (id, amount) values (1, 1), (2, 2)"
        )
        try await database.run(
            "set role pgsync_owner; do $do$ begin execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_log_v1'); end; $do$; select pgsync.add_rule('log', 1, 'public.logs')"
        )
        try await database.drain()
        try await database.run(
            "update logs set amount = 5 where id = 1; delete from logs where id = 2; "
                + unseen("logs", "insert into logs (id, amount) values (3, 3)")
        )
        try await verify()
        #expect(
            try await database.value(
                "select concat_ws(' ', records, not_watched, different) from pgsync.verified_sources where source_table = 'logs'::regclass"
            ) == "3 2 1"
        )
        #expect(try await states("not_captured") == ["open 1"])
    }

    @Test("counts what is a dead letter or was skipped, and calls neither a difference")
    func explained() async throws {
        try await database.run("insert into bills (id, amount) values (1, 1), (2, null), (3, 3)")
        _ = try await database.post()
        try await database.run(
            "update bills set amount = 4 where id = 3; select pgsync.skip_changes('{4}', 'agreed')"
        )
        try await verify()
        #expect(
            try await database.value(
                "select concat_ws(' ', records, equal, failed, skipped, different) from pgsync.verified_sources where source_table = 'bills'::regclass"
            ) == "3 1 1 1 0"
        )
    }

    @Test("is not needed to post records again by hand: what is right ends as unchanged")
    func requeued() async throws {
        try await fill(wrong: 1)
        try await database.run(unseen("bills", "delete from bills where id = 2"))
        #expect(
            try await database.value(
                "select pgsync.requeue_records('bills', array['1', '2', '3', '3', '99'])"
            ) == "3"
        )
        try await database.drain()
        #expect(
            try await database.lines(
                "select record_id || ' ' || sync_status from pgsync.sync_log_status where id > 20 order by record_id"
            ) == ["1 amended", "2 reversed", "3 unchanged"]
        )
        try await database.expectNoFaults()
        for call in [
            "'bills', array(select g::text from generate_series(1, 10001) as g)", "'pg_class', '{1}'",
        ] {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.requeue_records(\(call))")
            }
        }
    }

    @Test("looks at a span from where it begins in the log")
    func span() async throws {
        try await fill(wrong: 0)
        try await database.run(
            unseen(
                "pgsync.sync_logs",
                "update pgsync.sync_logs set captured_at = now() - interval '9 days' where id <= 10; select setval('pgsync.sync_logs_id_seq', 5000)"
            )
        )
        try await database.run("update bills set amount = 70 where id = 11")
        try await database.drain()
        let before = "select pgsync.change_before(now() - interval"
        #expect(try await database.value("\(before) '20 days')") == "0")
        #expect(Int(try await database.value("\(before) '1 day')") ?? "") ?? -1 <= 10)
        #expect(Int(try await database.value("\(before) '-2 hours')") ?? "") ?? -1 >= 4000)
        try await verify("since => now() - interval '1 day'")
        #expect(
            try await database.value(
                "select sum(records) || ' ' || (select sum(captured) from pgsync.verified_days) from pgsync.verified_sources"
            )
                == "10 11"
        )
    }

    @Test("of one kind of verification leaves to the other what that has found meanwhile")
    func beside() async throws {
        try await fill(wrong: 1)
        try await database.connect { full in
            try await full.run("select pgsync.begin_verify()")
            for _ in 1...3 { try await full.run("select pgsync.verify_step(1, 100)") }
            while try await full.run("select phase from pgsync.verify_step(1, 100)") == "records" {}
            // The other finds it again, and by its own number.
            try await verify("'bills'")
            while try await full.run("select state from pgsync.verify_step(1, 100)") == "running" {}
        }
        #expect(try await states() == ["open 1"])
    }

    @Test("is not begun on a job that was requested for something else")
    func requestedOtherwise() async throws {
        try await fill(wrong: 0)
        try await database.run("select pgsync.request_job('verify', 'all', 'full')")
        let refusal = try await database.refusal(
            of: "select pgsync.begin_verify(since => now() - interval '1 day')"
        )
        #expect(refusal.message.contains("was requested otherwise"))
    }
}
