import Postgres
import TestSupport
import Testing

@Suite("Session", .database, .timeLimit(.minutes(10)))
struct SessionTests {
    @Test("tells rows from counts")
    func results() async throws {
        try await TestDatabase.current.session { (session) throws in
            try session.runScript("create table t (n integer)")
            #expect(try session.execute("insert into t select generate_series(1, 7)") == 7)
            let rows = try session.query("update t set n = n + 1 where n > \(4) returning n as number")
            #expect(rows.columns == ["number"])
            #expect(rows.affectedRowCount == 3)
            #expect(rows.commandTag == "UPDATE 3")
            #expect(try rows.map { try $0.decode("number", as: Int.self) }.sorted() == [6, 7, 8])
            #expect(try session.runScript("select 1; select 2").onlyRow().decode(0, as: Int.self) == 2)
            #expect(try session.query("").isEmpty)
        }
    }

    @Test("keeps a prepared statement for the next time")
    func prepares() async throws {
        try await TestDatabase.current.session { (session) throws in
            for number in 1...3 {
                let row = try session.query(.prepared("select \(number) + 1")).onlyRow()
                #expect(try row.decode(0, as: Int.self) == number + 1)
            }
            let text = try session.query(.prepared("select \("a") || 'b'")).onlyRow().decode(
                0,
                as: String.self
            )
            #expect(text == "ab")
            #expect(try session.preparedCount() == 2)
        }
    }

    @Test("keeps no prepared statement where it must not")
    func preparesNothing() async throws {
        var options = TestDatabase.current.options
        options.keepsPreparedStatements = false
        try await TestDatabase.current.session(as: options) { (session) throws in
            try session.query(.prepared("select \(1)"))
            try session.pipeline([.prepared("select \(1)")])
            #expect(try session.preparedCount() == 0)
        }
    }

    @Test("forgets a statement the server refused to prepare")
    func forgetsRefused() async throws {
        try await TestDatabase.current.session { (session) throws in
            let query = Query.prepared("select count(*) from later where n = \(1)")
            #expect(throws: PostgresError.self) { try session.query(query) }
            try session.runScript("create table later (n integer)")
            #expect(try session.query(query).onlyRow().decode(0, as: Int.self) == 0)
        }
    }

    @Test(
        "prepares anew what the server has forgotten or can no longer run",
        arguments: ["discard all", "deallocate all", "alter table t add column extra integer"]
    )
    func preparesAnew(change: String) async throws {
        let query = Query.prepared("select * from t where n = \(1)")
        try await TestDatabase.current.connect { (connection) throws in
            try await connection.withSession { (session) throws in
                try session.runScript("create table t (n integer); insert into t values (1)")
                for _ in 0..<7 { try session.query(query) }
                try session.runScript(change)
                #expect(try session.query(query).onlyRow().decode("n", as: Int.self) == 1)
                try session.runScript("alter table t add column another integer; deallocate all")
            }
            // In a transaction the failed statement has spoilt everything, so the whole of it is run again.
            var attempts = 0
            for _ in 0..<2 {
                let counter = Counter()
                try await connection.withTransaction { (session) throws in
                    counter.increment()
                    try session.query(query)
                }
                attempts += counter.count
            }
            #expect(attempts == 3)
            // A pipeline fails once, having done nothing, and succeeds the next time.
            try await connection.withSession { (session) throws in
                try session.runScript("alter table t add column third integer; deallocate all")
                let insert = Query.prepared("insert into t (n) values (\(2))")
                #expect(throws: PostgresError.self) { try session.pipeline([query, insert]) }
                try session.pipeline([query, insert])
                let count = try session.query("select count(*) from t where n = 2").onlyRow()
                #expect(try count.decode(0, as: Int.self) == 1)
            }
        }
    }

    @Test("keeps two hundred prepared statements on the server, not thousands")
    func limitsPrepared() async throws {
        try await TestDatabase.current.session { (session) throws in
            for number in 0..<450 {
                let query = Query.prepared(Query("select \(number)::bigint + $1", [1]))
                #expect(try session.query(query).onlyRow().decode(0, as: Int.self) == number + 1)
                #expect(try session.preparedCount() <= 200)
            }
            let many = (0..<150).map { Query.prepared(Query("select -\($0)::bigint + $1", [1])) }
            #expect(try session.pipeline(many).count == 150)
            #expect(try session.preparedCount() <= 200)
            // Many times the same one is one.
            try session.runScript("deallocate all")
            try session.query(.prepared("select \(5) as kept"))
            try session.pipeline((0..<500).map { .prepared("select \($0) as same") })
            #expect(try session.preparedCount() == 2)
        }
    }

    @Test("keeps the notices until somebody asks, the newest thousand at most")
    func notices() async throws {
        try await TestDatabase.current.session { (session) throws in
            try session.runScript(
                "do $$ begin raise notice 'n' using detail = 'd', hint = 'h'; raise warning 'w'; end $$"
            )
            let notices = session.takeNotices()
            #expect(notices.map(\.message) == ["n", "w"])
            #expect(notices.map(\.isWarning) == [false, true])
            #expect(notices.map(\.severity) == ["NOTICE", "WARNING"])
            #expect((notices[0].detail, notices[0].hint) == ("d", "h"))
            #expect(session.takeNotices() == [])
            try session.runScript("do $$ begin for i in 1..3210 loop raise notice '%', i; end loop; end $$")
            let many = session.takeNotices()
            #expect((500...1_000).contains(many.count))
            #expect(many.last?.message == "3210")
            try session.runScript(
                "do $$ begin for n in 1..50 loop raise notice '%', n || repeat('x', 3000000) using hint = 'why'; end loop; end $$"
            )
            let long = session.takeNotices()
            #expect((5...30).contains(long.count) && long.allSatisfy { $0.message.utf8.count == 1_000_000 })
            #expect(long.last?.message.hasPrefix("50x") == true && long.last?.hint == "why")
        }
    }

    @Test("knows its server and its state")
    func state() async throws {
        try await TestDatabase.current.session { (session) throws in
            #expect(session.serverVersion >= 140_000)
            let pid = try session.query("select pg_backend_pid()").onlyRow().decode(0, as: Int32.self)
            #expect(session.processID == pid)
            #expect(session.reportedSetting("server_encoding") == "UTF8")
            #expect(session.isUsable && !session.isInTransaction)
            try session.runScript("begin")
            #expect(session.isInTransaction)
            #expect(throws: PostgresError.self) { try session.query("select 1 / 0") }
            #expect(session.isInTransaction && session.isUsable)
            try session.runScript("rollback")
            #expect(!session.isInTransaction)
        }
    }
}

extension Session {
    /// How many prepared statements the server holds for this session.
    func preparedCount() throws -> Int {
        try query("select count(*) from pg_prepared_statements").onlyRow().decode(0)
    }
}
