import JSON
import Postgres
import TestSupport
import Testing

@Suite("Rows that are exchanged", .migrated, .timeLimit(.minutes(5)))
struct ExchangedRowTests {
    @Test("may have columns without equality, and values of many types")
    func types() async throws {
        try await ExchangePair.with(
            """
            create type mood as enum ('ok', 'bad');
            create table stock (
                id uuid primary key, js json, places point[], spot box, note text[], data bytea, mood mood,
                span tstzrange, price numeric, doubled numeric generated always as (price * 2) stored
            )
            """
        ) { pair in
            for (side, letter) in [(pair.master, "a"), (pair.node, "b")] {
                try await side.run(
                    """
                    insert into stock (id, js, places, spot, note, data, mood, span, price)
                    select (repeat('\(letter)', 7) || n || '-0000-0000-0000-000000000000')::uuid, '{"a": [2], "b": 1}',
                        '{"(1,2)","(3,4)"}', '(1,2),(3,4)', array['x', null, 'ü"'], '\\x00ff', 'bad',
                        '[2026-01-01 00:00+00, infinity)', 1e30 + n
                    from generate_series(1, 3) as n
                    """
                )
            }
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows().count == 6)
            try await pair.node.run(
                "update stock set js = '[1]', spot = '(0,0),(2,2)' where id::text like 'a%'"
            )
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows().filter { $0.contains("[1]") }.count == 3)
            let before = try await pair.master.value("select count(*) from pgsync.sync_logs")
            try await pair.exchange()
            #expect(try await pair.master.value("select count(*) from pgsync.sync_logs") == before)
        }
    }

    @Test(
        "may have triggers that change other rows, and name them without a schema",
        arguments: [false, true]
    )
    func triggers(both: Bool) async throws {
        try await ExchangePair.with(
            """
            create table stock (id integer primary key, amount integer);
            create table sales (id integer primary key, stock integer references stock)
            """,
            exchanged: ["stock", "sales"]
        ) { pair in
            let sides = both ? [pair.master, pair.node] : [pair.master]
            for side in sides {
                try await side.run(
                    """
                    create function take() returns trigger language plpgsql
                    as 'begin update stock set amount = amount - 1 where id = new.stock; return null; end';
                    create trigger take after insert on sales for each row execute function take()
                    """
                )
            }
            try await pair.master.run("insert into stock values (1, 10)")
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 20; insert into sales values (1, 1)")
            for _ in 0..<3 { try await pair.exchange() }
            #expect(try await pair.rows("sales") == ["(1,1)"])
            let rows = try await pair.rows()
            // Both sides are the same; where both have the trigger, both have fired it.
            if !both { #expect(rows == ["(1,19)"]) }
        }
    }

    @Test("tell a trigger where they come from")
    func origin() async throws {
        try await ExchangePair.with { pair in
            for side in [pair.master, pair.node] {
                try await side.run(
                    """
                    create table heard (origin text);
                    create function hear() returns trigger language plpgsql
                    as 'begin insert into heard values (current_setting(''pgsync.origin'', true)); return null; end';
                    create trigger hear after insert on stock for each row execute function hear()
                    """
                )
            }
            try await pair.node.run("insert into stock values (1, 'a', 1)")
            try await pair.master.run("insert into stock values (2, 'b', 2)")
            try await pair.exchange()
            #expect(
                try await pair.master.lines("select coalesce(origin, '') from heard order by 1") == [
                    "", "north",
                ]
            )
            #expect(
                try await pair.node.lines("select coalesce(origin, '') from heard order by 1") == [
                    "", "master",
                ]
            )
        }
    }

    @Test("are sent in uploads of a few megabytes, and one that none has room for stops no other")
    func large() async throws {
        try await ExchangePair.with { pair in
            try await pair.node.run(
                "insert into stock select n, repeat('x', 1000000), n from generate_series(1, 9) as n"
            )
            try await pair.node.run("insert into stock values (10, repeat('y', 13000000), 10)")
            var sizes: [Int] = []
            while let upload = try await pair.cut() {
                sizes.append(upload["records"]?.array?.count ?? 0)
                try await pair.take(try await pair.upload(upload))
            }
            #expect(sizes == [3, 3, 3])
            #expect(try await pair.master.value("select count(*) from stock") == "9")
            #expect(
                try await pair.node.lines("select record_id || ' ' || error_class from pgsync.conflicts") == [
                    "10 data.range"
                ]
            )
        }
    }

    @Test("that are noted without being written are told to other nodes, too")
    func notedOnly() async throws {
        try await ExchangePair.with(policy: "fields") { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 5")
            try await pair.fold(pair.node)
            try await pair.master.run("update stock set amount = 6")
            try await pair.exchange()
            #expect(
                try await pair.master.value(
                    "select bool_and(tick <= folded_through) from pgsync.record_versions, pgsync.version_fold"
                ) == "t"
            )
            #expect(try await pair.rows() == ["(1,a,6)"])
        }
    }
}
