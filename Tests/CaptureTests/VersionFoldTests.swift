// Long because one table is followed through all that can become of its records.
import Concurrency
import Postgres
import TestSupport
import Testing

@Suite("The newest version of each record", .migrated, .timeLimit(.minutes(5)))
struct VersionFoldTests {
    private let database = TestDatabase.current

    /// A table whose records are exchanged, and a copy of it elsewhere.
    private func withStock(_ kind: String = "create table stock (id integer primary key, amount numeric)")
        async throws
    {
        try await database.run(
            """
            \(kind);
            create table elsewhere (record_id text primary key, image jsonb);
            select pgsync.attach('stock', posts => false);
            """
        )
        try await database.run("select pgsync.set_synced('stock', true)")
    }

    /// Folds all that has committed.
    @discardableResult
    private func fold() async throws -> String? {
        let tick = try #require(try await database.value("select pgsync.tick()"))
        return try await database.value("select pgsync.fold_versions(\(tick))")
    }

    private func versions(_ columns: String = "record_id, deleted_at is not null") async throws -> [String] {
        try await database.lines(
            "select concat_ws(' ', \(columns)) from pgsync.record_versions order by record_id collate \"C\""
        )
    }

    /// Takes over what was folded since a tick; returns up to which.
    private func copy(since tick: String) async throws -> String {
        let until = try #require(try await database.value("select folded_through from pgsync.version_fold"))
        try await database.run(
            """
            begin;
            create temp table page on commit drop as
            select * from pgsync.versions_between('stock', \(tick), \(until), row_limit => 1000000);
            delete from elsewhere using page where elsewhere.record_id = page.record_id and page.is_deleted;
            insert into elsewhere select page.record_id, page.image from page where page.image is not null
            on conflict (record_id) do update set image = excluded.image;
            commit;
            """
        )
        return until
    }

    private func differences() async throws -> [String] {
        try await database.lines(
            """
            select coalesce(here.id::text, there.record_id)
            from stock as here
            full join elsewhere as there on there.record_id = here.id::text
            where to_jsonb(here) is distinct from there.image
            """
        )
    }

