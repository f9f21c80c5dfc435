import Postgres
import TestSupport
import Testing

@Suite("Pipeline", .database, .timeLimit(.minutes(10)))
struct PipelineTests {
    private struct Refusal: Error {}

    private func withTable(_ body: @Sendable (Session) throws -> Void) async throws {
        try await TestDatabase.current.session { (session) throws in
            try session.runScript("create table t (id integer primary key)")
            try body(session)
            #expect(try session.query("select 1").onlyRow().decode(0, as: Int.self) == 1)
        }
    }

    private func insert(_ id: Int) -> Query { .prepared("insert into t values (\(id)) returning id") }

    private func ids(_ session: Session) throws -> [Int] {
        try session.query("select id from t order by id").map { try $0.decode(0) }
    }

    @Test("returns a result for each statement, in order", arguments: [0, 1, 255, 256, 257, 2_000])
    func returnsResults(count: Int) async throws {
        try await withTable { (session) throws in
            let results = try session.pipeline((0..<count).map(insert))
            #expect(try results.map { try $0.onlyRow().decode(0, as: Int.self) } == Array(0..<count))
            #expect(try ids(session) == Array(0..<count))
        }
    }

    @Test("mixes prepared and other statements, with and without rows")
    func mixes() async throws {
        try await withTable { (session) throws in
            let results = try session.pipeline([
                insert(1), "insert into t values (2)", .prepared("select \("a")::text"), "", insert(3),
                "select id from t order by id",
            ])
            #expect(results.map(\.count) == [1, 0, 1, 0, 1, 3])
            #expect(results[1].affectedRowCount == 1)
        }
    }

    @Test(
        "throws the first failure with its place, and outside a transaction nothing has happened",
        arguments: [0, 3, 300, 599]
    )
    func failsAsOne(place: Int) async throws {
        try await withTable { (session) throws in
            var queries = (0..<600).map(insert)
            queries[place] = .prepared("select 1 / \(0)")
            let error = #expect(throws: PostgresError.self) { try session.pipeline(queries) }
            #expect(error?.statementIndex == place)
            #expect(error?.message == "division by zero")
            #expect(error?.description.contains("statement \(place + 1) of the pipeline") == true)
            #expect(try ids(session) == [])
            queries[place] = insert(place)
            #expect(try session.pipeline(queries).count == 600)
        }
    }

    @Test("is undone with the transaction it is in")
    func inTransaction() async throws {
        try await withTable { (session) throws in
            #expect(throws: Refusal.self) {
                try session.transaction {
                    try session.pipeline([insert(1), insert(2)])
                    throw Refusal()
                }
            }
            #expect(try ids(session) == [])
            #expect(throws: PostgresError.self) {
                try session.transaction { try session.pipeline([insert(1), insert(1), insert(2)]) }
            }
            #expect(try ids(session) == [])
        }
    }

    @Test("refuses what cannot be sent before anything is sent")
    func refusesEarly() async throws {
        try await withTable { (session) throws in
            let error = #expect(throws: PostgresError.self) {
                try session.pipeline([insert(1), "select \("a\0")"])
            }
            #expect(error?.statementIndex == 1)
            #expect(try ids(session) == [])
        }
    }

    @Test("moves large rows both ways without a deadlock")
    func large() async throws {
        try await withTable { (session) throws in
            let text = String(repeating: "x", count: 100_000)
            var size = 0
            try session.pipeline((0..<400).map { _ in .prepared("select \(text)::text") }) { _, rows in
                size += try rows.onlyRow().decode(0, as: String.self).utf8.count
            }
            #expect(size == 40_000_000)
        }
    }

    @Test("goes on to its end when the reader throws, and throws that error")
    func throwingReader() async throws {
        try await withTable { (session) throws in
            let calls = Counter()
            #expect(throws: Refusal.self) {
                try session.pipeline((0..<600).map(insert)) { index, _ in
                    calls.increment()
                    if index == 2 { throw Refusal() }
                }
            }
            #expect(calls.count == 3)
            #expect(try ids(session).count == 600)
        }
    }
}
