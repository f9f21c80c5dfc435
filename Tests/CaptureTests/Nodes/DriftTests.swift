// Long because each way is seen with the same exchange.
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Columns that one side of an exchange lacks", .migrated, .timeLimit(.minutes(5)))
struct DriftTests {
    /// Runs with rows on both sides that are the same, and with a way for such columns on each.
    private func with(
        master: String = "freeze",
        node: String = "freeze",
        _ body: (ExchangePair) async throws -> Void
    ) async throws {
        try await ExchangePair.with { pair in
            for (side, drift) in [(pair.master, master), (pair.node, node)] {
                try await side.run("select pgsync.set_synced('stock', true, drift => '\(drift)')")
            }
            try await pair.master.run("insert into stock values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
            try await pair.exchange()
            try await body(pair)
        }
    }

    private func add(_ column: String, to side: TestDatabase) async throws {
        try await side.run("alter table stock add column \(column); select pgsync.reattach('stock')")
    }

    private func state(_ pair: ExchangePair) async throws -> String? {
        try await pair.node.value(
            "select concat_ws(' ', frozen_tables, quarantined_tables) from pgsync.masters"
        )
    }

    private func columns(_ side: TestDatabase) async throws -> [String] {
        try await side.lines(
            """
            select attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
                || case when atthasdef then ' default' else '' end
            from pg_attribute
            where attrelid = 'stock'::regclass and attnum > 3 and not attisdropped
            order by attname
            """
        )
    }

    @Test("adds a column that the master has, with its values also where none has changed, and captures it")
    func evolveHere() async throws {
        try await with(node: "evolve") { pair in
            try await add("price numeric(12, 2) not null default 1.5", to: pair.master)
            try await add("\"ta gs\" text[]", to: pair.master)
            try await pair.node.run("update stock set amount = 20 where id = 2")
            try await pair.master.run("update stock set price = 3, \"ta gs\" = '{x}' where id = 1")
            try await pair.exchange()
            try await pair.exchange()
            #expect(try await state(pair) == "{} {}")
            #expect(try await columns(pair.node) == ["price numeric(12,2)", "ta gs text[]"])
            #expect(try await pair.rows() == ["(1,a,1,3.00,{x})", "(2,b,20,1.50,)", "(3,c,3,1.50,)"])
            try await pair.node.run("update stock set price = 7, \"ta gs\" = '{y,z}' where id = 3")
            try await pair.exchange()
            #expect(try await pair.rows().last == "(3,c,3,7.00,\"{y,z}\")")
        }
    }

    @Test("offers a column that only is here to a master that adds it")
    func evolveThere() async throws {
        try await with(master: "evolve") { pair in
            try await add("colour varchar(20)", to: pair.node)
            try await pair.node.run("update stock set colour = 'red' where id = 1")
            try await pair.exchange()
            #expect(try await state(pair) == "{} {}")
            #expect(try await columns(pair.master) == ["colour character varying(20)"])
            #expect(try await pair.rows() == ["(1,a,1,red)", "(2,b,2,)", "(3,c,3,)"])
            try await pair.master.run("update stock set colour = 'blue' where id = 2")
            try await pair.exchange()
            #expect(try await pair.rows()[1] == "(2,b,2,blue)")
        }
    }

    @Test("leaves a table out while the type of a column is not known, and goes on once it is")
    func unknownType() async throws {
        try await with(master: "evolve", node: "evolve") { pair in
            try await pair.master.run("create type hue as enum ('red', 'blue')")
            try await add("hue hue", to: pair.master)
            try await pair.node.run("create type taste as enum ('sweet', 'sour')")
            try await add("taste taste", to: pair.node)
            try await pair.master.run("update stock set hue = 'red' where id = 1")
            try await pair.node.run("update stock set taste = 'sour' where id = 2")
            try await pair.exchange()
            let reason = try #require(try await state(pair))
            for part in [
                "only the master has hue: the type \\\"public.hue\\\" of hue is not known here",
                "only this system has taste: the master says: the type \\\"public.taste\\\" of taste is not known here",
            ] {
                #expect(reason.contains(part), "\(reason)")
            }
            try await pair.node.run("create type hue as enum ('red', 'blue')")
            try await pair.master.run("create type taste as enum ('sweet', 'sour')")
            try await pair.exchange()
            try await pair.exchange()
            #expect(try await state(pair) == "{} {}")
            let rows = "select concat_ws(' ', id, hue, taste) from stock order by id"
            for side in [pair.master, pair.node] {
                #expect(try await side.lines(rows) == ["1 red", "2 sour", "3"])
            }
        }
    }

    @Test(
        "takes no name and no type that says more than that",
        arguments: [
            #"{"x": {"type": "integer default 7"}}"#, #"{"x": {"type": "integer; drop table stock"}}"#,
            #"{"x": {"type": "no.such_type"}}"#, #"{"x": {"type": "trigger"}}"#, #"{"x": {"type": ""}}"#,
            #"{"x": {"type": "preset"}}"#, #"{"x": {"type": "required"}}"#,
            #"{"x": {"type": "setof integer"}}"#,
            #"{"x": {}}"#, #"{"": {"type": "text"}}"#, #"{"pgsync_x": {"type": "text"}}"#,
            #"{"x": {"type": "numeric", "typmod": 7}}"#, #"{"ctid": {"type": "text"}}"#,
            "{\"\(String(repeating: "x", count: 64))\": {\"type\": \"text\"}}",
        ]
    )
    func refusedColumns(_ columns: String) async throws {
        try await with(master: "evolve") { pair in
            try await pair.master.run(
                """
                create domain public.preset as integer default 7;
                create domain public.required as integer not null;
                """
            )
            let given = columns.replacing("\"preset\"", with: "\"public.preset\"")
                .replacing("\"required\"", with: "\"public.required\"")
            let refused = try await pair.master.value(
                "select pgsync.take_columns('north', jsonb_build_object('stock', \(given.quoted)::jsonb)) #>> '{refused,stock}'"
            )
            #expect(refused?.isEmpty == false)
            #expect(try await self.columns(pair.master) == [])
            let harmless =
                #"{"stock": {"x\" int; drop table stock; --": {"type": "integer"}}, "other": {"y": {"type": "text"}}}"#
            #expect(
                try await pair.master.value("select pgsync.take_columns('north', \(harmless.quoted)::jsonb)")
                    == #"{"refused": {}}"#
            )
            #expect(try await self.columns(pair.master) == [#"x" int; drop table stock; -- integer"#])
        }
    }

