import Postgres
import TestSupport
import Testing

@Suite("COPY", .database, .timeLimit(.minutes(10)))
struct CopyTests {
    private struct Refusal: Error {}

    private func withTable(_ body: @Sendable (Session) throws -> Void) async throws {
        try await TestDatabase.current.session { (session) throws in
            try session.runScript("create table t (id integer primary key, text text)")
            try body(session)
            // Whatever happened, every kind of statement works afterwards.
            #expect(session.isUsable)
            #expect(try session.query("select 1").onlyRow().decode(0, as: Int.self) == 1)
            #expect(try session.pipeline(["select 2"])[0].onlyRow().decode(0, as: Int.self) == 2)
            #expect(try session.copyOut("copy (select 3) to stdout") { _ in } == 1)
        }
    }

    private func count(_ session: Session) throws -> Int {
        try session.query("select count(*) from t").onlyRow().decode(0)
    }

    @Test("brings rows in and out as they are, whatever they contain")
    func roundTrip() async throws {
        let texts: [String?] = ["", nil, "\\N", "a\tb", "a\nb\r", "\\", "\\.", "NULL", "🐘", "\u{8}"]
        try await withTable { (session) throws in
            let copied = try session.copyIn("copy t from stdin") { writer in
                for (id, text) in texts.enumerated() { try writer.write(row: [String(id), text]) }
            }
            #expect(copied == texts.count)
            let found = try session.query("select text from t order by id").map {
                try $0.decode(0, as: String?.self)
            }
            #expect(found == texts)
            var bytes: [UInt8] = []
            #expect(
                try session.copyOut("copy (select * from t order by id) to stdout") { bytes += $0.copied }
                    == texts.count
            )
            try session.runScript("truncate t")
            #expect(try session.copyIn("copy t from stdin") { try $0.write(bytes: bytes) } == texts.count)
            #expect(
                try session.query("select text from t order by id").map { try $0.decode(0, as: String?.self) }
                    == texts
            )
        }
    }

    @Test("moves megabytes both ways")
    func large() async throws {
        try await withTable { (session) throws in
            let text = String(repeating: "x", count: 10_000)
            try session.copyIn("copy t from stdin") { writer in
                for id in 0..<2_000 { try writer.write(row: [String(id), text]) }
            }
            var size = 0
            #expect(try session.copyOut("copy t to stdout") { size += $0.count } == 2_000)
            #expect(size > 20_000_000)
        }
    }

    @Test("in is given up when its closure throws, and leaves nothing behind")
    func throwingWriter() async throws {
        try await withTable { (session) throws in
            #expect(throws: Refusal.self) {
                try session.copyIn("copy t from stdin") { writer in
                    for id in 0..<20_000 { try writer.write(row: [String(id), "text"]) }
                    throw Refusal()
                }
            }
            #expect(try count(session) == 0)
        }
    }

    @Test("out is stopped when its closure throws, long before the end")
    func throwingReader() async throws {
        try await withTable { (session) throws in
            var rows = 0
            #expect(throws: Refusal.self) {
                try session.copyOut(
                    "copy (select pg_sleep(0.001), n from generate_series(1, 100000) as n) to stdout"
                ) { _ in
                    rows += 1
                    if rows == 3 { throw Refusal() }
                }
            }
            #expect(rows == 3)
        }
    }

    @Test("reports the row that the server refuses")
    func refusedRow() async throws {
        try await withTable { (session) throws in
            for rows in [["1", "1"], ["2", "x"]] {
                let error = #expect(throws: PostgresError.self) {
                    try session.copyIn("copy t from stdin") { writer in
                        for id in rows { try writer.write(row: [id, "text"]) }
                    }
                }
                #expect(error?.context?.contains("COPY t, line 2") == true)
            }
            #expect(try count(session) == 0)
        }
    }

    @Test("in the wrong direction, in no direction, or beside another statement is an error and no more")
    func misfits() async throws {
        try await withTable { (session) throws in
            let attempts: [() throws -> Void] = [
                { try session.copyIn("copy t to stdout") { _ in } },
                { try session.copyOut("copy t from stdin") { _ in } },
                {
                    try session.copyOut("copy (select generate_series(1, 100000)) to stdout; select 1") { _ in
                    }
                },
                { try session.copyIn("copy t from stdin; copy t from stdin") { _ in } },
                { try session.copyIn("select 1") { _ in } },
                { try session.copyOut("insert into t values (1)") { _ in } },
                { try session.copyOut("copy missing to stdout") { _ in } },
                { _ = try session.query("copy t from stdin") },
                { _ = try session.query("copy (select generate_series(1, 100000)) to stdout") },
                { _ = try session.runScript("copy t from stdin; copy t from stdin; copy t to stdout") },
            ]
            for (index, attempt) in attempts.enumerated() {
                #expect(throws: PostgresError.self, "\(index)") { try attempt() }
                #expect(try session.query("select 1").count == 1, "\(index)")
                #expect(try session.pipeline(["select 1"]).count == 1, "\(index)")
            }
        }
    }

    @Test("cannot be pipelined: the connection ends, and does not hang")
    func pipelined() async throws {
        try await TestDatabase.current.session { (session) throws in
            let error = #expect(throws: PostgresError.self) {
                try session.pipeline(["select 1", "copy (select 1) to stdout", "select 2"])
            }
            #expect(error?.kind == .unexpectedResult)
            #expect(error?.statementIndex == 1)
            #expect(!session.isUsable)
            let next = #expect(throws: PostgresError.self) { try session.query("select 1") }
            #expect(next?.isConnectionLost == true)
        }
    }
}

extension Span<UInt8> {
    var copied: [UInt8] { indices.map { self[$0] } }
}
