import PGSyncCluster
import Postgres
import TestSupport
import Testing

@Suite("A table that logical replication writes to", .timeLimit(.minutes(10)))
struct ReplicationTests {
    @Test("is captured as if the application wrote, the first copy and what streams after it")
    func subscriber() async throws {
        try await OwnCluster.with(settings: ["wal_level": "logical"]) { cluster in
            try await TestDatabase.with(on: cluster) { publisher in
                try await publisher.run(
                    """
                    create table t (id int primary key, v int); insert into t values (1, 1), (2, 2);
                    create publication p for table t
                    """
                )
                // Not in one transaction with writes; and the subscription would wait for itself to make it.
                try await publisher.run("select pg_create_logical_replication_slot('s', 'pgoutput')")
                try await TestDatabase.with(on: cluster) { subscriber in
                    try await migrate(subscriber)
                    try await subscribe(subscriber, to: publisher)
                    try await publisher.run("drop publication p")
                }
                try await publisher.run("select pg_drop_replication_slot('s')")
            }
        }
    }

    private func subscribe(_ subscriber: TestDatabase, to publisher: TestDatabase) async throws {
        let cluster = publisher.cluster
        let host =
            "host=\(cluster.socketDirectory) port=\(cluster.port) user=postgres dbname=\(publisher.name)"
        try await subscriber.run(
            "create table t (id int primary key, v int); select pgsync.attach('t', kind => 'row')"
        )
        try await subscriber.run(
            "create subscription s connection '\(host)' publication p with (create_slot = false, slot_name = 's')"
        )
        try await eventually {
            try await subscriber.value("select srsubstate::text from pg_subscription_rel") == "r"
        }
        try await publisher.run(
            "insert into t values (3, 3); update t set v = 9 where id = 1; delete from t where id = 2"
        )
        try await publisher.run("truncate t")
        try await eventually {
            try await subscriber.value("select count(*) from pgsync.sync_logs where action = 'truncate'")
                == "1"
        }
        #expect(
            try await subscriber.history("t") == [
                "create 1", "create 2", "create 3", "update 1", "delete 2", "truncate ",
            ]
        )
        // Left to choose, capture takes row triggers here.
        try await subscriber.run("select pgsync.attach('t')")
        #expect(try await subscriber.value("select trigger_kind from pgsync.sources") == "row")
        #expect(try await subscriber.lines("select found from pgsync.inspect_capture()") == [])
        try await subscriber.run("alter subscription s disable")
        try await subscriber.run("alter subscription s set (slot_name = none); drop subscription s")
        try await eventually {
            try await publisher.value("select active from pg_replication_slots where slot_name = 's'") == "f"
        }
    }
}
