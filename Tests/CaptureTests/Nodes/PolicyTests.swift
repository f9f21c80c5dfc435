import JSON
import Postgres
import TestSupport
import Testing

@Suite("Who wins where two systems change a record", .migrated, .timeLimit(.minutes(5)))
struct PolicyTests {
    /// What a policy makes of each kind of conflict, where the master's change is the later one.
    static let outcomes: [(policy: String, update: String, create: String, gone: String, deleted: String)] = [
        ("newer", "(1,master,1)", "(2,master,2)", "", "(4,master,4)"),
        ("master", "(1,master,1)", "(2,master,2)", "", "(4,master,4)"),
        ("node", "(1,a,10)", "(2,node,20)", "(3,a,30)", ""),
        ("fields", "(1,master,10)", "(2,master,2)", "(3,a,30)", "(4,master,4)"),
        ("delta", "(1,master,10)", "(2,master,22)", "", "(4,master,4)"),
        ("manual", "(1,master,1)", "(2,master,2)", "", "(4,master,4)"),
    ]

    @Test("is as the table in the manual says", arguments: outcomes)
    func policies(_ outcome: (policy: String, update: String, create: String, gone: String, deleted: String))
        async throws
    {
        let columns = outcome.policy == "delta" ? "'{amount}'" : "null"
        try await ExchangePair.with(policy: outcome.policy, columns: columns) { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1), (3, 'a', 3), (4, 'a', 4)")
            try await pair.exchange()
            try await pair.node.run(
                """
                update stock set amount = 10 where id = 1; insert into stock values (2, 'node', 20);
                update stock set amount = 30 where id = 3; delete from stock where id = 4
                """
            )
            try await pair.fold(pair.node)
            try await pair.master.run(
                """
                update stock set name = 'master' where id = 1; insert into stock values (2, 'master', 2);
                delete from stock where id = 3; update stock set name = 'master' where id = 4
                """
            )
            #expect(try await pair.exchange() == [])
            let expected = [outcome.update, outcome.create, outcome.gone, outcome.deleted].filter { $0 != "" }
            #expect(try await pair.rows() == expected, "\(outcome.policy)")
            let kinds = try await pair.master.lines("select type from pgsync.conflicts order by record_id")
            #expect(
                kinds == [
                    "update_origin_differs", "insert_exists", "update_deleted", "delete_origin_differs",
                ]
            )
            // Both rows are kept, whatever became of them.
            #expect(
                try await pair.master.lines(
                    """
                    select concat_ws(' ', local_image ->> 'amount', remote_image ->> 'amount') from pgsync.conflicts
                    order by record_id
                    """
                ) == ["1 10", "2 20", "30", "4"]
            )
        }
    }

    @Test("is the later change, whichever side made it")
    func later() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            try await pair.exchange()
            try await pair.master.run("update stock set amount = 2")
            try await pair.fold(pair.master)
            try await pair.node.run("update stock set amount = 3")
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,3)"])
            #expect(try await pair.conflicts() == ["1 update_origin_differs apply_remote settled"])
        }
    }

    @Test("is not a clock of the future")
    func future() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 2")
            try await pair.fold(pair.node)
            try await pair.node.run("update pgsync.record_versions set stamp = stamp + 86400000000")
            try await pair.exchange()
            try await pair.master.run("update stock set amount = 3")
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,3)"])
            #expect(
                try await pair.master.value(
                    "select stamp < extract(epoch from clock_timestamp()) * 1000000 + 1 from pgsync.record_versions"
                ) == "t"
            )
        }
    }

    @Test("adds up what both have taken off, also where both end at the same number")
    func deltas() async throws {
        try await ExchangePair.with(policy: "delta", columns: "'{amount}'") { pair in
            try await pair.master.run("insert into stock values (1, 'a', 10)")
            try await pair.exchange()
            for side in [pair.master, pair.node] {
                try await side.run("update stock set amount = amount - 3")
            }
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,4)"])
        }
    }

    @Test(
        "is the first in the list, with priority, and the later change of others",
        arguments: [("north,hub", "(1,a,3)"), ("hub,north", "(1,a,2)"), ("others", "(1,a,2)")]
    )
    func priority(_ nodes: String, _ expected: String) async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run(
                "select pgsync.set_synced('stock', true, 'priority', null, '{\(nodes)}')"
            )
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 3")
            try await pair.fold(pair.node)
            try await pair.master.run("update stock set amount = 2")
            try await pair.exchange()
            #expect(try await pair.rows() == [expected])
        }
    }

    @Test("is what a person says, and that wins everywhere")
    func settled() async throws {
        try await ExchangePair.with(policy: "manual") { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1), (2, 'a', 2), (3, 'a', 3)")
            try await pair.exchange()
            try await pair.master.run("update stock set name = 'master'")
            try await pair.node.run(
                "update stock set amount = 10 where id <= 2; delete from stock where id = 3"
            )
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,master,1)", "(2,master,2)", "(3,master,3)"])
            try await pair.master.run(
                "select pgsync.resolve_conflict(id, 'remote') from pgsync.conflicts where record_id <> '2'"
            )
            try await pair.master.run(
                "select pgsync.resolve_conflict(id, 'given', '{\"amount\": 7}') from pgsync.conflicts where record_id = '2'"
            )
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows() == ["(1,a,10)", "(2,master,7)"])
            #expect(
                try await pair.conflicts() == [
                    "1 update_origin_differs apply_remote settled", "2 update_origin_differs given settled",
                    "3 delete_origin_differs apply_remote settled",
                ]
            )
        }
    }

    @Test("is tried on the conflicts so far without a change")
    func replayed() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 10")
            try await pair.fold(pair.node)
            try await pair.master.run("update stock set name = 'master'")
            try await pair.exchange()
            func replay(_ policy: String) async throws -> [String] {
                try await pair.master.lines(
                    "select concat_ws(' ', other_resolution, differs, other_image) from pgsync.replay_conflicts('\(policy)')"
                )
            }
            #expect(try await replay("master") == [#"keep_local f {"id": 1, "name": "master", "amount": 1}"#])
            #expect(try await replay("node") == [#"apply_remote t {"id": 1, "name": "a", "amount": 10}"#])
            #expect(try await pair.rows() == ["(1,master,1)"])
        }
    }

    @Test("is refused where several masters would each decide otherwise")
    func severalMasters() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table plain (id integer primary key, amount integer); select pgsync.attach('plain', before_image => true)"
        )
        try await database.run("select pgsync.set_synced('plain', true, 'delta', '{amount}')")
        try await database.run("select pgsync.set_master('first', 'https://first.example')")
        let second = await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.set_master('second', 'https://second.example')")
        }
        #expect(second?.detail == "Others: plain (delta)")
        try await database.run("select pgsync.set_synced('plain', true, 'newer')")
        try await database.run("select pgsync.set_master('second', 'https://second.example')")
        for policy in ["fields", "manual", "master", "node"] {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.set_synced('plain', true, '\(policy)')")
            }
        }
    }

    @Test("is refused where the rows of before are not captured, or columns are no numbers")
    func wrong() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table plain (id integer primary key, name text); select pgsync.attach('plain', posts => false)"
        )
        let before = await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.set_synced('plain', true, 'fields')")
        }
        #expect(before?.hint?.contains("before_image => true") == true)
        try await database.run("select pgsync.attach('plain', posts => false, before_image => true)")
        for arguments in ["'delta', '{name}'", "'delta', '{none}'", "'delta'", "'priority'", "'oldest'"] {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.set_synced('plain', true, \(arguments))")
            }
        }
    }
}
