import TestSupport
import Testing

@testable import Arguments
@testable import PGSyncCLI

@Suite("pgsync cleanup", .timeLimit(.minutes(10)))
struct CleanupCommandTests {
    @Test("lists ranges, drops those that may go, and says of a change that it went")
    func drops() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                """
                create table sales (id int primary key); select pgsync.attach('sales'); insert into sales values (1);
                select pgsync.skip_changes('{1}', 'test'); select setval('pgsync.sync_logs_id_seq', 260000);
                """
            )
            let young = await database.run("cleanup", "--dry-run")
            #expect(young.output.contains(/sync_logs_000001 +0 +250000 +kept +young/))
            #expect(young.output.contains("0 ranges can go"))
            try await database.query(
                """
                select pgsync.remember_growth(settling => '0');
                alter table pgsync.sync_logs_000001 disable trigger all;
                update pgsync.sync_logs_000001 set captured_at = captured_at - interval '8 days';
                """
            )
            #expect(
                await database.run("cleanup", "--dry-run").output.contains("1 range can go: about 1 rows")
            )
            let run = await database.run("cleanup")
            #expect(run.exitCode == .success)
            #expect(run.output.contains("1 range dropped: about 1 rows"))
            #expect(run.errors.contains("dropped sync_logs_000001"))
            #expect(await database.run("cleanup").output.contains("0 ranges dropped"))
            let gone = await database.run("queue", "show", "1")
            #expect(gone.exitCode == .noSuchChange)
            #expect(gone.errors.contains("change 1 was dropped with range sync_logs_000001"))
            #expect(await database.run("sources").output.contains(/sales .*1/))
        }
    }
}
