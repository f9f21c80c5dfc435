import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCompare

@Suite("Mending", .twoSides, .timeLimit(.minutes(5)))
struct HealTests {
    private let bench = CompareBench()

    private static func items(_ heal: String, above: Int = 5) -> String {
        CompareBench.items + "\n    sync above \(above)\n    heal \(heal)"
    }

    /// Rows of the left side that the right side has not, and the other way round, also in values.
    private func unequal() async throws -> [String] {
        try await bench.database.lines(
            """
            (select row(own.*)::text from shop.items as own
                except select row(id, name, status, rate, weight, changed)::text from books.items)
            union all
            (select row(id, name, status, rate, weight, changed)::text from books.items
                except select row(own.*)::text from shop.items as own)
            """
        )
    }

    @Test("makes the right side equal to the left one, and the next comparison finds nothing")
    func copies() async throws {
        try await bench.database.run(
            """
            delete from books.items where id <= 20;
            delete from shop.items where id between 101 and 110;
            update books.items set name = 'other' where id between 201 and 230;
            update shop.items set rate = null, weight = 'infinity', changed = 'infinity' where id = 300;
            """
        )
        try await bench.apply(Self.items("by copy with deletes"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        #expect(run.count("differences") == 61)
        #expect(run.count("healed") == 61)
        #expect(run.ended.state == .completed)
        #expect(try await unequal() == [])
        #expect(try await bench.run().count("differences") == 0)
        // What is not compared stays.
        #expect(try await bench.database.value("select note from books.items where id = 201") == "kept")
    }

    @Test("deletes nothing unless it is to")
    func deletesOff() async throws {
        try await bench.database.run("delete from shop.items where id between 101 and 130")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        #expect(run.count("missing_left") == 30)
        #expect(run.count("healed") == 0)
        #expect(try await bench.database.value("select count(*) from books.items") == "2000")
    }

    @Test("begins when more rows differ than the threshold, and not before", arguments: [5, 6])
    func threshold(differences: Int) async throws {
        try await bench.database.run("delete from books.items where id <= \(differences)")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        #expect(run.entity("items")?["due"]?.bool == (differences > 5))
        #expect(run.count("healed") == (differences > 5 ? differences : 0))
    }

    @Test("changes nothing as a dry run")
    func dry() async throws {
        try await bench.database.run("delete from books.items where id <= 30")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        let run = try await bench.run(heals: true, isDry: true)
        #expect(run.entity("items")?["due"]?.bool == true)
        #expect(run.count("healed") == 0)
        #expect(try await bench.database.value("select count(*) from books.items") == "1970")
    }

    @Test("stops where more than a fifth differs, as when the source was emptied, until a person agrees")
    func guarded() async throws {
        try await bench.database.run("delete from shop.items where id > 100")
        try await bench.apply(
            Self.items("by copy with deletes"),
            head: "settle 0 s\n  heal at most 5000 rows"
        )
        let run = try await bench.run(heals: true)
        #expect(run.count("healed") == 0)
        let problem = run.entity("items")?["heal_problem"]?.string ?? ""
        #expect(problem.hasPrefix("1900 of 2000 rows differ"))
        #expect(run.entity("items")?["guarded"]?.bool == true)
        #expect(try await bench.database.value("select count(*) from books.items") == "2000")
        var agreed = bench
        agreed.ignoresGuard = true
        #expect(try await agreed.run(heals: true).count("healed") == 1_900)
        #expect(try await unequal() == [])
    }

    @Test("mends no more rows in a run than it may, and says that others are left")
    func limited() async throws {
        try await bench.database.run("delete from books.items where id <= 100")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s\n  heal at most 60 rows")
        let run = try await bench.run(heals: true)
        #expect(run.count("healed") == 60)
        #expect(
            run.entity("items")?["heal_problem"]?.string == "a run mends 60 rows at most; the next goes on"
        )
        #expect(try await bench.run(heals: true).count("healed") == 40)
        #expect(try await unequal() == [])
    }

    @Test("leaves a row that a user changes meanwhile, and names it")
    func race() async throws {
        try await bench.database.run("update books.items set name = 'old' where id between 1 and 20")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        try await bench.database.connect { user in
            _ = try await user.withSession { session in
                try session.runScript("begin; update books.items set name = 'edited' where id = 7").count
            }
            async let running = bench.run(heals: true)
            // It has found the row as it was, and waits for the user to mend it.
            try await eventually {
                try await bench.database.value(
                    "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%books%')"
                ) == "t"
            }
            _ = try await user.withSession { try $0.runScript("commit").count }
            let run = try await running
            #expect(run.count("healed") == 19)
            #expect(run.count("unhealed") == 1)
        }
        #expect(try await bench.database.value("select name from books.items where id = 7") == "edited")
        #expect(
            try await bench.database.lines(
                "select state || ' ' || (key ->> 'id') || ' ' || problem from pgsync.compare_differences where state <> 'healed'"
            ) == ["moved 7 it has changed since it was compared or mended"]
        )
    }

