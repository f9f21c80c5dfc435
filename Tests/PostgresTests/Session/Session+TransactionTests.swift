import Postgres
import TestSupport
import Testing

@Suite("Transactions", .database, .timeLimit(.minutes(10)))
struct TransactionTests {
    private struct Refusal: Error {}

    private func withTable(_ body: (PostgresConnection) async throws -> Void) async throws {
        try await TestDatabase.current.connect { (connection) throws in
            try await connection.withSession { (session) throws in
                _ = try session.runScript(
                    "create table t (id integer primary key, n integer not null default 0)"
                )
            }
            try await body(connection)
        }
    }

    private func ids(_ connection: PostgresConnection) async throws -> [Int] {
        try await connection.withSession { (session) throws in
            try session.query("select id from t order by id").map { try $0.decode(0) }
        }
    }

    @Test("commit when the closure returns and roll back when it throws")
    func ends() async throws {
        try await withTable { (connection) throws in
            try await connection.withTransaction { _ = try $0.execute("insert into t values (1)") }
            await #expect(throws: Refusal.self) {
                try await connection.withTransaction { (session) throws in
                    try session.execute("insert into t values (2)")
                    throw Refusal()
                }
            }
            #expect(try await ids(connection) == [1])
            #expect(await (try? connection.withSession { $0.isInTransaction }) == false)
        }
    }

    @Test("have the isolation asked for")
    func isolation() async throws {
        try await withTable { (connection) throws in
            for isolation in [TransactionOptions.Isolation.readCommitted, .repeatableRead, .serializable] {
                let found = try await connection.withTransaction(TransactionOptions(isolation: isolation)) {
                    try $0.query("show transaction_isolation").onlyRow().decode(0, as: String.self)
                }
                #expect(found == isolation.rawValue)
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction(TransactionOptions(isReadOnly: true)) {
                    _ = try $0.execute("insert into t values (1)")
                }
            }
            #expect(error?.sqlState == .readOnlyTransaction)
        }
    }

    private func insertAndGiveUp(_ session: Session) -> (any Error)? {
        do {
            try session.savepoint {
                try session.execute("insert into t values (2)")
                try session.savepoint { _ = try session.execute("insert into t values (3)") }
                throw Refusal()
            }
            return nil
        } catch {
            return error
        }
    }

    @Test("do not nest, but have savepoints that do")
    func savepoints() async throws {
        try await withTable { (connection) throws in
            try await connection.withTransaction { (session) throws in
                try session.execute("insert into t values (1)")
                let failed = insertAndGiveUp(session)
                #expect(failed is Refusal)
                try session.savepoint { _ = try session.execute("insert into t values (4)") }
                let duplicate = Result {
                    try session.savepoint { try session.execute("insert into t values (1)") }
                }
                #expect(throws: PostgresError.self) { try duplicate.get() }
                let nested = Result { try session.transaction { session.processID } }
                #expect(throws: PostgresError.self) { try nested.get() }
            }
            #expect(try await ids(connection) == [1, 4])
        }
    }

    @Test("that were answered by ROLLBACK are no success", arguments: [false, true])
    func answeredByRollback(tracksOutcome: Bool) async throws {
        try await withTable { (connection) throws in
            var options = TransactionOptions()
            options.tracksOutcome = tracksOutcome
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction(options) { (session) throws in
                    try session.execute("insert into t values (1)")
                    _ = try? session.query("select 1 / 0")
                }
            }
            #expect(error?.kind == .transactionRolledBack)
            #expect(try await ids(connection) == [])
        }
    }

    @Test("fail by a deferred constraint as a whole")
    func deferredConstraint() async throws {
        try await withTable { (connection) throws in
            try await connection.withSession { (session) throws in
                _ = try session.runScript(
                    "alter table t add parent integer references t deferrable initially deferred"
                )
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { _ = try $0.execute("insert into t values (1, 0, 7)") }
            }
            #expect(error?.kind == .server)
            #expect(error?.constraint == "t_parent_fkey")
            #expect(try await ids(connection) == [])
        }
    }

    /// A trigger that warns at COMMIT, as a cancelled wait for a standby does.
    private static let warnsAtCommit = """
        create function warn() returns trigger language plpgsql as $$
        begin
            for i in 1..new.n loop raise warning 'number %', i; end loop;
            return null;
        end $$;
        create constraint trigger warn after insert on t deferrable initially deferred
        for each row execute function warn()
        """

    @Test("tell of a warning at COMMIT, with the rows really there", arguments: [1, 1_400])
    func warnings(count: Int) async throws {
        try await withTable { (connection) throws in
            try await connection.withSession { _ = try $0.runScript(Self.warnsAtCommit) }
            let error = try await #require(throws: PostgresError.self) {
                try await connection.withTransaction {
                    _ = try $0.execute("insert into t values (1, \(count))")
                }
            }
            guard case .committedWithWarnings(let warnings) = error.kind else {
                throw error
            }
            #expect(warnings.last?.message == "number \(count)")
            #expect(!error.description.contains("number"))
            #expect(try await ids(connection) == [1])

            var options = TransactionOptions()
            options.commitWarning = .isKept
            _ = try await connection.withSession { $0.takeNotices() }
            try await connection.withTransaction(options) {
                _ = try $0.execute("insert into t values (2, 1)")
            }
            #expect(try await connection.withSession { $0.takeNotices().map(\.message) } == ["number 1"])
            #expect(try await ids(connection) == [1, 2])
        }
    }

    @Test("in conflict are run again until they succeed")
    func serialization() async throws {
        try await withTable { (first) throws in
            try await first.withSession { _ = try $0.execute("insert into t values (1)") }
            try await TestDatabase.current.connect { (second) throws in
                let attempts = Counter()
                let options = TransactionOptions(isolation: .repeatableRead)
                let seen = try await first.withTransaction(options) { (session) throws in
                    let seen: Int = try session.query("select n from t").onlyRow().decode(0)
                    // The rival commits between our reading and our writing, the first time.
                    if attempts.increment() == 1 { try Rival.run("update t set n = 100", on: second) }
                    try session.execute("update t set n = n + 1")
                    return seen
                }
                #expect(attempts.count == 2)
                #expect(seen == 100)
                let last = try await first.withSession {
                    try $0.query("select n from t").onlyRow().decode(0, as: Int.self)
                }
                #expect(last == 101)
            }
        }
    }

    @Test("in conflict give up after as many attempts as they may have")
    func givesUp() async throws {
        try await withTable { (first) throws in
            try await first.withSession { _ = try $0.execute("insert into t values (1)") }
            try await TestDatabase.current.connect { (second) throws in
                let attempts = Counter()
                var options = TransactionOptions(isolation: .repeatableRead)
                options.attempts = 3
                let error = await #expect(throws: PostgresError.self) {
                    try await first.withTransaction(options) { (session) throws in
                        try session.query("select n from t")
                        attempts.increment()
                        try Rival.run("update t set n = n + 1", on: second)
                        try session.execute("update t set n = n + 1")
                    }
                }
                #expect(error?.sqlState == .serializationFailure)
                #expect(attempts.count == 3)
            }
        }
    }

    @Test("that wait for one another both succeed in the end")
    func deadlock() async throws {
        try await withTable { (first) throws in
            try await first.withSession { _ = try $0.execute("insert into t values (1), (2)") }
            try await TestDatabase.current.connect { (second) throws in
                let attempts = Counter()
                let bothHoldOne = Meeting(of: 2)
                func swap(_ connection: PostgresConnection, _ ids: [Int]) async throws {
                    try await connection.withTransaction { (session) throws in
                        attempts.increment()
                        try session.execute("set local deadlock_timeout to '20ms'")
                        try session.execute("update t set n = n + 1 where id = \(ids[0])")
                        bothHoldOne.arrive()
                        try session.execute("update t set n = n + 1 where id = \(ids[1])")
                    }
                }
                async let one: Void = swap(first, [1, 2])
                async let other: Void = swap(second, [2, 1])
                _ = try await (one, other)
                // The one that was cancelled may take its row again before the other wakes, and so a second time.
                #expect(attempts.count >= 3)
                let sum = try await first.withSession {
                    try $0.query("select sum(n) from t").onlyRow().decode(0, as: Int.self)
                }
                #expect(sum == 4)
            }
        }
    }
}
