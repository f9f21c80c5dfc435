import TestSupport
import Testing

@testable import Postgres

@Suite("Cancellation", .database, .timeLimit(.minutes(10)))
struct CancelGateTests {
    @Test("hits its own statement or none: never a later one, in a thousand tries")
    func neverALaterOne() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            let cancelledOnServer = Counter()
            var cancelled = 0
            for number in 0..<1_000 {
                let entered = Counter()
                // Each third statement is cancelled while it certainly runs, however slow the machine is.
                let isLong = number % 3 == 0
                let task = Task {
                    try await connection.withSession { session in
                        try session.transaction { () throws -> Int in
                            entered.increment()
                            do {
                                return try session.query(
                                    "select \(number) from pg_sleep(\(isLong ? 60 : 0.002))"
                                )
                                .onlyRow().decode(0)
                            } catch is CancellationError {
                                // Only a statement that the server has stopped spoils the transaction.
                                if session.hasFailed { cancelledOnServer.increment() }
                                throw CancellationError()
                            }
                        }
                    }
                }
                async let later = connection.withSession { session in
                    try session.query("select -\(number) from pg_sleep(0)").onlyRow().decode(0, as: Int.self)
                }
                if isLong { try await eventually { entered.count == 1 } }
                try await Task.sleep(for: .microseconds(Int.random(in: 0...3_000)))
                task.cancel()
                #expect(try await later == -number)
                do {
                    #expect(try await task.value == number)
                } catch is CancellationError {
                    cancelled += 1
                }
            }
            #expect(cancelledOnServer.count > 100)
            #expect(cancelled >= cancelledOnServer.count)
            #expect(try await connection.withSession { $0.isUsable && !$0.isInTransaction })
        }
    }

    @Test("before its turn keeps a closure from running")
    func beforeItsTurn() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            let runs = Counter()
            let busy = Task { try await connection.withSession { _ = try $0.query("select pg_sleep(0.3)") } }
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                try await connection.withSession { _ in _ = runs.increment() }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            try await busy.value
            #expect(runs.count == 0)
        }
    }

    @Test("while connecting ends the waiting at once")
    func whileConnecting() async throws {
        try await TestDatabase.current.withProxy { (proxy, options) throws in
            try proxy.inject(.hang)
            let patient = options.with("connect_timeout", "3600")
            let task = Task { try await PostgresConnection.open(patient) }
            try await eventually { proxy.counters.hung == 1 }
            task.cancel()
            // Nothing else could end it.
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("in a transaction rolls it back, and the connection goes on")
    func inATransaction() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (n integer)")
        try await database.connect { (connection) throws in
            let processID = try await connection.withSession { $0.processID }
            let task = Task {
                try await connection.withTransaction { session in
                    try session.execute("insert into t values (1)")
                    try session.query("select pg_sleep(100)")
                }
            }
            try await database.untilRunning("pg_sleep", in: processID)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let state = try await connection.withSession { session in
                (session.isInTransaction, try session.query("select 1 from t").count)
            }
            #expect(state == (false, 0))
        }
    }

    @Test("between two statements is seen by the next one, and by who asks")
    func betweenStatements() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            let (entered, refused) = (Counter(), Counter())
            let task = Task {
                try await connection.withSession { session in
                    entered.increment()
                    while (try? session.checkCancellation()) != nil {}
                    do { try session.query("select 1") } catch is CancellationError { refused.increment() }
                }
            }
            try await eventually { entered.count == 1 }
            task.cancel()
            try await task.value
            #expect(refused.count == 1)
            #expect(try await connection.withSession { try $0.query("select 1").count } == 1)
        }
    }

    @Test("does not reach COMMIT, which ends as it would have")
    func duringCommit() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (n integer);
            create function wait() returns trigger language plpgsql as
                $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
            create constraint trigger wait after insert on t deferrable initially deferred
            for each row execute function wait()
            """
        )
        try await database.connect { (connection) throws in
            let processID = try await connection.withSession { $0.processID }
            let task = try await database.connect { holder in
                _ = try await holder.withSession { try $0.query("select pg_advisory_lock(1)") }
                let task = Task {
                    try await connection.withTransaction { _ = try $0.execute("insert into t values (1)") }
                }
                try await database.untilRunning("commit", in: processID)
                task.cancel()
                // Time for a request that must not be sent.
                try await Task.sleep(for: .milliseconds(300))
                try await database.untilRunning("commit", in: processID)
                return task
            }
            try await task.value
        }
        #expect(try await database.run("select n from t") == ["1"])
    }

    @Test("stops a COPY in either direction, and the connection goes on")
    func duringCopy() async throws {
        try await TestDatabase.current.connect { (connection) throws in
            try await connection.withSession { _ = try $0.runScript("create table t (n integer)") }
            for isIn in [true, false] {
                let rows = Counter()
                let task = Task {
                    try await connection.withSession { session in
                        if isIn {
                            try session.copyIn("copy t from stdin") { writer in
                                while true {
                                    try writer.write(row: ["1"])
                                    rows.increment()
                                }
                            }
                        } else {
                            try session.copyOut("copy (select generate_series(1, 1000000000)) to stdout") {
                                _ in
                                rows.increment()
                            }
                        }
                    }
                }
                try await eventually { rows.count > 10_000 }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try await connection.withSession { try $0.query("select n from t").count } == 0)
            }
        }
    }

    @Test("of a statement whose server no longer answers ends in time, with the connection cut")
    func deadPeer() async throws {
        try await TestDatabase.current.withProxy { (proxy, options) throws in
            try await PostgresConnection.withConnection(to: options) { (connection) throws in
                _ = try await connection.withSession { try $0.query("select 1") }
                try proxy.inject(.hang)
                let task = Task { try await connection.withSession { _ = try $0.query("select 1") } }
                try await eventually { proxy.counters.hung == 1 }
                task.cancel()
                let wasQuick = await isQuick {
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                #expect(wasQuick)
                // The request to cancel hung as well: nothing but cutting could help.
                #expect(proxy.counters.hung == 2)
                let next = await #expect(throws: PostgresError.self) {
                    try await connection.withSession { _ = try $0.query("select 1") }
                }
                #expect(next?.isConnectionLost == true)
            }
        }
    }
}
