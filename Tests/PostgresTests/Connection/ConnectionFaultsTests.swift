import PGSyncCluster
import Postgres
import TestSupport
import Testing

@Suite("A connection that breaks", .database, .timeLimit(.minutes(10)))
struct ConnectionFaultsTests {
    /// Runs a closure on a connection through a proxy, on a database with an empty table.
    private func withProxiedConnection(
        _ body: (FaultProxy, PostgresConnection) async throws -> Void
    ) async throws {
        let database = TestDatabase.current
        try await database.run("create table t (n integer)")
        try await database.withProxy { (proxy, options) throws in
            try await PostgresConnection.withConnection(to: options.likePsql) { try await body(proxy, $0) }
        }
    }

    private func expectLost(_ connection: PostgresConnection) async throws {
        #expect(try await connection.withSession { $0.isUsable } == false)
        let wasQuick = await isQuick {
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withSession { _ = try $0.query("select 1") }
            }
            #expect(error?.isConnectionLost == true)
        }
        #expect(wasQuick)
        // A new one is all it takes.
        #expect(try await TestDatabase.current.run("select 1") == ["1"])
    }

    private enum Use: CaseIterable {
        case statement, preparedStatement, pipeline, copyIn, copyOut

        func wait(_ session: Session) throws {
            switch self {
            case .statement: try session.query("select pg_sleep(60)")
            case .preparedStatement: try session.query(.prepared("select pg_sleep(\(60))"))
            case .pipeline:
                try session.pipeline(
                    (0..<600).map { .prepared("select \($0), case when \($0) = 300 then pg_sleep(60) end") }
                )
            case .copyIn:
                try session.copyIn("copy t from stdin") { writer in
                    while true { try writer.write(row: ["1"]) }
                }
            case .copyOut: try session.copyOut("copy (select pg_sleep(60)) to stdout") { _ in }
            }
        }
    }

    @Test("because the server ended the session is a typed error, not a hang", arguments: Use.allCases)
    private func terminated(use: Use) async throws {
        let database = TestDatabase.current
        try await withProxiedConnection { (_, connection) throws in
            let processID = try await connection.withSession { $0.processID }
            async let outcome: Void = connection.withSession { try use.wait($0) }
            let isActive = """
                select 1 from pg_stat_activity
                where pid = \(processID) and (wait_event = 'PgSleep' or query ~ '^copy t')
                """
            try await eventually { try await database.run(isActive) == ["1"] }
            #expect(try await database.run("select pg_terminate_backend(\(processID))") == ["t"])
            do {
                try await outcome
                Issue.record("nothing was thrown")
            } catch let error as PostgresError {
                #expect(error.kind == .connectionLost)
                // What the server still had to read resets the connection, and its reason is lost with it.
                if use != .copyIn, use != .pipeline { #expect(error.sqlState == .adminShutdown) }
            }
            try await expectLost(connection)
        }
    }

    @Test(
        "in the middle of a statement is a typed error, not a hang",
        arguments: Use.allCases,
        Fault.Cut.allCases
    )
    private func cut(use: Use, cut: Fault.Cut) async throws {
        try await withProxiedConnection { (proxy, connection) throws in
            let before = proxy.counters.bytesToServer
            async let outcome: Void = connection.withSession { try use.wait($0) }
            try await eventually { proxy.counters.bytesToServer > before }
            proxy.cutConnections(by: cut)
            do {
                try await outcome
                Issue.record("nothing was thrown")
            } catch let error as PostgresError {
                #expect(error.kind == .connectionLost)
            }
            #expect(proxy.counters.cuts == 1)
            try await expectLost(connection)
        }
    }

    @Test("before COMMIT arrived has committed nothing, and that can be found out", arguments: [true, false])
    func lostRequest(tracksOutcome: Bool) async throws {
        try await loseCommit(.loseRequest(containing: Array("commit".utf8)), tracksOutcome, .rolledBack)
    }

    @Test("before COMMIT was answered has committed, and that can be found out", arguments: [true, false])
    func lostReply(tracksOutcome: Bool) async throws {
        try await loseCommit(.loseReply(toRequestContaining: Array("commit".utf8)), tracksOutcome, .committed)
    }

    private func loseCommit(_ fault: Fault, _ tracksOutcome: Bool, _ expected: TransactionOutcome)
        async throws
    {
        let database = TestDatabase.current
        try await withProxiedConnection { (proxy, connection) throws in
            try proxy.inject(fault)
            var options = TransactionOptions()
            options.tracksOutcome = tracksOutcome
            let attempts = Counter()
            let error = try await #require(throws: PostgresError.self) {
                try await connection.withTransaction(options) { session in
                    attempts.increment()
                    try session.execute("insert into t values (1)")
                }
            }
            #expect(attempts.count == 1)
            #expect(proxy.counters.cuts == 1)
            #expect(proxy.counters.lostRequestBytes + proxy.counters.lostReplyBytes > 0)
            guard case .commitOutcomeUnknown(let transactionID) = error.kind else { throw error }
            #expect((transactionID != nil) == tracksOutcome)
            #expect(error.isConnectionLost && !error.isRetryable)
            if let transactionID {
                try await eventually {
                    let outcome = try await database.session { try $0.outcome(ofTransaction: transactionID) }
                    return outcome != .stillRunning
                }
                #expect(
                    try await database.session { try $0.outcome(ofTransaction: transactionID) } == expected
                )
            }
            try await eventually {
                try await database.run("select 1 from pg_locks where relation = 't'::regclass") == []
            }
            #expect(try await database.run("select n from t") == (expected == .committed ? ["1"] : []))
        }
    }

    @Test("inside a transaction that goes on regardless has committed nothing, and says so")
    func lostBeforeCommit() async throws {
        let database = TestDatabase.current
        try await withProxiedConnection { (proxy, connection) throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { session in
                    try session.execute("insert into t values (1)")
                    proxy.cutConnections()
                    _ = try? session.query("select 1")
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(proxy.counters.cuts == 1)
            #expect(try await database.run("select n from t") == [])
        }
    }

    @Test(
        "because the server stopped or crashed is replaced by a new one after its start",
        arguments: [true, false]
    )
    func restarted(isCrash: Bool) async throws {
        try await OwnCluster.with { (cluster) throws in
            let options = try ConnectionOptions(cluster.connectionString(database: "postgres"))
            try await PostgresConnection.withConnection(to: options) { (connection) throws in
                let stream = try await connection.listen(to: "c")
                async let outcome: Void = connection.withSession { _ = try $0.query("select pg_sleep(60)") }
                try await PostgresConnection.withConnection(to: options) { watcher in
                    let active: Query = "select 1 from pg_stat_activity where query = 'select pg_sleep(60)'"
                    try await eventually { try await watcher.withSession { try $0.query(active).count } == 1 }
                }
                if isCrash { try await cluster.crash() } else { try await cluster.stop() }
                do {
                    try await outcome
                    Issue.record("nothing was thrown")
                } catch let error as PostgresError {
                    #expect(error.kind == .connectionLost)
                }
                await #expect(throws: PostgresError.self) { for try await _ in stream {} }
                let down = await #expect(throws: PostgresError.self) {
                    try await PostgresConnection.open(options)
                }
                #expect(down?.kind == .cannotConnect)
            }
            try await cluster.start()
            try await PostgresConnection.withConnection(to: options) { (connection) throws in
                #expect(try await connection.withSession { try $0.query("select 1").count } == 1)
            }
        }
    }

    @Test("is only delayed by a slow network")
    func delayed() async throws {
        try await withProxiedConnection { (proxy, connection) throws in
            try proxy.inject(.delay(.milliseconds(20)))
            let sum = try await connection.withSession { session in
                try session.pipeline((0..<500).map { .prepared("select \($0)") })
                    .reduce(0) { try $0 + $1.onlyRow().decode(0, as: Int.self) }
            }
            #expect(sum == 124_750)
            #expect(proxy.counters.delayed > 0)
        }
    }
}
