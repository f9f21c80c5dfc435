import Glibc
import PGSyncCluster
import Postgres
import TestSupport
import Testing

@Suite("PostgresConnection", .sharedDatabase, .timeLimit(.minutes(10)))
struct PostgresConnectionTests {
    @Test("lends its session to one closure at a time")
    func oneAtATime() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            let inside = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await connection.withSession { session in
                            let number = inside.increment()
                            try session.query("select pg_sleep(0.001)")
                            #expect(inside.count == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(inside.count == 20)
        }
    }

    @Test("holds up nobody else while it blocks")
    func blocksNobody() async throws {
        let database = TestDatabase.current
        let lock = Int32.random(in: 1 ... .max)
        try await database.connect { (holder) throws in
            try await holder.withSession { _ = try $0.query("select pg_advisory_lock(16, \(lock))") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await database.session {
                            _ = try $0.query("select pg_advisory_lock_shared(16, \(lock))")
                        }
                    }
                }
                // More wait at a time than there are threads for tasks.
                let waiting: Query = """
                    select count(*) from pg_locks
                    where locktype = 'advisory' and classid = 16 and objid::bigint = \(lock) and not granted
                    """
                try await eventually {
                    try await holder.withSession { try $0.query(waiting).onlyRow().decode(0, as: Int.self) }
                        == 16
                }
                try await holder.withSession { _ = try $0.query("select pg_advisory_unlock(16, \(lock))") }
                try await group.waitForAll()
            }
        }
    }

    @Test("refuses statements once it is closed, and can be closed again")
    func closed() async throws {
        let connection = try await PostgresConnection.open(TestDatabase.current.options)
        await connection.close()
        await connection.close()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.withSession { _ = try $0.query("select 1") }
        }
        #expect(error?.kind == .connectionClosed)
        await #expect(throws: PostgresError.self) { try await connection.listen(to: "c") }
        #expect(try await connection.withSession { $0.isUsable } == false)
    }

    @Test("is closed whichever way its closure ends")
    func closesAlways() async throws {
        struct Refusal: Error {}
        let database = TestDatabase.current
        let options = database.options.with("application_name", "fleeting")
        await #expect(throws: Refusal.self) {
            try await PostgresConnection.withConnection(to: options) { _ in throw Refusal() }
        }
        try await eventually {
            try await database.run("select 1 from pg_stat_activity where application_name = 'fleeting'") == []
        }
    }

    @Test("takes its thread and its descriptors with it, closed or merely dropped, connected or not")
    func leavesNothing() async throws {
        let database = TestDatabase.current
        // Other tests run beside this one; what they hold at a time is less than half of what could leak here.
        let (threads, descriptors) = (entries(of: "/proc/self/task"), entries(of: "/proc/self/fd"))
        for round in 0..<25 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        switch number % 4 {
                        case 0:
                            let options = try ConnectionOptions("host=/nonexistent")
                            await #expect(throws: PostgresError.self) {
                                try await PostgresConnection.open(options)
                            }
                        case 1:
                            let connection = try await PostgresConnection.open(database.options)
                            _ = try await connection.listen(to: "c")
                        default:
                            try await database.connect { (connection) throws in
                                let sum = try await connection.withSession {
                                    try $0.query("select \(round) + \(number)").onlyRow().decode(
                                        0,
                                        as: Int.self
                                    )
                                }
                                #expect(sum == round + number)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await eventually {
            entries(of: "/proc/self/task") < threads + 50 && entries(of: "/proc/self/fd") < descriptors + 100
        }
    }

    private func entries(of directory: String) -> Int {
        guard let handle = unsafe opendir(directory) else { return 0 }
        defer { unsafe closedir(handle) }
        var count = 0
        while unsafe readdir(handle) != nil { count += 1 }
        return count
    }
}
