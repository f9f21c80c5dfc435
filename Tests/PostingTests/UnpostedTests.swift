import Postgres
import TestSupport
import Testing

/// Tables whose changes are only for others who read the log.
@Suite("A table that is captured and not posted", .posting, .timeLimit(.minutes(5)))
struct UnpostedTests {
    private let database = TestDatabase.current

    private func attach(_ options: String = "posts => false") async throws {
        try await database.run("select pgsync.attach('stock', \(options))")
    }

    private func counts() async throws -> String? {
        try await database.value(
            """
            select concat_ws(' ', (select count(*) from pgsync.sync_logs where source_table = 'stock'::regclass),
                (select count(*) from pgsync.sync_queue))
            """
        )
    }

    private func withStock(_ body: () async throws -> Void) async throws {
        try await database.run("create table stock (id integer primary key, amount numeric)")
        try await body()
    }

    /// Verifies everything; what was found to differ, and what became of the changes of the table.
    private func verified() async throws -> [String] {
        try await database.run(
            """
            do $$
            declare
                v_job bigint := (select job from pgsync.begin_verify());
            begin
                while (select state from pgsync.verify_step(v_job, 100)) = 'running' loop end loop;
            end
            $$;
            """
        )
        return try await database.lines(
            """
            select kind from pgsync.sync_differences where state = 'open'
            union all
            (
                select concat_ws(' ', captured, posted, unposted, waiting, lost)
                from pgsync.verified_days
                where source_table = 'stock'::regclass
                order by job desc
                limit 1
            )
            """
        )
    }

    @Test(
        "has each change in the log and none in the queue, however its triggers fire",
        arguments: ["row", "statement"]
    )
    func captured(kind: String) async throws {
        try await withStock {
            try await attach("posts => false, kind => '\(kind)', before_image => true")
            try await database.run(
                """
                insert into stock select n, n from generate_series(1, 3) as n;
                update stock set amount = 20 where id = 2;
                update stock set id = 4 where id = 3;
                delete from stock where id = 1;
                insert into stock values (5, 5);
                truncate stock;
                """
            )
            #expect(try await counts() == "9 0")
            let logged = try await database.lines(
                "select concat_ws(' ', action, record_id, data ->> 'amount', old_data ->> 'amount') from pgsync.sync_logs order by id"
            )
            #expect(logged.filter { $0.hasPrefix("update") } == ["update 2 20 2"])
            #expect(
                Set(logged) == [
                    "create 1 1", "create 2 2", "create 3 3", "update 2 20 2", "delete 3 3", "create 4 3",
                    "delete 1 1",
                    "create 5 5", "truncate ",
                ],
                "\(logged)"
            )
            #expect(try await database.post() == "nothing")
            #expect(try await verified() == ["9 0 9 0 0"])
            #expect(try await database.lines("select * from pgsync.lost_changes()") == [])
        }
    }

    @Test("has its images encrypted like others")
    func encrypted() async throws {
        try await withStock {
            try await database.run(
                """
                create schema tools; create extension pgcrypto schema tools; grant usage on schema tools to pgsync_owner;
                select pgsync.add_image_key('first', '\(ImageKeyPair.first.publicKey)');
                """
            )
            for kind in ["row", "statement"] {
                try await attach("posts => false, kind => '\(kind)', image_key => 'first'")
                try await database.run("insert into stock values (\(kind.utf8.count), 1)")
            }
            #expect(try await counts() == "2 0")
            #expect(
                try await database.value(
                    "select count(*) from pgsync.sync_logs where encrypted_image is not null"
                ) == "2"
            )
        }
    }

    @Test("has its rows logged by a backfill, and no records compared")
    func backfilled() async throws {
        try await withStock {
            try await database.run("insert into stock select n, n from generate_series(1, 5) as n")
            try await attach()
            try await database.run("select pgsync.start_backfill('stock')")
            let finished =
                "select finished from pgsync.backfill_step((select max(id) from pgsync.sync_progress), 2)"
            for _ in 1...10 where try await database.value(finished) != "t" {}
            #expect(try await counts() == "5 0")
            #expect(try await verified() == ["5 0 5 0 0"])
            #expect(
                try await database.value(
                    "select count(*) from pgsync.verified_sources where source_table = 'stock'::regclass"
                ) == "0"
            )
        }
    }

    @Test("stays so until it is attached otherwise; what waits is posted, what was only logged never")
    func switched() async throws {
        try await database.run("insert into bills (id, amount) values (1, 100)")
        try await database.run("select pgsync.attach('bills', posts => false)")
        try await database.run("insert into bills (id, amount) values (2, 200)")
        #expect(
            try await database.value(
                "select posts from pgsync.sources where source_table = 'bills'::regclass"
            ) == "f"
        )
        // Not said, it stays.
        try await database.run("select pgsync.attach('bills', before_image => true)")
        try await database.run("insert into bills (id, amount) values (3, 300)")
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "1")
        _ = try await database.drain()
        #expect(try await database.lines("select record_id from ledger.journal_entries") == ["1"])
        try await database.run("select pgsync.attach('bills', posts => true)")
        try await database.run("update bills set amount = 201 where id = 2")
        _ = try await database.drain()
        #expect(
            try await database.lines("select record_id from ledger.journal_entries order by id") == [
                "1", "2",
            ]
        )
        #expect(try await database.lines("select * from pgsync.lost_changes()") == [])
    }
}