    @Test("keeps on with the others where a row cannot be written, and says why")
    func refused() async throws {
        try await bench.database.run(
            """
            update books.items set name = 'old' where id between 1 and 20;
            alter table books.items add constraint no_seven check (id <> 7 or name = 'old');
            """
        )
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        #expect(run.count("healed") == 19)
        #expect(run.entity("items")?["heal_problem"]?.string?.contains("no_seven") == true)
    }

    @Test("changes the row that it means, in whatever partition it is, and none beyond what the side is")
    func place() async throws {
        try await bench.database.run(
            """
            create table shop.stock (item integer, wh text, qty integer, primary key (item, wh));
            create table books.stock (item integer, wh text, qty integer, primary key (item, wh)) partition by list (wh);
            create table books.stock_a partition of books.stock for values in ('A');
            create table books.stock_b partition of books.stock for values in ('B');
            insert into shop.stock select n, wh, n from generate_series(1, 20) as n cross join (values ('A'), ('B')) as w (wh);
            insert into books.stock select * from shop.stock;
            update shop.stock set qty = -1 where wh = 'A' and item = 5;
            delete from shop.stock where wh = 'A' and item = 7;
            create table books.before as table books.stock;
            """
        )
        try await bench.apply(
            """
              entity stock
                left shop.stock where wh = 'A'
                right books.stock where wh = 'A'
                key item
                columns qty
                heal by copy with deletes
            """,
            head: "settle 0 s"
        )
        let run = try await bench.run(heals: true)
        #expect(run.count("healed", of: "stock") == 2)
        #expect(
            try await bench.database.lines(
                "(select item || wh from (table books.before except table books.stock) as own) order by 1"
            ) == ["5A", "7A"]
        )
    }

    @Test("does not depend on the time zone that the database prefers")
    func timeZone() async throws {
        try await bench.database.run(
            """
            update books.items set name = 'old' where id <= 10;
            delete from books.items where id between 11 and 20;
            do $$ begin execute format('alter database %I set timezone = %L', current_database(), 'Asia/Baghdad'); end $$;
            """
        )
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        #expect(try await bench.run(heals: true).count("healed") == 20)
        #expect(try await unequal() == [])
    }

    @Test("tells nothing of values to who may not see rows")
    func secrets() async throws {
        try await bench.database.run(
            """
            alter table shop.items add note text default 'Mrs Smith';
            alter table books.items drop column note;
            alter table books.items add note integer;
            update books.items set name = 'old' where id <= 6;
            """
        )
        try await bench.apply(
            CompareBench.items + "\n    copies note\n    sync above 5\n    heal by copy",
            head: "settle 0 s"
        )
        let run = try await bench.run(heals: true)
        #expect(run.count("unhealed") == 6)
        #expect(!run.report.text().contains("Smith"))
        #expect(run.entity("items")?["heal_problem"]?.string?.contains("22P02") == true)
    }

    @Test("writes values of every type as they are")
    func types() async throws {
        try await bench.database.run(
            """
            create type shop.mood as enum ('good', 'bad');
            create table shop.things (
                id uuid primary key, number numeric, real real, bytes bytea, day date, clock time, span interval,
                flags boolean, document jsonb, list text[], mood shop.mood, net inet
            );
            create table books.things (like shop.things including all);
            insert into shop.things
            select md5(n::text)::uuid, 1e-30 * n, n / 3.0, decode(md5(n::text), 'hex'), date '2026-01-01' + n,
                time '10:00:00.000001', '1 mon 2 days', n % 2 = 0, jsonb_build_object('a', n, 'b', null),
                array['x,"' || n, null, ''], case n % 2 when 0 then 'good' else 'bad' end::shop.mood, '10.0.0.1/8'
            from generate_series(1, 40) as n;
            """
        )
        try await bench.apply(
            """
              entity things
                left shop.things
                right books.things
                key id
                columns number, real, bytes, day, clock, span, flags, document, list, mood, net
                sync above 0
                heal by copy
            """,
            head: "settle 0 s"
        )
        var forced = bench
        forced.ignoresGuard = true
        #expect(try await forced.run(heals: true).count("healed", of: "things") == 40)
        #expect(
            try await bench.database.value(
                "select count(*) from shop.things as own inner join books.things as its on own = its"
            ) == "40"
        )
        #expect(try await bench.run().count("matched", of: "things") == 40)
    }
}
