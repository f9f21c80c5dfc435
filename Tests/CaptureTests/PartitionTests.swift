import Postgres
import TestSupport
import Testing

@Suite("A partitioned table", .captured, .timeLimit(.minutes(10)))
struct PartitionTests {
    static let table = """
        create table p (id int, region text, v int, primary key (id, region)) partition by list (region);
        create table p_a partition of p for values in ('a');
        create table p_b partition of p for values in ('b', 'c') partition by list (region);
        create table p_b_b partition of p_b for values in ('b');
        select pgsync.attach('p')
        """

    @Test("is captured by way of the root and of each partition")
    func rootAndLeaf() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run(
            """
            insert into p values (1, 'a', 1), (2, 'b', 1); insert into p_a values (3, 'a', 1);
            insert into p_b values (4, 'b', 1); insert into p_b_b values (5, 'b', 1);
            update p set v = 2 where id = 1; update p_b_b set v = 2 where id = 5; delete from p_a where id = 3
            """
        )
        #expect(try await database.differences("p") == [])
        #expect(try await database.history("p").count == 8)
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
    }

    @Test("keeps a row that moves to another partition")
    func rowsMove() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run(
            "insert into p select g, 'a', g from generate_series(1, 5) as g; update p set region = 'b' where id > 2; update p set region = 'a', v = 0 where id = 5"
        )
        #expect(try await database.differences("p") == [])
    }

    @Test("is captured in partitions that come later, also with other column order")
    func attachedLater() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run(
            """
            create table p_b_c partition of p_b for values in ('c');
            create table other (gone text, v int, region text not null, id int not null); alter table other drop gone;
            alter table p attach partition other for values in ('d');
            insert into p values (1, 'c', 1), (2, 'd', 2); insert into other (id, region, v) values (3, 'd', 3);
            update p set v = v + 1; delete from p_b_c
            """
        )
        #expect(try await database.differences("p") == [])
        #expect(try await database.history("p").count == 7)
    }

    @Test("reports TRUNCATE of one leaf, and of a new one once it is looked after")
    func truncateLeaf() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run("insert into p values (1, 'a', 1); truncate p_a")
        let cut = "select data ->> 'table' from pgsync.sync_logs where action = 'truncate' order by id"
        #expect(try await database.lines(cut) == ["public.p_a"])
        try await database.run("create table p_d partition of p for values in ('d')")
        #expect(
            try await database.lines("select finding from pgsync.inspect_capture()") == ["partition_added"]
        )
        try await database.run("select pgsync.reattach('p')")
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await database.run("truncate p_d")
        #expect(try await database.lines(cut) == ["public.p_a", "public.p_d"])
    }

    @Test("that takes in a table with rows shows what was not captured, and a backfill brings it")
    func attachedWithRows() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run(
            """
            create table full_one (id int, region text, v int, primary key (id, region));
            insert into full_one values (1, 'd', 1), (2, 'd', 2); alter table p attach partition full_one for values in ('d')
            """
        )
        #expect(
            try await database.lines("select finding || ' ' || found from pgsync.inspect_capture()")
                == [
                    "partition_added full_one became a partition later: its earlier rows and its TRUNCATE are not captured"
                ].map { $0.replacing("full_one became", with: "public.full_one became") }
        )
        try await eventually {
            try await database.value("select unexplained from pgsync.capture_growth()") == "2"
        }
        try await database.run("select pgsync.reattach('p')")
        try await database.together([BackfillTests.finish(10).replacing("'t'", with: "'p'")])
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        #expect(try await database.differences("p") == [])
    }

    @Test("shows in its growth what was written to a partition that was detached for a while")
    func detachedForAWhile() async throws {
        let database = TestDatabase.current
        guard try await database.session({ $0.serverVersion >= 150_000 }) else { return }
        let unexplained = "select unexplained from pgsync.capture_growth()"
        // A session that has ended may report what it wrote later, so each reports at once.
        let run: @Sendable (String) async throws -> Void = { script in
            try await database.session { session in
                for statement in [script, "select pg_stat_force_next_flush()", "select 1"] {
                    _ = try session.runScript(statement)
                }
            }
        }
        try await database.run(Self.table)
        try await run("insert into p values (1, 'a', 1), (2, 'b', 1)")
        for (away, expected) in [("select 1", "0"), ("update p_a set v = v + 1", "1")] {
            try await run("select pgsync.remember_growth(settling => '0')")
            try await run(
                """
                update p set v = v + 1 where region = 'b'; alter table p detach partition p_a; \(away);
                alter table p attach partition p_a for values in ('a')
                """
            )
            #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
            try await eventually { try await database.value(unexplained) == expected }
        }
    }

    @Test("that loses a partition says so until it is settled", arguments: ["detach partition p_a", "drop"])
    func loses(how: String) async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table); insert into p values (1, 'a', 1)")
        try await database.run(how == "drop" ? "drop table p_a" : "alter table p \(how)")
        #expect(
            try await database.lines("select finding || ' ' || found from pgsync.inspect_capture()") == [
                "partition_gone public.p_a is no longer a partition: its rows left without firing a trigger"
            ]
        )
        try await database.run("select pgsync.reattach('p')")
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        // What went is nobody's source.
        if how != "drop" { try await database.run("truncate p_a") }
        #expect(try await database.value("select count(*) from pgsync.sync_logs") == "1")
    }

    @Test("refuses statement triggers, a partition by itself, and what a crash empties")
    func refusals() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        #expect(
            try await database.refusal(of: "select pgsync.attach('p', kind => 'statement')").message.contains(
                "would miss changes"
            )
        )
        #expect(
            try await database.refusal(of: "select pgsync.attach('p_a')").message.contains(
                "is a partition of"
            )
        )
        try await database.run("create unlogged table p_d partition of p for values in ('d')")
        #expect(
            try await database.lines("select finding from pgsync.inspect_capture() order by 1")
                == ["partition_added", "table_unlogged"]
        )
        let refusal = try await database.refusal(of: "select pgsync.attach('p')")
        #expect(refusal.message.hasPrefix("public.p_d is unlogged"))
    }

    @Test("that is one only by inheritance is captured row by row, each table for itself")
    func inheritance() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table parent (id int primary key, v int); create table child (primary key (id)) inherits (parent);
            select pgsync.attach('parent'); select pgsync.attach('child')
            """
        )
        try await database.run(
            "insert into parent values (1, 1); insert into child values (2, 1); update parent set v = 2; delete from parent where id = 2"
        )
        #expect(try await database.history("parent") == ["create 1", "update 1"])
        #expect(try await database.history("child") == ["create 2", "update 2", "delete 2"])
        #expect(
            try await database.refusal(of: "select pgsync.attach('child', kind => 'statement')").sqlState
                == .init("0A000")
        )
    }
}
