// Long because each case is a whole story of two systems.
import JSON
import Postgres
import TestSupport
import Testing

@Suite("An exchange of records", .migrated, .timeLimit(.minutes(5)))
struct ExchangeTests {
    @Test("brings what each side has to the other, once, and then is quiet")
    func bothWays() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run(
                "insert into stock select n, 'm' || n, n from generate_series(1, 1200) as n"
            )
            try await pair.node.run(
                "insert into stock select n, 'n' || n, n from generate_series(2001, 2600) as n"
            )
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows().count == 1_800)
            try await pair.node.run(
                "update stock set amount = 0 where id = 7; delete from stock where id = 8"
            )
            try await pair.master.run(
                "update stock set amount = 1 where id = 2001; delete from stock where id = 2002"
            )
            #expect(try await pair.exchange() == [])
            let rows = try await pair.rows()
            #expect(rows.count == 1_798 && rows.contains("(7,m7,0)") && rows.contains("(2001,n2001,1)"))
            #expect(try await pair.conflicts() == [])
            // Nothing goes back, and nothing is written any more.
            let before = try await pair.master.value("select count(*) from pgsync.sync_logs")
            #expect(try await pair.push().isEmpty)
            try await pair.exchange()
            #expect(try await pair.master.value("select count(*) from pgsync.sync_logs") == before)
        }
    }

    @Test("keeps in which tables a node differs, raises an alert, and ends it when they are the same again")
    func keepsWhatDiffers() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 10)")
            try await pair.exchange()
            try await pair.node.run("update pgsync.record_versions set stamp = stamp - 1")
            // Transactions elsewhere on the server may keep a comparison from being made.
            try await eventually { try await pair.exchange() == ["stock"] }
            let alerts = """
                select concat_ws(' ', source_table, severity)
                from pgsync.alert_facts() where kind = 'DATA_INCONSISTENCY'
                """
            #expect(try await pair.master.lines(alerts) == ["stock medium"])
            try await pair.node.run("update pgsync.record_versions set stamp = stamp + 1")
            try await eventually {
                try await pair.exchange()
                return try await pair.master.lines(alerts).isEmpty
            }
            #expect(try await pair.master.value("select diverged_at is null from pgsync.nodes") == "t")
        }
    }

    @Test("answers an upload whose answer was lost as before, and applies it once")
    func lostAnswer() async throws {
        try await ExchangePair.with(policy: "delta", columns: "'{amount}'") { pair in
            try await pair.master.run("insert into stock values (1, 'a', 10)")
            try await pair.exchange()
            try await pair.master.run("update stock set amount = amount - 3")
            try await pair.node.run("update stock set amount = amount - 2")
            let upload = try #require(try await pair.cut())
            let first = try await pair.upload(upload)
            #expect(first["results"]?[0]?["resolution"] == "merged" && first["replayed"] == nil)
            // The answer is lost: the node changes the record again, and sends the same upload.
            try await pair.node.run("update stock set amount = amount - 1")
            #expect(try await pair.cut() == upload)
            let again = try await pair.upload(upload)
            #expect(again["replayed"] == true && again["results"] == first["results"])
            try await pair.take(again)
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,4)"])
        }
    }

    @Test("applies nothing from a master while an upload is not answered")
    func unanswered() async throws {
        try await ExchangePair.with { pair in
            try await pair.node.run("insert into stock values (1, 'a', 10)")
            _ = try await pair.cut()
            await #expect(throws: PostgresError.self) { try await pair.pull() }
        }
    }

    /// Idempotency by the hash of a body would lose the third.
    @Test("takes a value, another, and the first again, as three changes")
    func fiveSixFive() async throws {
        try await ExchangePair.with { pair in
            for amount in [5, 6, 5] {
                _ = try await pair.master.value(
                    """
                    select pgsync.take_upload('north', '[{
                        "table": "stock", "id": "1", "action": "update", "data": {"id": 1, "name": "a", "amount": \(amount)}
                    }]')
                    """
                )
                #expect(try await pair.master.value("select amount from stock") == "\(amount)")
            }
        }
    }

    /// A base that moves without its row would let the next upload wipe out what the master had merged in.
    @Test("keeps the base of a record that was edited while another row came back")
    func baseMovesWithTheRow() async throws {
        try await ExchangePair.with(policy: "fields") { pair in
            try await pair.master.run("insert into stock values (1, 'a', 10)")
            try await pair.exchange()
            try await pair.master.run("update stock set name = 'master'")
            try await pair.node.run("update stock set amount = 20")
            let answer = try await pair.upload(try #require(try await pair.cut()))
            #expect(answer["results"]?[0]?["row"] == ["id": 1, "name": "master", "amount": 20])
            try await pair.node.run("update stock set amount = 21")
            try await pair.take(answer)
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,master,21)"])
        }
    }

    @Test("notices a node that was restored, keeps what it has not sent, and loads the rest anew")
    func restoredNode() async throws {
        try await ExchangePair.with { pair in
            try await pair.node.run("insert into stock values (1, 'a', 1), (2, 'b', 2)")
            try await pair.exchange()
            // As in a backup of before.
            try await pair.node.run(
                """
                create table masters_before as select * from pgsync.masters;
                create table versions_before as select * from pgsync.record_versions;
                """
            )
            try await pair.node.run(
                "update stock set amount = 10 where id = 1; insert into stock values (3, 'c', 3)"
            )
            try await pair.exchange()
            try await pair.node.run(
                """
                delete from stock where id = 3; update stock set amount = 1 where id = 1;
                update pgsync.masters as own set (sequence, next_page, uploaded_tick)
                    = (select b.sequence, b.next_page, b.uploaded_tick from masters_before as b);
                """
            )
            try await pair.fold(pair.node)
            try await pair.node.run(
                "delete from pgsync.record_versions; insert into pgsync.record_versions select * from versions_before"
            )
            try await pair.node.run("insert into stock values (4, 'd', 4)")
            let error = await #expect(throws: PostgresError.self) { try await pair.pull() }
            #expect(error?.sqlState?.code == "PS003" && error?.detail == "3")
            try await pair.node.run("select pgsync.resync_master('master', 2)")
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows() == ["(1,a,10)", "(2,b,2)", "(3,c,3)", "(4,d,4)"])
        }
    }

    @Test("brings back what a restored master has lost, and keeps both rows of what it has changed since")
    func restoredMaster() async throws {
        try await ExchangePair.with { pair in
            try await pair.node.run("insert into stock values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
            try await pair.exchange()
            // What was changed after the backup is gone there.
            try await pair.master.run("create table versions_before as select * from pgsync.record_versions")
            try await pair.node.run(
                "update stock set amount = 100 where id in (1, 2); insert into stock values (4, 'd', 4)"
            )
            try await pair.exchange()
            try await pair.master.run(
                "delete from stock where id = 4; update stock set amount = id where id in (1, 2)"
            )
            try await pair.fold(pair.master)
            try await pair.master.run(
                """
                delete from pgsync.record_versions; insert into pgsync.record_versions select * from versions_before;
                update pgsync.nodes set last_sequence = 1; select pgsync.begin_incarnation();
                """
            )
            try await pair.master.run("update stock set amount = 101 where id = 2")
            let error = await #expect(throws: PostgresError.self) { try await pair.pull() }
            #expect(error?.sqlState?.code == "PS003" || error?.sqlState?.code == "PS004")
            try await pair.node.run("select pgsync.resync_master('master', 1, true)")
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,100)", "(2,b,101)", "(3,c,3)", "(4,d,4)"])
            #expect(
                try await pair.node.lines(
                    "select local_image ->> 'amount' || ' ' || (remote_image ->> 'amount') from pgsync.conflicts"
                ) == ["100 101"]
            )
        }
    }

    @Test("stops where too much would be deleted, either way, until it is told to go on")
    func guarded() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock select n, 'x', n from generate_series(1, 100) as n")
            try await pair.exchange()
            try await pair.master.run("delete from stock where id <= 30")
            let down = await #expect(throws: PostgresError.self) { try await pair.pull() }
            #expect(down?.sqlState?.code == "PS005")
            #expect(try await pair.node.value("select count(*) from stock") == "100")
            try await pair.pull(force: true)
            try await pair.node.run("delete from stock where id <= 60")
            let up = await #expect(throws: PostgresError.self) { try await pair.push() }
            #expect(up?.sqlState?.code == "PS005")
            try await pair.push(force: true)
            #expect(try await pair.rows().count == 40)
        }
    }

    @Test("writes rows that others refer to first, and swaps unique values")
    func order() async throws {
        try await ExchangePair.with(
            """
            create table shelves (id integer primary key, place text not null unique);
            create table stock (id integer primary key, shelf integer references shelves)
            """,
            exchanged: ["stock", "shelves"]
        ) { pair in
            try await pair.node.run(
                "insert into shelves values (1, 'a'), (2, 'b'); insert into stock values (1, 1)"
            )
            try await pair.exchange()
            for side in [pair.node, pair.master] {
                try await side.run(
                    """
                    update shelves set place = 'aside' where id = 1; update shelves set place = 'a' where id = 2;
                    update shelves set place = 'b' where id = 1
                    """
                )
                #expect(try await pair.exchange() == [])
                try await side.run(
                    """
                    update shelves set place = 'aside' where id = 1; update shelves set place = 'b' where id = 2;
                    update shelves set place = 'a' where id = 1
                    """
                )
                #expect(try await pair.exchange() == [])
                #expect(try await pair.rows("shelves") == ["(1,a)", "(2,b)"])
            }
            try await pair.master.run("delete from stock; delete from shelves where id = 1")
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows("shelves") == ["(2,b)"])
        }
    }

    @Test("keeps a row that the master refuses here, and tells both")
    func refused() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("alter table stock add constraint few check (amount < 100)")
            try await pair.node.run("insert into stock values (1, 'a', 500), (2, 'b', 5)")
            let results = try await pair.push()
            #expect(results.map { $0["status"] } == ["failed", "applied"])
            #expect(results[0]["error"]?["class"] == "data.refused")
            #expect(try await pair.conflicts() == ["1 refused queued open"])
            #expect(try await pair.master.lines("select id from stock") == ["2"])
            #expect(try await pair.push().isEmpty, "it would be refused again")
            try await pair.master.run("alter table stock drop constraint few")
            let upload = try await pair.node.value(
                "select pgsync.start_upload('master', 500, false, clock_timestamp())"
            )
            let answer = try await pair.upload(JSONValue(parsing: try #require(upload)))
            try await pair.take(answer)
            #expect(try await pair.rows().count == 2)
            #expect(try await pair.conflicts() == ["1 refused apply_remote settled"])
        }
    }

    @Test("sends a node only rows within its filter, and deletes those there that leave it")
    func filtered() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("update pgsync.nodes set row_filter = '{\"name\": \"north\"}'")
            try await pair.master.run(
                "insert into stock values (1, 'north', 1), (2, 'south', 2), (3, 'north', 3)"
            )
            try await pair.exchange()
            #expect(try await pair.node.lines("select id from stock order by id") == ["1", "3"])
            try await pair.master.run("update stock set name = 'south' where id = 3")
            try await pair.exchange()
            #expect(try await pair.node.lines("select id from stock order by id") == ["1"])
            #expect(try await pair.push().isEmpty, "its deletion there is none here")
            #expect(try await pair.master.value("select count(*) from stock") == "3")
        }
    }

    @Test("refuses a cursor that was changed, or is of before a restore or of forgotten deletions")
    func cursors() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1)")
            let cursor = try #require(try await pair.pull()["cursor"]?.string)
            func state(_ cursor: String) async -> String? {
                let error = await #expect(throws: PostgresError.self) {
                    try await pair.master.run("select pgsync.download_page('north', null, '\(cursor)')")
                }
                return error?.sqlState?.code
            }
            for place in [0, cursor.count / 2, cursor.count - 1] {
                var letters = Array(cursor)
                letters[place] = letters[place] == "A" ? "B" : "A"
                #expect(["22023", "PS004"].contains(await state(String(letters))))
            }
            #expect(await state("") == "22023")
            try await pair.master.run("update pgsync.version_fold set forgotten_through = folded_through + 1")
            #expect(await state(cursor) == "PS004")
            try await pair.master.run("update pgsync.version_fold set forgotten_through = 0")
            try await pair.master.run("update pgsync.version_fold set folded_through = folded_through - 1")
            #expect(await state(cursor) == "PS006")
            try await pair.master.run("update pgsync.version_fold set folded_through = folded_through + 1")
            try await pair.master.run("select pgsync.begin_incarnation()")
            #expect(await state(cursor) == "PS004")
        }
    }

    @Test("deletes what the master no longer has when everything is loaded anew, and not what is new here")
    func unconfirmed() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock select n, 'x', n from generate_series(1, 10) as n")
            try await pair.exchange()
            try await pair.master.run(
                "delete from stock where id <= 3; update stock set amount = 0 where id = 5"
            )
            try await pair.fold(pair.master)
            try await pair.master.run(
                "delete from pgsync.record_versions where deleted_at is not null; select pgsync.resync_node('north')"
            )
            try await pair.node.run(
                "insert into stock values (11, 'new', 11); update stock set amount = 20 where id = 2"
            )
            try await pair.fold(pair.node)
            try await pair.node.run("select pgsync.resync_master('master', null)")
            try await pair.pull()
            #expect(try await pair.node.value("select pgsync.stage_unconfirmed('master', '{stock}')") == "2")
            try await pair.node.run("select pgsync.take_staged('master')")
            #expect(try await pair.exchange() == [])
            #expect(try await pair.rows().count == 9, "2 was changed here, and is not lost")
        }
    }

    @Test("leaves a table out whose columns differ, and loads it anew once they are the same")
    func frozen() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock values (1, 'a', 1), (2, 'b', 2)")
            try await pair.exchange()
            try await pair.master.run(
                "alter table stock add column colour text; select pgsync.reattach('stock')"
            )
            try await pair.master.run("update stock set colour = 'red', amount = 10 where id = 1")
            try await pair.node.run("update stock set amount = 20 where id = 2")
            try await pair.exchange()
            #expect(
                try await pair.node.value("select frozen_tables ->> 'stock' from pgsync.masters")
                    == "only the master has colour"
            )
            #expect(try await pair.node.value("select amount from stock where id = 1") == "1")
            #expect(try await pair.master.value("select amount from stock where id = 2") == "2")
            try await pair.node.run(
                "alter table stock add column colour text; select pgsync.reattach('stock')"
            )
            try await pair.exchange()
            try await pair.exchange()
            #expect(try await pair.rows() == ["(1,a,10,red)", "(2,b,20,)"])
            #expect(try await pair.node.value("select frozen_tables from pgsync.masters") == "{}")
        }
    }

    @Test("forgets deletions that all have seen, and has whoever was away too long load everything")
    func tombstones() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run("insert into stock select n, 'x', n from generate_series(1, 10) as n")
            try await pair.exchange()
            try await pair.master.run("delete from stock where id <= 3")
            try await pair.fold(pair.master)
            let later =
                "select removed from pgsync.remove_old_tombstones(clock_timestamp() + interval '1 day', 100)"
            #expect(try await pair.master.value(later) == "0", "the node has not seen them")
            try await pair.exchange()
            #expect(try await pair.master.value(later) == "3")
            try await pair.master.run("delete from stock where id = 4")
            try await pair.fold(pair.master)
            try await pair.master.run(
                "update pgsync.nodes set seen_at = clock_timestamp() - interval '181 days'"
            )
            #expect(try await pair.master.value(later) == "1")
            let error = await #expect(throws: PostgresError.self) { try await pair.pull() }
            #expect(error?.sqlState?.code == "PS004")
        }
    }
}
