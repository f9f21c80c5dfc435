import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport
import Testing

@Suite("Housekeeping", .postingDatabase, .timeLimit(.minutes(10)))
struct HousekeepingTests {
    private let database = TestDatabase.current

    private func beatFast() async throws {
        try await database.run("select pgsync.set_configuration('worker_heartbeat_seconds', '0.1')")
    }

    @Test("a worker is known while it lives, reports, and says goodbye")
    func registers() async throws {
        try await beatFast()
        try await RunningWorker.with(nil, { $0.posters = 2 }) { worker in
            try await worker.untilAsleep()
            #expect(
                try await database.run(
                    "select name || ' ' || posters || ' ' || state from pgsync.sync_workers"
                )
                    == ["tester 2 running"]
            )
            #expect(try await database.count("pgsync.find_lost_workers()") == 0)
            let first = try await database.run("select heartbeat_at::text from pgsync.sync_workers")
            try await eventually {
                try await database.run("select heartbeat_at::text from pgsync.sync_workers") != first
            }
        }
        #expect(
            try await database.run("select state || ' ' || (stopped_at is not null) from pgsync.sync_workers")
                == ["stopped true"]
        )
    }

    @Test("a worker that ended without a word is found by its lock, at once and only then")
    func findsLost() async throws {
        try await beatFast()
        try await database.connect { connection in
            let introduction = WorkerStore.Introduction(
                name: "ghost",
                host: "there",
                processID: 7,
                version: "1.0",
                posters: 1
            )
            let id = try await connection.withSession { try WorkerStore($0).register(introduction) }
            try await RunningWorker.with { worker in
                try await worker.untilLogged("This worker leads")
                #expect(!worker.log.messages.contains("A worker has ended without a word"))
                await connection.close()
                try await worker.untilLogged("A worker has ended without a word")
                #expect(
                    try await database.run("select state from pgsync.sync_workers where id = \(id)") == [
                        "lost"
                    ]
                )
            }
        }
    }

    @Test("a worker that was taken for lost goes on as before")
    func resumes() async throws {
        try await beatFast()
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await database.run(
                "update pgsync.sync_workers set state = 'lost', stopped_at = clock_timestamp()"
            )
            try await eventually {
                try await database.run("select state from pgsync.sync_workers") == ["running"]
            }
        }
    }

    @Test("a worker with no session of its own is judged by its heartbeat")
    func heartbeat() async throws {
        try await database.run(
            """
            select pgsync.register_worker('pooled', 'there', 7, '1.0', 1, false);
            """
        )
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
        try await database.run("update pgsync.sync_workers set heartbeat_at = now() - interval '2 minutes'")
        #expect(try await database.count("pgsync.find_lost_workers()") == 1)
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
    }

    @Test("forgets workers that ended long ago")
    func forgets() async throws {
        try await database.run(
            """
            select pgsync.stop_worker(pgsync.register_worker('old', 'there', 7, '1.0', 1, false));
            update pgsync.sync_workers set stopped_at = now() - interval '8 days';
            """
        )
        #expect(try await database.count("pgsync.find_lost_workers()") == 0)
        #expect(try await database.count("pgsync.sync_workers") == 0)
    }

    @Test("one worker leads, and another takes over when it goes")
    func leads() async throws {
        try await beatFast()
        try await RunningWorker.with { first in
            try await first.untilLogged("This worker leads")
            try await RunningWorker.with { second in
                try await second.untilAsleepOrPolling()
                #expect(!second.log.messages.contains("This worker leads"))
                first.shutdown.request()
                try await second.untilLogged("This worker leads")
            }
        }
    }

    @Test("the leader brings the sums up to date, and complains about what is not captured, once")
    func duties() async throws {
        try await beatFast()
        try await database.insertBills(1...5)
        try await database.run(
            """
            select pgsync.set_configuration('balance_snapshot_minutes', '0.1');
            alter table bills disable trigger "000_pgsync_delete";
            """
        )
        try await RunningWorker.with { worker in
            try await worker.untilLogged("Changes of a table are not all captured")
            try await database.untilPosted()
            try await eventually { try await database.count("ledger.balance_snapshots") > 0 }
            let complaints = worker.log.messages.filter { $0 == "Changes of a table are not all captured" }
            #expect(complaints.count == 1)
        }
    }
}

extension RunningWorker {
    /// Waits until it has nothing more to do, whoever holds the doorbell.
    fileprivate func untilAsleepOrPolling() async throws {
        try await eventually { metric("pgsync_worker_batches_total") > 0 }
    }
}
