import Postgres
import TestSupport
import Testing

@Suite("What a backfill has read", .posting, .timeLimit(.minutes(5)))
struct BackfillOrderTests {
    let database = TestDatabase.current

    /// Which change of each record cannot be posted at first.
    enum Failing: String, CaseIterable, Sendable {
        case none, before, during, after

        func day(_ change: Failing) -> String { change == self ? "2026-04-10" : "2026-05-10" }
    }

    /// A table attached empty of history, and each record's life: a change before the backfill, one that is under way
    /// while it reads, and so has a smaller number though it is later, the row read, and for half of them a change after.
    private func live(_ records: Int, failing: Failing) async throws {
        let database = database
        try await database.run(
            """
            insert into bills (id, amount, day) select g, 1, '\(failing.day(.before))' from generate_series(1, \(records)) as g;
            """
        )
        try await database.connect { writer in
            try await writer.withSession {
                _ = try $0.runScript("begin; update bills set amount = 2, day = '\(failing.day(.during))'")
            }
            try await database.run(
                "select pgsync.start_backfill('bills'); select pgsync.backfill_step(1, \(records + 1))"
            )
            try await writer.withSession { _ = try $0.runScript("commit") }
        }
        try await database.run("update bills set amount = 3, day = '\(failing.day(.after))' where id % 2 = 0")
    }

    /// For each record another order, and other changes in one batch: the steps of checks.plan, one after the other.
    private static let plan = """
        create table checks.plan as
        with recursive orders as (
            select '{}'::int[] as places union all
            select places || place from orders, generate_series(1, 4) as place where place <> all(places)
        ),
        ways as (
            select row_number() over (order by places, cuts) as way, places, cuts
            from orders, generate_series(0, 7) as cuts where cardinality(places) = 4
        )
        select change.id as log_id, array_position(ways.places, change.place::int) as turn,
            1 + (select count(*) from generate_series(2, array_position(ways.places, change.place::int)) as t where ways.cuts >> (t - 2) & 1 = 1) as step
        from (
            select id, record_id::int as record, row_number() over (partition by record_id order by id) as place from pgsync.sync_logs
        ) as change
        inner join ways on ways.way = (change.record + 1) / 2;
        update pgsync.sync_queue set scheduled_at = 'infinity'
        """

    @Test(
        "gives way to each later change and to no earlier one, in whatever order and batches they come",
        arguments: Failing.allCases
    )
    func everyOrder(failing: Failing) async throws {
        try await live(384, failing: failing)
        try await database.run(Self.plan)
        #expect(
            try await database.lines("select count(*), count(distinct (turn, step)) from checks.plan") == [
                String(192 * 7)
            ]
        )
        try await database.run(
            """
            select pgsync.set_configuration('closed_period_policy', 'refuse');
            select ledger.start_closing('2026-04'), ledger.close_period('2026-04')
            """
        )
        for step in 1...4 {
            try await database.run(
                "update pgsync.sync_queue set scheduled_at = now() where log_id in (select log_id from checks.plan where step = \(step)) and sync_status = 'pending'"
            )
            while try await database.post(limit: 2000) != "nothing" {}
            try await database.expectNoFaults("after step \(step)")
        }
        try await database.run(
            "select ledger.reopen_period('2026-04', 'for the test'); select pgsync.retry_changes()"
        )
        while try await database.post(limit: 2000) != "nothing" {}
        try await database.expectNoFaults()
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
        #expect(
            try await database.lines(
                "select distinct amount from ledger.journal_lines where amount > 0 and entry_id in (select id from checks.standing) order by 1"
            )
                == ["2", "3"]
        )
        let superseded = try await database.value(
            "select count(*) from pgsync.sync_log_status where sync_status = 'superseded' and record_id::int % 2 = 1"
        )
        #expect(superseded != "0")
    }

    @Test(
        "is still outdone by nothing but later changes after a restore, where transaction numbers begin anew"
    )
    func restored() async throws {
        try await database.run("insert into bills (id, amount) values (1, 1), (2, 1)")
        try await database.run("select pgsync.start_backfill('bills'); select pgsync.backfill_step(1, 10)")
        while try await database.post() != "nothing" {}
        // As if all that had happened on a server with higher numbers.
        try await database.run(
            """
            update pgsync.sync_master_status
            set last_xid = '4000000000', last_snapshot = '4000000001:4000000001:' where record_id = '1';
            update pgsync.sync_master_status set last_xid = '4000000000', last_snapshot = null where record_id = '2';
            update bills set amount = 2 where id = 1; update pgsync.sync_progress set state = 'cancelled';
            alter table bills disable trigger all; update bills set amount = 3 where id = 2; alter table bills enable always trigger "000_pgsync_update";
            select pgsync.start_backfill('bills'); select pgsync.backfill_step(2, 10);
            """
        )
        while try await database.post() != "nothing" {}
        #expect(
            try await database.standing() == [
                "1: 2026-04-10 Bill, 1200 2 INR P-1, 4000 -2 INR",
                "2: 2026-04-10 Bill, 1200 3 INR P-1, 4000 -3 INR",
            ]
        )
    }

    @Test("finds what a subscription deleted past statement triggers, by the remedy that inspection names")
    func subscription() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2), (3, 3)")
        // What a worker of a subscription does fires no statement trigger.
        try await database.run(
            """
            alter table bills disable trigger user; delete from bills where id = 2;
            do $$ declare s text; begin
                for s in select format('alter table bills enable always trigger %I', tgname) from pg_trigger
                    where tgrelid = 'bills'::regclass and not tgisinternal
                loop execute s; end loop;
            end $$;
            set allow_system_table_mods = on;
            create subscription s connection 'dbname=nowhere' publication p with (connect = false);
            insert into pg_subscription_rel (srsubid, srrelid, srsubstate)
            select oid, 'bills'::regclass, 'r' from pg_subscription where subname = 's'
            """
        )
        let found = try await database.lines("select finding || ': ' || remedy from pgsync.inspect_capture()")
        try await database.run("select pgsync.attach('public.bills')")
        try await database.run(
            """
            do $$declare progress bigint := pgsync.start_backfill('bills'); begin
                while not (select finished from pgsync.backfill_step(progress, 10)) loop commit; end loop;
            end$$
            """
        )
        let told = try await database.drain()
        let left = try await database.lines("select finding from pgsync.inspect_capture()")
        try await database.run("alter subscription s set (slot_name = none); drop subscription s")
        #expect(
            found == [
                "writes_missed: select pgsync.attach('public.bills'); then backfill it, which also finds deleted rows"
            ]
        )
        #expect(told == ["reversed 1, unchanged 2"], "\(told)")
        #expect(left == [])
        #expect(try await database.standing().count == 2)
        try await database.expectNoFaults()
    }
}