    @Test(
        "adds nothing where that is not wanted, without the rights of the owner, or while the table is in use"
    )
    func obstacles() async throws {
        try await with(node: "evolve") { pair in
            let offered = #"{"stock": {"colour": {"type": "text"}}}"#
            #expect(
                try await pair.master.value("select pgsync.take_columns('north', '\(offered)')")
                    == #"{"refused": {"stock": "its drift is freeze"}}"#
            )
            let owner = try #require(
                try await pair.node.value("select quote_ident(pgsync.owner_of('stock'))")
            )
            let reason = try await pair.node.value(
                """
                select pgsync.add_columns('stock', '{"colour": {"type": "text"}}', true)
                from (select set_config('role', 'pgsync_node', true)) as own
                """
            )
            #expect(
                reason
                    == "pgsync_node may not add it; to do so: alter table public.stock add column colour text; "
                    + "or: grant \(owner) to pgsync_node"
            )
            try await pair.node.connect { reader in
                try await reader.run("begin; select 1 from stock")
                try await add("colour text", to: pair.master)
                try await pair.exchange()
                #expect(
                    try await state(pair)?.contains("only the master has colour: the table is in use") == true
                )
                try await reader.run("rollback")
            }
            try await pair.exchange()
            #expect(try await state(pair) == "{} {}")
            #expect(try await columns(pair.node) == ["colour text"])
        }
    }

    @Test("does not widen the list of columns of a table")
    func listed() async throws {
        try await with(node: "evolve") { pair in
            try await pair.node.run(
                "select pgsync.attach('stock', columns => '{id,name,amount}', posts => false)"
            )
            try await add("colour text", to: pair.master)
            try await pair.exchange()
            #expect(
                try await state(pair)?.contains("it was attached with a list of columns: alter table") == true
            )
            #expect(try await columns(pair.node) == [])
        }
    }

    @Test("keeps records back that have a value in a column of the master, until it is here")
    func quarantineHere() async throws {
        try await with(node: "quarantine") { pair in
            try await add("colour text", to: pair.master)
            try await pair.master.run(
                "update stock set colour = 'red', amount = 10 where id = 1; update stock set amount = 20 where id = 2"
            )
            try await pair.node.run(
                "update stock set amount = 30 where id = 3; insert into stock values (4, 'd', 4)"
            )
            try await pair.exchange()
            try await pair.exchange()
            #expect(try await state(pair) == #"{} {"stock": "only the master has colour"}"#)
            #expect(
                try await pair.node.lines("select t::text from stock as t order by id")
                    == ["(1,a,1)", "(2,b,20)", "(3,c,30)", "(4,d,4)"]
            )
            #expect(
                try await pair.node.lines(
                    "select concat_ws(' ', table_name, record_id, lacking) from pgsync.lacking_records('master')"
                )
                    == ["stock 1 colour"]
            )
            #expect(
                try await pair.master.lines("select t::text from stock as t order by id")
                    == ["(1,a,10,red)", "(2,b,20,)", "(3,c,30,)", "(4,d,4,)"]
            )
            try await add("colour text", to: pair.node)
            try await pair.exchange()
            #expect(try await pair.exchange() == [])
            #expect(try await state(pair) == "{} {}")
            #expect(try await pair.rows() == ["(1,a,10,red)", "(2,b,20,)", "(3,c,30,)", "(4,d,4,)"])
        }
    }

    @Test("refuses records that have a value in a column of the node, and takes them once it is there")
    func quarantineThere() async throws {
        try await with(master: "quarantine") { pair in
            try await add("colour text", to: pair.node)
            try await pair.node.run(
                """
                update stock set colour = 'red', amount = 10 where id = 1;
                update stock set amount = 20 where id = 2;
                insert into stock values (4, 'd', 4, 'blue'), (5, 'e', 5, null);
                """
            )
            try await pair.pull()
            let results = try await pair.push()
            #expect(
                Dictionary(
                    grouping: results,
                    by: { "\($0["status"]?.string ?? "") \($0["error"]?["class"]?.string ?? "")" }
                ).mapValues { $0.compactMap { $0["id"]?.string }.sorted() }
                    == ["failed data.unknown_column": ["1", "4"], "applied ": ["2", "5"]]
            )
            #expect(try await state(pair) == #"{} {"stock": "only this system has colour"}"#)
            try await pair.exchange()
            try await add("colour text", to: pair.master)
            try await pair.exchange()
            #expect(try await pair.exchange() == [])
            #expect(
                try await pair.rows()
                    == ["(1,a,10,red)", "(2,b,20,)", "(3,c,3,)", "(4,d,4,blue)", "(5,e,5,)"]
            )
            #expect(try await state(pair) == "{} {}")
        }
    }

    @Test(
        "leaves the type of a column that both have as it is, and what does not fit fails alone",
        arguments: [
            "freeze", "evolve", "quarantine",
        ]
    )
    func otherType(_ drift: String) async throws {
        try await with(master: drift, node: drift) { pair in
            try await pair.master.run(
                "alter table stock alter column amount type text; select pgsync.reattach('stock')"
            )
            try await pair.master.run(
                "update stock set amount = 'many' where id = 1; update stock set amount = '20' where id = 2"
            )
            try await pair.node.run("update stock set amount = 30 where id = 3")
            try await pair.exchange()
            #expect(try await state(pair) == "{} {}")
            #expect(
                try await pair.node.lines("select t::text from stock as t order by id")
                    == ["(1,a,1)", "(2,b,20)", "(3,c,30)"]
            )
            #expect(try await pair.master.value("select amount from stock where id = 3") == "30")
            #expect(try await pair.node.lines("select record_id from pgsync.staged_records") == ["1"])
            try await pair.node.run(
                "alter table stock alter column amount type text; select pgsync.reattach('stock')"
            )
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,many)", "(2,b,20)", "(3,c,30)"])
        }
    }

    @Test("keeps what the master has refused when everything is loaded anew")
    func refusedStays() async throws {
        try await with(master: "quarantine") { pair in
            try await add("colour text", to: pair.node)
            try await pair.node.run("insert into stock values (4, 'd', 4, 'blue')")
            try await pair.exchange()
            try await pair.node.run(
                "select pgsync.resync_master('master', (select sequence from pgsync.masters))"
            )
            try await pair.pull()
            try await pair.node.run("select pgsync.stage_unconfirmed('master', '{stock}')")
            try await pair.node.run("select pgsync.take_staged('master')")
            #expect(try await pair.node.value("select colour from stock where id = 4") == "blue")
        }
    }

    @Test("says which ways there are")
    func unknownWay() async throws {
        try await with { pair in
            let refusal = try await pair.node.refusal(
                of: "select pgsync.set_synced('stock', true, drift => 'melt')"
            )
            #expect(refusal.message == "the drift is freeze, evolve or quarantine, not 'melt'")
        }
    }
}
