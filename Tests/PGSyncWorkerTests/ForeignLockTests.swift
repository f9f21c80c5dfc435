import PGSyncStore
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite("Locks of pgsync in other hands", .postingDatabase, .timeLimit(.minutes(10)))
struct ForeignLockTests {
    private let database = TestDatabase.current

    /// Lends a session of a login that may do nothing but connect, and which has run a script.
    private func withStranger(
        _ script: String,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        let role = "stranger_to_\(database.name)"
        try await database.run(
            "create role \(role) login; select pgsync.set_configuration('worker_heartbeat_seconds', '0.1')"
        )
        let result: Result<Void, any Error>
        do {
            let options = database.options.with("user", role).with("application_name", "mallory")
            try await PostgresConnection.withConnection(to: options) { connection in
                try await connection.withSession { _ = try $0.runScript(script) }
                try await body(connection)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await database.run("drop role \(role)")
        try result.get()
    }

    private static let slots = "select pg_advisory_lock(1886876532, s) from generate_series(0, 1023) as s"
    private static let warning = "A session outside pgsync holds pgsync locks"

    @Test("are told of by the worker whose slots they are, which goes on once they are free")
    func slots() async throws {
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await withStranger(Self.slots) { (_) throws in
                try await database.insertBills(1...3)
                try await worker.untilLogged(Self.warning)
                try await eventually { worker.metric("pgsync_foreign_locks{lock=\"slots\"}") == 1_024 }
                let locks = try await database.session { try StatusStore($0).foreignLocks() }
                #expect(locks.map(\.lock) == ["slots"])
                #expect(locks.first?.count == 1_024)
                #expect(locks.first?.holder.contains("of stranger_to_\(database.name) (mallory)") == true)
                #expect(
                    locks.first?.release == "select pg_terminate_backend(\(locks.first?.processID ?? 0));"
                )
                #expect(try await database.count("ledger.journal_entries") == 0)
            }
            try await database.untilPosted()
            try await eventually { worker.metric("pgsync_foreign_locks{lock=\"slots\"}") == 0 }
            #expect(worker.log.messages.filter { $0 == Self.warning }.count == 1)
        }
    }

    @Test("of code of a table's owner are told of, whoever reads his table")
    func ownersCode() async throws {
        try await database.run(
            """
            create table bills_of_owner (id int primary key); select pgsync.attach('bills_of_owner');
            insert into bills_of_owner values (1);
            create function hinder(int) returns int language plpgsql immutable as $$begin
                if current_setting('hinder.on', true) = 'on' then
                    perform pg_advisory_lock(1886876532, 7), pg_advisory_lock(1886876531, 2); perform pg_sleep(600);
                end if;
                return 1;
            end$$;
            create index on bills_of_owner ((hinder(1)));
            """
        )
        try await database.connect { reader in
            let process = try await reader.withSession { session in
                try session.query("select pg_catalog.set_config('hinder.on', 'on', false)")
                return try session.query("select pg_catalog.pg_backend_pid()").onlyRow().decode(
                    0,
                    as: Int32.self
                )
            }
            let reading = Task {
                try await reader.withSession {
                    _ = try $0.query("select pgsync.read_rows('bills_of_owner', null, 10)")
                }
            }
            try await eventually {
                let locks = try await database.session { try StatusStore($0).foreignLocks() }
                return locks.map(\.lock) == ["rights", "slots"]
                    && locks.allSatisfy {
                        $0.holder.contains("code of the owner of a table being read")
                    }
            }
            try await database.run("select pg_terminate_backend(\(process))")
            await #expect(throws: PostgresError.self) { try await reading.value }
        }
    }

