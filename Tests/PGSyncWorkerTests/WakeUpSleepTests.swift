import Concurrency
import PGSyncCore
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import TestSupport
import Testing

@Suite("WakeUpSleep", .migrated, .timeLimit(.minutes(10)))
struct WakeUpSleepTests {
    private let database = TestDatabase.current

    private func attach() async throws {
        try await database.session { session in
            try session.runScript(
                "create table bills (id bigint generated always as identity primary key, n int)"
            )
            let store = SourceStore(session)
            _ = try store.attach(try store.table(named: "bills"), CaptureOptions())
        }
    }

    /// A worker that takes away whatever waits, sleeps, and ends when it has seen so many changes.
    private func drain(
        until total: Int,
        mode: WakeUpSleep.Mode = .doorbell,
        _ seen: Locked<Int>,
        keepsArmed: Bool = false,
        pollInterval: Duration = .seconds(30)
    ) async throws -> [SleepState.Wake: Int] {
        try await database.connect { connection in
            _ = try await connection.withSession { try $0.execute("set pgsync.finishing = on") }
            return try await WakeUpSleep.with(
                connection,
                mode: mode,
                pollInterval: pollInterval,
                keepsArmed: keepsArmed
            ) { sleeper in
                var wakes: [SleepState.Wake: Int] = [:]
                while seen.withLock({ $0 }) < total {
                    let taken = try await connection.withSession {
                        try $0.execute("delete from pgsync.sync_queue")
                    }
                    let sum = seen.withLock { seen in
                        seen += taken
                        return seen
                    }
                    guard taken == 0, sum < total else { continue }
                    wakes[try await sleeper.sleep(until: Shutdown()), default: 0] += 1
                }
                return wakes
            }
        }
    }

