import Postgres
import TestSupport
import Testing

@Suite("The queue", .posting, .timeLimit(.minutes(2)))
struct QueueGuardTests {
    let database = TestDatabase.current

    @Test(
        "loses nothing by a slip of who may do everything",
        arguments: ["", "set role pgsync_owner;", "set session_replication_role = replica;"]
    )
    func refuses(prelude: String) async throws {
        try await database.run("insert into bills (id, amount) values (1, 1)")
        for statement in [
            "delete from pgsync.sync_queue", "delete from pgsync.sync_queue where log_id = 1",
            "truncate pgsync.sync_queue", "truncate pgsync.sync_queue cascade",
        ] {
            let error = try await database.refusal(of: prelude + statement)
            #expect(error.sqlState?.code == "55000", "\(statement)")
        }
        #expect(try await database.post() == "posted 1")
    }

    @Test("is compared with the outcomes: what neither waits nor is over is named")
    func finds() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2), (3, null)")
        try await database.run(
            "insert into bills (id, amount) values (4, 4), (5, 5); select pgsync.skip_changes('{5}', 'test')"
        )
        let lost =
            "set role pgsync_auditor; select concat_ws(' ', log_id, source_table, record_id) from pgsync.lost_changes()"
        #expect(try await database.lines(lost) == [])
        try await database.run("set pgsync.finishing = on; delete from pgsync.sync_queue")
        #expect(try await database.lines(lost) == ["3 bills 3", "4 bills 4"])
        #expect(try await database.lines("select log_id from pgsync.lost_changes(1)") == [])
    }
}