    @Test("on the lead and on numbers of workers hold up no start")
    func leadAndNumbers() async throws {
        try await withStranger(
            "select pg_advisory_lock(1886876531, 4), pg_advisory_lock(1886876533, s) from generate_series(1, 50) as s"
        ) { (_) throws in
            try await RunningWorker.with { worker in
                try await worker.untilAsleep()
                try await worker.untilLogged(Self.warning)
                #expect(
                    try await database.run("select lives_by || ' ' || state from pgsync.sync_workers")
                        == ["heartbeat running"]
                )
                try await database.insertBills(1...3)
                try await database.untilPosted()
                let locks = try await database.session { try StatusStore($0).foreignLocks() }
                #expect(locks.map(\.lock) == ["leader", "workers"])
            }
        }
    }

    @Test("do not keep a worker alive that was killed, nor one that is alive from going on")
    func deadWorker() async throws {
        try await database.connect { connection in
            let introduction = WorkerStore.Introduction(
                name: "ghost",
                host: "there",
                processID: 7,
                version: "1.0",
                posters: 1
            )
            let id = try await connection.withSession { try WorkerStore($0).register(introduction) }
            #expect(try await database.run("select state from pgsync.worker_states") == ["running"])
            #expect(try await database.count("pgsync.find_lost_workers()") == 0)
            await connection.close()
            try await eventually {
                try await database.run("select state from pgsync.worker_states") == ["silent"]
            }
            try await withStranger("select pg_advisory_lock(1886876533, \(id))") { (_) throws in
                #expect(try await database.run("select state from pgsync.worker_states") == ["silent"])
                #expect(try await database.count("pgsync.find_lost_workers()") == 1)
                // It was not dead after all.
                #expect(try await database.run("select pgsync.resume_worker(\(id))::text") == ["true"])
                #expect(try await database.run("select state from pgsync.worker_states") == ["running"])
            }
        }
    }

    @Test("are those of nobody whom pgsync is run by, nor those that writers share")
    func ourOwn() async throws {
        let role = "worker_of_\(database.name)"
        try await database.run("create role \(role) login in role pgsync_worker")
        try await database.connect(as: database.options.with("user", role)) { worker in
            try await worker.withSession {
                _ = try $0.runScript("\(Self.slots); select pg_advisory_lock(1886876531, 4)")
            }
            #expect(try await database.count("pgsync.foreign_locks()") == 0)
        }
        try await database.run("drop role \(role)")
        // A role that may write, to the table or to a partition of another.
        try await database.run(
            """
            create table parts (id int primary key) partition by list (id);
            create table parts_1 partition of parts for values in (1);
            select pgsync.attach('parts');
            grant insert on bills, parts_1 to public
            """
        )
        for table in ["bills", "parts_1"] {
            try await withStranger("begin; insert into public.\(table) (id) values (1)") { (_) throws in
                #expect(
                    try await database.count(
                        """
                        pg_locks as held inner join pg_database as here on held.database = here.oid
                        where here.datname = current_database() and (held.classid, held.objid) = (1886876531, 1)
                            and held.mode = 'ShareLock'
                        """
                    ) == 1
                )
                #expect(try await database.count("pgsync.foreign_locks()") == 0)
            }
        }
    }

    @Test(
        "count where they are only shared, too: whoever shares the doorbell and writes nothing is a stranger"
    )
    func sharedDoorbell() async throws {
        try await RunningWorker.with { worker in
            for script in [
                "select pg_advisory_lock_shared(1886876531, 1)",
                "begin; select pg_advisory_xact_lock_shared(1886876531, 1)",
            ] {
                try await withStranger(script) { (_) throws in
                    try await eventually { worker.metric("pgsync_foreign_locks{lock=\"doorbell\"}") == 1 }
                    let locks = try await database.session { try StatusStore($0).foreignLocks() }
                    #expect(locks.map(\.lock) == ["doorbell"])
                    #expect(locks.first?.holder.contains("of stranger_to_\(database.name) (mallory)") == true)
                }
                try await eventually { worker.metric("pgsync_foreign_locks{lock=\"doorbell\"}") == 0 }
            }
        }
    }

    @Test("are named by who gives up waiting to attach a table")
    func attach() async throws {
        try await database.run("create table other (id int primary key)")
        let attach = "select pgsync.attach('other', patience => '0.2 seconds')"
        try await withStranger("select pg_advisory_lock(1886876531, 2)") { (_) throws in
            let error = await #expect(throws: PostgresError.self) { try await database.run(attach) }
            #expect(error?.message.hasPrefix("gave up waiting for another attach or detach") == true)
            #expect(error?.detail?.contains("stranger_to_\(database.name)") == true)
        }
        try await database.connect { holder in
            try await holder.withSession { _ = try $0.runScript("begin; lock table other") }
            let error = await #expect(throws: PostgresError.self) { try await database.run(attach) }
            #expect(error?.message.hasPrefix("gave up waiting for a lock on public.other") == true)
        }
    }
}
