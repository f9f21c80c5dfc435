import TestSupport
import Testing

@Suite("Capture without roles of its own", .timeLimit(.minutes(10)))
struct OwnershipTests {
    @Test("works for a plain owner of a database")
    func plainOwner() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(owner: .plain, on: cluster) { database in
                try await migrate(database)
                try await database.run(
                    """
                    create schema app; create table app.t (id int primary key, v int[]);
                    select pgsync.attach('app.t', kind => 'row')
                    """
                )
                try await database.run(
                    "insert into app.t values (1, '{1}'), (2, '{2}'); update app.t set id = 7 where id = 2; delete from app.t where id = 1"
                )
                #expect(
                    try await database.value("select string_agg(line, ',' order by id) from checks.history")
                        == "create 1,create 2,delete 2,create 7,delete 1"
                )
                #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
                try await database.run(
                    "select pgsync.start_backfill('app.t'); select pgsync.backfill_step(1); select pgsync.detach('app.t')"
                )
            }
        }
    }
}