    @Test("tells what was created, changed and deleted, once for all changes since the fold before")
    func folded() async throws {
        try await withStock()
        try await database.run(
            """
            insert into stock select n, n from generate_series(1, 4) as n;
            update stock set amount = 20 where id in (2, 3);
            update stock set id = 5 where id = 3;
            delete from stock where id = 4;
            """
        )
        #expect(try await fold() == "5")
        #expect(try await versions() == ["1 f", "2 f", "3 t", "4 t", "5 f"])
        #expect(try await fold() == "0")
        let before = try await versions("record_id, tick, stamp")
        try await database.run("update stock set amount = 21 where id = 2; insert into stock values (4, 4)")
        #expect(try await fold() == "2")
        #expect(try await versions() == ["1 f", "2 f", "3 t", "4 f", "5 f"])
        let after = try await versions("record_id, tick, stamp")
        #expect(zip(before, after).map { $0 == $1 } == [true, false, true, false, true])
        let until = try await copy(since: "0")
        #expect(try await differences() == [])
        #expect(
            try await database.value(
                "select count(*) from pgsync.versions_between('stock', \(until), \(until))"
            ) == "0"
        )
    }

    @Test("is due for the newest transaction that was running at the last fold, once it has ended")
    func running() async throws {
        try await withStock()
        try await database.run("insert into stock values (1, 1)")
        try await fold()
        try await database.connect { other in
            try await other.withSession { _ = try $0.runScript("begin; insert into stock values (2, 2)") }
            // It has taken an id of the log by now, and no transaction after it has ended.
            #expect(try await database.value("select pgsync.fold_is_due()") == "t")
            try await fold()
            try await other.withSession { _ = try $0.runScript("commit") }
        }
        #expect(try await database.value("select pgsync.fold_is_due()") == "t")
        try await fold()
        #expect(try await versions() == ["1 f", "2 f"])
    }

    @Test("has a stamp that grows, whatever the clock says, and the origin of who changed it")
    func stamps() async throws {
        try await withStock()
        try await database.run("insert into stock values (1, 1)")
        try await fold()
        try await database.run(
            "update pgsync.record_versions set stamp = 9000000000000000; update stock set amount = 2"
        )
        try await fold()
        #expect(try await versions("stamp, origin") == ["9000000000000001 "])
        // Whoever applies a change for another system writes its version.
        try await database.run(
            """
            begin;
            select set_config('pgsync.origin', 'north', true);
            update stock set amount = 3;
            update pgsync.record_versions
            set stamp = 77, origin = 'north', via = 'north', changed_xid = pg_current_xact_id(),
                changed_log_id = pgsync.last_log_id();
            commit;
            """
        )
        try await fold()
        #expect(try await versions("stamp, origin") == ["77 north"])
        #expect(
            try await database.value(
                "select count(*) from pgsync.versions_between('stock', 0, 1000, 'north')"
            ) == "0"
        )
        #expect(
            try await database.value(
                "select count(*) from pgsync.versions_between('stock', 0, 1000, 'south')"
            ) == "1"
        )
        try await database.run("update stock set amount = 4")
        try await fold()
        #expect(
            try await database.value("select stamp > 77 and origin = '' from pgsync.record_versions") == "t"
        )
    }

    @Test("knows what a backfill has read and was deleted before the fold")
    func backfilled() async throws {
        try await database.run("create table stock (id integer primary key, amount numeric)")
        try await database.run("insert into stock select n, n from generate_series(1, 20) as n")
        try await database.run("create table elsewhere (record_id text primary key, image jsonb)")
        try await database.run("select pgsync.attach('stock', posts => false)")
        try await database.run(
            "select pgsync.set_synced('stock', true); select pgsync.start_backfill('stock')"
        )
        // Its rows are in the log after the deletion of one that it has read before.
        try await database.connect { other in
            try await other.run("begin")
            try await other.run("delete from stock where id = 3")
            try await database.run(
                "select pgsync.backfill_step((select max(id) from pgsync.sync_progress), 100)"
            )
            try await other.run("commit")
        }
        #expect(
            try await database.value(
                "select (select max(id) from pgsync.sync_logs where record_id = '3' and snapshot is null) < (select max(id) from pgsync.sync_logs where record_id = '3')"
            ) == "t"
        )
        try await fold()
        #expect(try await versions().filter { $0.hasSuffix("t") } == ["3 t"])
        _ = try await copy(since: "0")
        #expect(try await differences() == [])
    }

    @Test(
        "knows what a TRUNCATE has emptied, also of one partition",
        arguments: ["stock", "stock_few"]
    )
    func truncated(table: String) async throws {
        try await withStock(
            """
            create table stock (id integer primary key, amount numeric) partition by range (id);
            create table stock_few partition of stock for values from (0) to (10);
            create table stock_many partition of stock for values from (10) to (1000)
            """
        )
        try await database.run("insert into stock select n, n from generate_series(1, 30) as n")
        try await fold()
        let tick = try await copy(since: "0")
        try await database.run("truncate \(table); insert into stock values (5, 55)")
        try await fold()
        #expect(
            try await database.value("select count(*) from pgsync.record_versions where deleted_at is null")
                == (table == "stock" ? "1" : "22")
        )
        _ = try await copy(since: tick)
        #expect(try await differences() == [])
    }

    @Test("is the same elsewhere, whatever is committed when, if one takes over from fold to fold")
    func converges() async throws {
        try await withStock()
        let seed = UInt64.random(in: 0 ... .max)
        let isWriting = Locked(true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for writer in 0..<4 {
                        writers.addTask { try await write(SeededGenerator(seed: seed &+ UInt64(writer))) }
                    }
                    try await writers.waitForAll()
                }
                isWriting.withLock { $0 = false }
            }
            group.addTask {
                var random = SeededGenerator(seed: seed &+ 99)
                var tick = "0"
                while isWriting.withLock({ $0 }) {
                    for _ in 0..<Int.random(in: 1...3, using: &random) { try await fold() }
                    if Bool.random(using: &random) { tick = try await copy(since: tick) }
                }
                try await fold()
                _ = try await copy(since: tick)
            }
            try await group.waitForAll()
        }
        #expect(try await differences() == [], "seed \(seed)")
        #expect(
            try await database.value(
                """
                select count(*) from pgsync.record_versions as known
                where (known.deleted_at is null) is distinct from exists (select from stock where stock.id::text = known.record_id)
                """
            ) == "0",
            "seed \(seed)"
        )
    }

    /// Transactions of some statements each, some of which stay open for a while or are undone.
    private func write(_ generator: SeededGenerator) async throws {
        var random = generator
        try await database.connect { session in
            for _ in 0..<60 {
                var statements = ["begin"]
                // In the order of keys, so that writers do not block each other for good.
                for id in (0..<Int.random(in: 1...4, using: &random)).map({ _ in
                    Int.random(in: 1...40, using: &random)
                }).sorted() {
                    switch Int.random(in: 0..<10, using: &random) {
                    case 0..<4:
                        statements.append(
                            "insert into stock values (\(id), \(Int.random(in: 1...999, using: &random))) on conflict (id) do update set amount = excluded.amount"
                        )
                    case 4..<7: statements.append("update stock set amount = amount + 1 where id = \(id)")
                    default: statements.append("delete from stock where id = \(id)")
                    }
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        statements.append("select pg_sleep(0.004)")
                    }
                }
                statements.append(Int.random(in: 0..<10, using: &random) == 0 ? "rollback" : "commit")
                try await session.run(statements.joined(separator: ";\n"))
            }
        }
    }

    @Test("is read page by page, each record once, however long its key is")
    func pages() async throws {
        try await withStock("create table stock (id text primary key, amount numeric)")
        for fold in 0..<2 {
            try await database.run(
                "insert into stock select repeat('k', n * 170) || '\(fold)', n from generate_series(1, 7) as n"
            )
            try await self.fold()
        }
        try await database.run("delete from stock where amount = 5")
        try await fold()
        let until = try #require(try await database.value("select folded_through from pgsync.version_fold"))
        var (place, found): (String, [String]) = ("null, null", [])
        while true {
            let page = try await database.lines(
                """
                select unnest(array[record_id, coalesce(image ->> 'amount', 'gone'), tick::text])
                from pgsync.versions_between('stock', 0, \(until), '', \(place), 3)
                """
            )
            guard page.count > 0 else { break }
            #expect(page.count <= 9)
            for row in stride(from: 0, to: page.count, by: 3) {
                found.append("\(page[row].count) \(page[row + 1])")
            }
            place = "\(page[page.count - 1]), '\(page[page.count - 3])'"
        }
        let lengths = (1...7).map { "\($0 * 170 + 1) \($0 == 5 ? "gone" : String($0))" }
        #expect(found.sorted() == (lengths + lengths).sorted())
    }

    @Test("goes when its table is detached, and comes back by a backfill")
    func detached() async throws {
        try await withStock()
        try await database.run("insert into stock values (1, 1)")
        try await fold()
        try await database.run("select pgsync.detach('stock')")
        #expect(try await versions() == [])
        try await database.run("insert into stock values (2, 2)")
        try await database.run("select pgsync.attach('stock', posts => false)")
        try await fold()
        #expect(try await versions() == [])
        try await database.run(
            "select pgsync.set_synced('stock', true); select pgsync.start_backfill('stock')"
        )
        try await database.run("select pgsync.backfill_step((select max(id) from pgsync.sync_progress), 100)")
        try await fold()
        #expect(try await versions() == ["1 f", "2 f"])
    }

    @Test("is refused for a table of which a column would be missing elsewhere")
    func refused() async throws {
        try await database.run(
            "create table stock (id integer primary key, amount numeric not null, note text not null default '')"
        )
        #expect(
            try await database.refusal(of: "select pgsync.set_synced('stock', true)").message.contains(
                "is not attached"
            )
        )
        try await database.run("select pgsync.attach('stock', columns => '{id}')")
        let refusal = try await database.refusal(of: "select pgsync.set_synced('stock', true)")
        #expect(refusal.message == "public.stock cannot be exchanged without its columns amount")
        try await database.run("select pgsync.attach('stock', exclude => '{note}')")
        try await database.run("select pgsync.set_synced('stock', true)")
        try await database.run("insert into stock values (1, 1)")
        try await fold()
        #expect(try await versions() == ["1 f"])
        try await database.run("select pgsync.set_synced('stock', false)")
        #expect(try await versions() == [])
        #expect(
            try await database.refusal(of: "select * from pgsync.versions_between('stock', 0, 1)").message
                == "public.stock is not exchanged"
        )
    }
}