    @Test(
        "misses no change of writers short and long, with other sleepers dying beside it",
        arguments: [false, true]
    )
    func missesNothing(keepsArmed: Bool) async throws {
        try await attach()
        let (writers, each) = (6, 60)
        let seen = Locked(0)
        let wakes = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await disturb(writers: writers, each: each)
                // However the rest went, this one finds the worker asleep.
                try await untilAsleep()
                try await database.run("insert into bills (n) values (0)")
            }
            let wakes = try await drain(until: writers * each + 1, seen, keepsArmed: keepsArmed)
            try await group.waitForAll()
            return wakes
        }
        #expect(seen.withLock { $0 } == writers * each + 1)
        // What it is not told of it finds in the end, as a fallback.
        #expect(wakes[.fallback] == nil, "\(wakes)")
        #expect(wakes[.doorbell, default: 0] > 0, "\(wakes)")
    }

    @Test(
        "keeps the doorbell armed after a sleep only if told so, and lets go of it when asked to",
        arguments: [false, true]
    )
    func keepsArmed(isKept: Bool) async throws {
        try await attach()
        let armed =
            "select count(*)::text from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and granted "
            + "and database = (select oid from pg_database where datname = current_database())"
        try await database.connect { [database] connection in
            try await WakeUpSleep.with(connection, pollInterval: .seconds(30), keepsArmed: isKept) {
                sleeper in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await untilAsleep()
                        try await database.run("insert into bills (n) values (1)")
                    }
                    #expect(try await sleeper.sleep(until: Shutdown()) == .doorbell)
                    try await group.waitForAll()
                }
                #expect(sleeper.isArmed == isKept)
                #expect(try await database.run(armed) == [isKept ? "1" : "0"])
                try await sleeper.disarm()
                #expect(try await database.run(armed) == ["0"])
            }
        }
    }

    private func disturb(writers: Int, each: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { [database] group in
            for writer in 0..<writers {
                group.addTask {
                    try await database.session { session in
                        for number in 0..<each {
                            // Every tenth transaction stays open for a while after it has written.
                            let pause = (number + writer) % 10 == 0 ? 0.02 : 0
                            try session.transaction {
                                try session.execute("insert into bills (n) values (\(number))")
                                try session.execute("select pg_sleep(\(pause))")
                            }
                            try session.execute("select pg_sleep(random() * 0.004)")
                        }
                    }
                }
            }
            group.addTask {
                // Sleepers that die with the doorbell in their hands.
                for _ in 1...20 {
                    try await database.session { session in
                        _ = try Doorbell(session).arm()
                        try session.execute("select pg_sleep(0.005)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until somebody has armed the doorbell and, having looked once more, does nothing.
    private func untilAsleep() async throws {
        try await eventually {
            try await database.run(
                """
                select count(*)::text from pg_locks as lock inner join pg_stat_activity as sleeper using (pid)
                where lock.locktype = 'advisory' and lock.mode = 'ExclusiveLock' and lock.granted
                    and sleeper.datname = current_database() and sleeper.state = 'idle'
                    and sleeper.query like 'select exists%'
                """
            ) == ["1"]
        }
    }

    @Test("looks from time to time with the doorbell off, and through a pooler", arguments: [true, false])
    func polls(isOff: Bool) async throws {
        try await attach()
        if isOff { try await database.run("select pgsync.set_configuration('enable_doorbell', 'false')") }
        let seen = Locked(0)
        let wakes = try await withThrowingTaskGroup(of: Void.self) { [database] group in
            group.addTask {
                for _ in 1...10 {
                    try await database.run("insert into bills (n) values (1); select pg_sleep(0.01)")
                }
            }
            let wakes = try await drain(
                until: 10,
                mode: isOff ? .doorbell : .poll,
                seen,
                pollInterval: .milliseconds(50)
            )
            try await group.waitForAll()
            return wakes
        }
        #expect(Set(wakes.keys).isSubset(of: [.poll, .interval]), "\(wakes)")
    }

    @Test("looks while a writer keeps the doorbell, and is not late for what it commits")
    func longWriter() async throws {
        try await attach()
        try await database.connect { writer in
            _ = try await writer.withSession { try $0.runScript("begin; insert into bills (n) values (1)") }
            let looks = Locked(0)
            let look: @Sendable (Session) throws -> WakeUpSleep.Sight = { session in
                looks.withLock { $0 += 1 }
                return WakeUpSleep.Sight(somethingWaits: try Doorbell(session).somethingWaits())
            }
            let wake = try await withThrowingTaskGroup(of: Void.self) { [database] group in
                group.addTask {
                    try await eventually { looks.withLock { $0 } > 1 }
                    _ = try await writer.withSession { try $0.runScript("commit") }
                }
                let wake = try await database.connect { connection in
                    try await WakeUpSleep.with(connection, pollInterval: .milliseconds(100), look: look) {
                        try await $0.sleep(until: Shutdown())
                    }
                }
                try await group.waitForAll()
                return wake
            }
            #expect([.poll, .lookedAgain].contains(wake))
        }
    }

    @Test("ends with the request to stop, and leaves the doorbell to others")
    func stops() async throws {
        let shutdown = Shutdown()
        shutdown.request()
        try await database.connect { connection in
            let wake = try await WakeUpSleep.with(connection, pollInterval: .seconds(30)) { sleeper in
                try await sleeper.sleep(until: shutdown)
            }
            #expect(wake == .shutdown)
            #expect(try await database.session { try Doorbell($0).arm() })
        }
    }

    @Test("says so when the connection is lost while it sleeps")
    func lostConnection() async throws {
        try await database.connect { connection in
            let processID = try await connection.withSession { $0.processID }
            await #expect(throws: PostgresError.self) {
                try await withThrowingTaskGroup(of: Void.self) { [database] group in
                    group.addTask {
                        try await eventually {
                            try await database.session { try !Doorbell($0).arm() }
                        }
                        try await database.run("select pg_terminate_backend(\(processID))")
                    }
                    _ = try await WakeUpSleep.with(connection, pollInterval: .seconds(30)) { sleeper in
                        try await sleeper.sleep(until: Shutdown())
                    }
                }
            }
        }
    }
}
