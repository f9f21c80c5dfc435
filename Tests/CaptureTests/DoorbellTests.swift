import Postgres
import TestSupport
import Testing

@Suite("The doorbell", .captured, .timeLimit(.minutes(10)))
struct DoorbellTests {
    static let table =
        "create table t (id bigint generated always as identity primary key, v int); select pgsync.attach('t');"
    static let arm = "select pgsync.arm_doorbell()"

    @Test("wakes who sleeps, and is silent while nobody does")
    func wakes() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.connect { sleeper in
            var bell = try await sleeper.listen(to: "pgsync").makeAsyncIterator()
            // Not armed: nothing is sent. The next thing to arrive is then what is sent by hand.
            try await database.run("insert into t (v) select 1 from generate_series(1, 5)")
            try await database.run("insert into t (v) values (2); notify pgsync, 'by hand'")
            #expect(try await bell.next()?.payload == "by hand")
            #expect(
                try await sleeper.withSession {
                    try $0.runScript(Self.arm).onlyRow().decode(0, as: Bool.self)
                }
            )
            try await database.run(
                "begin; insert into t (v) values (3); insert into t (v) values (4); commit"
            )
            #expect(try await bell.next()?.payload == "")
            try await sleeper.withSession { _ = try $0.runScript("select pgsync.disarm_doorbell()") }
            try await database.run("insert into t (v) values (5); notify pgsync, 'again'")
            #expect(try await bell.next()?.payload == "again")
        }
    }

    @Test("cannot be armed while a writer is at work, so that none is missed")
    func writerAtWork() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.connect { writer in
            try await writer.withSession { _ = try $0.runScript("begin; insert into t (v) values (1)") }
            #expect(try await database.value(Self.arm) == "f")
            try await writer.withSession { _ = try $0.runScript("commit") }
            #expect(try await database.value(Self.arm) == "t")
        }
    }

    @Test("can be turned off, and then lets transactions be prepared")
    func turnedOff() async throws {
        try await OwnCluster.with(settings: ["max_prepared_transactions": "5"]) { cluster in
            try await TestDatabase.with(on: cluster) { database in
                try await migrate(database)
                try await database.run(
                    "\(Self.table) update pgsync.sync_configuration set config_value = 'false' where config_key = 'enable_doorbell'"
                )
                #expect(try await database.value(Self.arm) == "f")
                try await database.run("begin; insert into t (v) values (1); prepare transaction 'one'")
                let before = try await database.value("select pgsync.tick()") ?? ""
                try await database.run("commit prepared 'one'")
                let after = try await database.value("select pgsync.tick()") ?? ""
                #expect(
                    try await database.lines(
                        "select record_id from pgsync.changes_between(\(before), \(after))"
                    ) == ["1"]
                )
            }
        }
    }

    @Test("is silent when there is little room left to ring, and the change waits for the next look")
    func littleRoom() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.run(
            "do $$begin execute (select replace(pg_get_functiondef(tgfoid), '(pg_catalog.<) 0.5', '(pg_catalog.<) 0.0') from pg_trigger where tgname = '000_pgsync_insert'); end$$"
        )
        try await database.connect { sleeper in
            var bell = try await sleeper.listen(to: "pgsync").makeAsyncIterator()
            try await sleeper.withSession { _ = try $0.runScript(Self.arm) }
            try await database.run("insert into t (v) values (1)")
            try await database.run("notify pgsync, 'by hand'")
            #expect(try await bell.next()?.payload == "by hand")
            #expect(try await database.value("select count(*) from pgsync.sync_queue") == "1")
        }
    }

    // The queue holds 8 GB, half of which has to be filled.
    @Test("that has no room to ring leaves the application alone", .enabled(if: Profile.isFull))
    func fullQueue() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                try await migrate(database)
                try await database.run(Self.table)
                try await database.connect { sleeper in
                    try await sleeper.withSession { _ = try $0.runScript("listen pgsync; \(Self.arm)") }
                    try await database.connect { deaf in
                        // Who listens inside an open transaction holds everything back that comes after.
                        try await deaf.withSession { session in
                            for step in ["listen other", "begin; select 1"] {
                                _ = try session.runScript(step)
                            }
                        }
                        try await database.session { session in
                            var usage = 0.0
                            var size = 250_000
                            while usage < 0.5 {
                                _ = try session.runScript(
                                    "select pg_notify('other', lpad(g::text, 7900, 'x')) from generate_series(1, \(size)) as g"
                                )
                                usage = try session.query("select pg_notification_queue_usage()").onlyRow()
                                    .decode(0)
                                size = 20_000
                            }
                        }
                        try await database.run("insert into t (v) values (1)")
                        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "1")
                    }
                }
            }
        }
    }

    @Test("leaves no change unseen, with short and long writers and sleepers that come and go")
    func noLostWakeUp() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            \(Self.table)
            create table taken (id bigint primary key, how text);
            create function take(how text) returns bigint language sql as $$
                with gone as (delete from pgsync.sync_queue where log_id in (select log_id from pgsync.sync_queue for update skip locked) returning log_id),
                noted as (insert into taken select log_id, take.how from gone)
                select count(*) from gone
            $$;
            create procedure pulse(rounds int) language plpgsql as $$begin
                for i in 1..rounds loop
                    insert into t (v) values (i);
                    perform pg_sleep(case when random() < 0.2 then random() * 0.05 else random() * 0.005 end);
                    if random() < 0.1 then rollback; else commit; end if;
                    perform pg_sleep(random() * 0.2);
                end loop;
            end$$;
            """
        )
        let stopped = Stopped()
        let woken = Counter()
        let wakes = try await withThrowingTaskGroup(of: (woken: Int, late: Int).self) { group in
            for _ in 1...2 {
                group.addTask {
                    var total = (woken: 0, late: 0)
                    // A sleeper dies after some naps and another takes its place.
                    while await !stopped.isSet {
                        let one = try await database.connect {
                            try await Self.naps(20, on: $0, wakes: woken, until: stopped)
                        }
                        total = (total.woken + one.woken, total.late + one.late)
                    }
                    return total
                }
            }
            group.addTask {
                repeat {
                    try await database.together(
                        (1...6).map { _ in "call pulse(\(Profile.size(30, full: 1000)))" }
                    )
                } while await woken.count < 3
                await stopped.set()
                // So that who sleeps at the very end does not wait for the fallback.
                try await database.run("notify pgsync")
                return (0, 0)
            }
            return try await group.reduce(into: (woken: 0, late: 0)) {
                $0 = ($0.woken + $1.woken, $0.late + $1.late)
            }
        }
        try await database.run("select take('end')")
        #expect(wakes.woken >= 3)
        #expect(wakes.late == 0)
        #expect(
            try await database.value("select (select count(*) from t) - (select count(*) from taken)") == "0"
        )
    }

    actor Stopped {
        private(set) var isSet = false
        func set() { isSet = true }
    }

    /// Looks, arms, looks again, sleeps until the bell rings or the fallback, which must find nothing.
    private static func naps(
        _ count: Int,
        on connection: PostgresConnection,
        wakes: Counter,
        until stopped: Stopped
    ) async throws -> (woken: Int, late: Int) {
        let bell = try await connection.listen(to: "pgsync")
        let rung = Counter()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for try await _ in bell { await rung.increment() } }
            var result = (woken: 0, late: 0)
            for _ in 0..<count where await !stopped.isSet {
                let before = await rung.count
                let isAsleep = try await connection.withSession { session in
                    let take: Query = "select take('looked')"
                    _ = try session.query(take)
                    guard try session.query(Query(arm)).onlyRow().decode(0, as: Bool.self) else {
                        return false
                    }
                    return try session.query(take).onlyRow().decode(0, as: Int.self) == 0
                }
                guard isAsleep else {
                    try await connection.withSession {
                        _ = try $0.runScript("select pg_advisory_unlock_all()")
                    }
                    continue
                }
                do {
                    try await eventually(within: .seconds(60)) { await rung.count > before }
                    result.woken += 1
                    await wakes.increment()
                } catch is NeverHappened {
                    let found = try await connection.withSession {
                        try $0.query("select take('late')").onlyRow().decode(0, as: Int.self)
                    }
                    if found > 0 { result.late += 1 }
                }
                try await connection.withSession { _ = try $0.runScript("select pg_advisory_unlock_all()") }
            }
            group.cancelAll()
            return result
        }
    }

    actor Counter {
        private(set) var count = 0
        func increment() { count += 1 }
    }
}
