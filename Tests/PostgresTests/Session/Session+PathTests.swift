import PGSyncCluster
import Postgres
import TestSupport
import Testing

@Suite("The path of a session", .database, .timeLimit(.minutes(10)))
struct PathTests {
    private let database = TestDatabase.current

    private func prepareDoubles() async throws {
        try await database.run("create table public.t (v text)")
        try await database.run(Shadows.prepare(path: "shadow, pg_catalog, public"))
    }

    private static let ask: Query =
        "select current_setting('search_path') from (values ('x')) as v (x) where x = 'x'"

    @Test(
        "is PostgreSQL's own from the first statement on, for each way of sending one",
        arguments: [true, false]
    )
    func isPinned(isShared: Bool) async throws {
        try await prepareDoubles()
        var options = database.options
        options.sharesSession = isShared
        let paths = try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                let ask = Self.ask
                var paths = [try session.query(ask), try session.query(.prepared(ask))]
                paths.append(try session.query(.prepared(ask)))
                paths.append(try session.runScript("select 1; \(ask.sql)"))
                paths += try session.pipeline([ask, .prepared(ask)])
                paths.append(try session.transaction { try session.query(ask) })
                paths.append(
                    try session.transaction(TransactionOptions(isolation: .repeatableRead, isReadOnly: true))
                    {
                        try session.savepoint { try session.query(ask) }
                    }
                )
                try session.copyIn("copy public.t from stdin") { try $0.write(row: ["a"]) }
                try session.copyOut("copy (select v from public.t where v = 'a') to stdout") { _ in }
                return try paths.map { try $0.onlyRow().decode(0, as: String.self) }
            }
        }
        #expect(Set(paths) == ["pg_catalog, pg_temp"])
        #expect(try await Shadows.called(in: database) == [])
        // They come first for everybody else, and are counted.
        #expect(try await database.run(Self.ask.sql) == [])
        try await eventually { try await !Shadows.called(in: database).isEmpty }
    }

    @Test("leaves a statement its place and its error where each transaction sets it anew")
    func keepsErrors() async throws {
        var options = database.options
        options.sharesSession = true
        try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { (session) throws in
                let alone = #expect(throws: PostgresError.self) { try session.query("select 1 / \(0)") }
                #expect(alone?.statementIndex == nil)
                #expect(alone?.sqlState == SQLState("22012"))
                let piped = #expect(throws: PostgresError.self) {
                    try session.pipeline(["select 1", "select 1 / \(0)", "select 2"])
                }
                #expect(piped?.statementIndex == 1)
                #expect(session.takeNotices().isEmpty)
                #expect(try session.query("select \(7)").onlyRow().decode(0, as: Int.self) == 7)
            }
        }
    }

    @Test("goes with the transaction behind a pooler, whose next client has its own")
    func pooled() async throws {
        try await prepareDoubles()
        try await Pooler.with(before: database.cluster, as: database.owner, sessions: 1) { directory, port in
            let pooled = database.options.with("host", directory).with("port", "\(port)")
            let path = try await PostgresConnection.withConnection(to: pooled) { connection in
                try await connection.withSession { session in
                    #expect(session.isPooled)
                    return try session.query(Self.ask).onlyRow().decode(0, as: String.self)
                }
            }
            #expect(path == "pg_catalog, pg_temp")
            let next = try await database.run("show search_path", as: pooled)
            #expect(next == ["shadow, pg_catalog, public"])
        }
    }
}
