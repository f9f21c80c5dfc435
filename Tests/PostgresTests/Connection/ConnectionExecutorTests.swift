import Glibc
import Postgres
import TestSupport
import Testing

@Suite("ConnectionExecutor", .sharedDatabase, .timeLimit(.minutes(10)))
struct ConnectionExecutorTests {
    @Test("runs a task where the connection's statements run, and only that task")
    func runsOnTheThread() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            let thread = try await connection.withSession { _ in currentThread() }
            #expect(currentThread() != thread)
            try await withTaskExecutorPreference(ConnectionExecutor(connection)) {
                for number in 0..<100 {
                    let (answer, found) = try await connection.withSession { session in
                        (
                            try session.query("select \(number)").onlyRow().decode(0, as: Int.self),
                            currentThread()
                        )
                    }
                    #expect(answer == number)
                    #expect(found == thread)
                    #expect(currentThread() == thread)
                }
            }
            #expect(currentThread() != thread)
        }
    }

    @Test("still runs its task when the connection is closed, or is held by nobody else")
    func outlivesTheConnection() async throws {
        let options = TestDatabase.current.options
        for isClosed in [true, false] {
            var connection: PostgresConnection? = try await PostgresConnection.open(options)
            let executor = ConnectionExecutor(try #require(connection))
            if isClosed { await connection?.close() }
            connection = nil
            let result = await withTaskExecutorPreference(executor) {
                await Task.yield()
                return 1
            }
            #expect(result == 1)
        }
    }

    @Test("lets cancellation reach the statement all the same")
    func cancellation() async throws {
        let database = TestDatabase.current
        try await database.connect { (connection) throws in
            let processID = try await connection.withSession { $0.processID }
            let task = Task(executorPreference: ConnectionExecutor(connection)) {
                try await connection.withSession { _ = try $0.query("select pg_sleep(100)") }
            }
            try await database.untilRunning("pg_sleep(100)", in: processID)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await connection.withSession { try $0.query("select 1").count } == 1)
        }
    }
}

private func currentThread() -> UInt { pthread_self() }
