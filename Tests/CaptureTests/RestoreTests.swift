import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("Capture in a restored database", .captured, .timeLimit(.minutes(10)))
struct RestoreTests {
    @Test("goes on, although tables and columns have other numbers there", arguments: Kind.allCases)
    func restored(kind: Kind) async throws {
        let original = TestDatabase.current
        try await original.run(
            """
            create table t (gone int, id int primary key, note text, v int); alter table t drop gone;
            create table p (id int primary key, v int) partition by range (id);
            create table p_0 partition of p for values from (0) to (10);
            select pgsync.attach('t', kind => '\(kind.rawValue)', exclude => '{note}'); select pgsync.attach('p');
            insert into t values (1, 'not to be seen', 1); insert into p values (1, 1)
            """
        )
        try await TestDatabase.with { restored in
            // Numbers are given out by the cluster, so here they are others.
            let dump = original.cluster.binaries.psql.replacing(/psql$/, with: "pg_dump")
            let shell = Invocation(
                "bash",
                [
                    "-o", "pipefail", "-c",
                    "\"$1\" \"$2\" | \"$3\" -Xq -v ON_ERROR_STOP=1 -d \"$4\" > /dev/null", "bash",
                    dump, original.cluster.connectionString(database: original.name),
                    original.cluster.binaries.psql,
                    original.cluster.connectionString(database: restored.name),
                ]
            )
            _ = try await ChildProcess.run(shell).checked()
            #expect(try await restored.lines("select found from pgsync.inspect_capture()") == [])
            try await restored.run(
                "insert into t values (2, 'nor this', 2); update p set v = 2; truncate p_0"
            )
            try await restored.run("select pgsync.start_backfill('t'); select pgsync.backfill_step(1)")
            #expect(try await restored.differences("t") == [])
            #expect(try await restored.history("p") == ["create 1", "update 1", "truncate "])
            // Made anew it stays what it was.
            try await restored.run("select pgsync.reattach('t'); insert into t values (3, 'nor that', 3)")
            #expect(
                try await restored.lines(
                    "select distinct captured_columns::text from pgsync.source_versions where captured_columns is not null"
                )
                    == ["{id,v}"]
            )
            #expect(try await restored.differences("t") == [])
            #expect(
                try await restored.value("select count(*) from pg_proc where proname ~ '^capture_public_t_'")
                    == "2"
            )
        }
    }
}
