import Concurrency
import PGSyncOperations
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite("Jobs whose secret came with the request", .migrated, .timeLimit(.minutes(5)))
struct GivenJobTests {
    private let database = TestDatabase.current

    /// Notes which secret it was run with.
    private struct Fetching: JobOperation {
        let kind = "import"
        let lane = JobLane.remote
        let right: String? = "pgsync.begin_import(bigint)"
        let keys: GivenKeys
        let seen: Locked<[String?]>
        var waits = false

        func run(_ job: RunningJob) async throws -> [String: Int] {
            let key = keys.key(for: job.id)
            seen.withLock { $0.append(key) }
            guard key != nil else { throw job.leave(for: nil, errorClass: "auth.key_gone", "no key") }
            if waits, seen.withLock({ $0.count }) == 1 { throw job.leave(for: .zero, "wait a moment") }
            return [:]
        }
    }

    /// Asks for an import that holds a key; nobody calls its API.
    private func request() async throws {
        try await database.run(
            """
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            create table merchants (id bigint primary key);
            select pgsync.apply_import(
                'crm', 1, 'x', '{"base_url": "https://crm.example", "hosts": ["crm.example"], "parallel": 1, "budgets": []}',
                format(
                    '[{"stream": "merchants", "place": 1, "target": %s, "key_columns": ["id"], "columns": ["id"]}]',
                    'merchants'::regclass::oid
                )::jsonb
            );
            select pgsync.request_import('crm', 'initial', holds_key => true);
            """
        )
    }

    private func state() async throws -> [String] {
        try await database.lines("select concat_ws(' ', state, wait_class) from pgsync.sync_jobs")
    }

    @Test("are run by the process that was given it, also when another one leads")
    func followers() async throws {
        try await request()
        let (leaderKeys, leaderSeen) = (GivenKeys(), Locked<[String?]>([]))
        let (keys, seen) = (GivenKeys(), Locked<[String?]>([]))
        let leading = Fetching(keys: leaderKeys, seen: leaderSeen)
        let following = Fetching(keys: keys, seen: seen, waits: true)
        try await RunningWorker.with(operations: [leading], keys: leaderKeys) { leader in
            try await leader.untilLogged("This worker is now the leader")
            try await RunningWorker.with(nil, { $0.name = "follower" }, operations: [following], keys: keys) {
                _ in
                try await eventually { keys.isServed }
                keys.put("s3cret", for: 1)
                try await eventually { try await state() == ["completed"] }
                try await eventually { keys.key(for: 1) == nil }
            }
        }
        #expect(seen.withLock { $0 } == ["s3cret", "s3cret"], "a wait is over in this process, too")
        #expect(leaderSeen.withLock { $0 } == [])
    }

    @Test("wait for a person once their process has ended, and go on if it has not")
    func gone() async throws {
        try await request()
        let (keys, seen) = (GivenKeys(), Locked<[String?]>([]))
        let operation = Fetching(keys: keys, seen: seen)
        try await RunningWorker.with(operations: [operation], keys: keys) { leader in
            try await leader.untilLogged("This worker is now the leader")
            #expect(try await state() == ["pending"])
            // As if a minute had passed since it was asked for.
            try await database.run(
                "update pgsync.sync_jobs set requested_at = requested_at - interval '61 seconds'"
            )
            try await eventually { try await state() == ["waiting auth.key_gone"] }
            keys.put("s3cret", for: 1)
            try await eventually { try await state() == ["completed"] }
        }
        #expect(seen.withLock { $0 } == [nil, "s3cret"])
    }

    @Test("are forgotten when somebody cancels them")
    func cancelled() async throws {
        try await request()
        try await database.run("select pgsync.cancel_job(1)")
        let (keys, seen) = (GivenKeys(), Locked<[String?]>([]))
        keys.put("s3cret", for: 1)
        try await RunningWorker.with(operations: [Fetching(keys: keys, seen: seen)], keys: keys) { _ in
            try await eventually { keys.key(for: 1) == nil }
        }
        #expect(seen.withLock { $0 } == [])
    }

    @Test("and those of imports at all are left alone by a login that may not run them, which says so once")
    func rights() async throws {
        try await request()
        try await database.run("update pgsync.import_jobs set holds_key = false")
        let login = "importless_\(database.name)"
        try await database.run("create role \(login) login in role pgsync_worker", as: database.superuser)
        let (keys, seen) = (GivenKeys(), Locked<[String?]>([]))
        let operation = Fetching(keys: keys, seen: seen)
        let own = database.superuser.with("user", login)
        let result: Result<Void, any Error>
        do {
            try await RunningWorker.with(own, operations: [operation], keys: keys) { worker in
                try await worker.untilLogged(
                    "This login may not run the jobs of a kind; they are left to other workers"
                )
                try await worker.untilLogged("This worker is now the leader")
                try await eventually {
                    try await database.lines("select figures -> 'kinds' from pgsync.worker_states") == ["[]"]
                }
                #expect(!keys.isServed)
                #expect(try await state() == ["pending"])
                let told = worker.log.records.filter { $0.message.contains("may not run the jobs") }
                #expect(told.count == 1)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await database.run("drop owned by \(login); drop role \(login)", as: database.superuser)
        try result.get()
        #expect(seen.withLock { $0 } == [])
    }
}
