import PGSyncCore
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("SourceStore", .migrated, .timeLimit(.minutes(10)))
struct SourceStoreTests {
    private func session<Result: Sendable>(
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await TestDatabase.current.session { session in
            try session.runScript(
                """
                create table bills (id bigint primary key, amount numeric, patient text);
                create table "Odd ""Name" (a int, "B c" int, primary key (a, "B c"));
                create table keyless (a int);
                """
            )
            return try body(session)
        }
    }

    @Test("finds a table as psql would", arguments: ["bills", "BILLS", "public.bills", #""Odd ""Name""#])
    func finds(name: String) async throws {
        let found = try await session { try SourceStore($0).table(named: name).name }
        #expect(found == (name.hasPrefix("\"") ? #"public."Odd ""Name""# : "public.bills"))
    }

    @Test("finds it where the database's own path leads, though the session looks nowhere there")
    func findsAlongThePath() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create schema app; create table app.visits (id int primary key); create table public.visits (id int);
            do $$begin execute format('alter database %I set search_path = nowhere, app, public', current_database());
            end$$
            """
        )
        try await PostgresConnection.withConnection(to: database.options) { connection in
            try await connection.withSession { (session) throws in
                let store = SourceStore(session)
                #expect(try store.table(named: "visits").name == "app.visits")
                #expect(try store.table(named: "public.visits").name == "public.visits")
                let present = try session.query("select current_setting('search_path')").onlyRow()
                #expect(try present.decode(0, as: String.self) == "pg_catalog, pg_temp")
                let within = try session.transaction { try store.table(named: "Visits").name }
                #expect(within == "app.visits")
                #expect(throws: StoreError.self) { try store.table(named: "pgsync.") }
            }
        }
    }

    @Test("finds it for who may not use its schema")
    func findsWithoutUsage() async throws {
        let database = TestDatabase.current
        let role = "reader_of_\(database.name)"
        try await database.run(
            "create schema app; create table app.visits (id int primary key); create role \(role) login in role pgsync_reader"
        )
        try await PostgresConnection.withConnection(to: database.options.with("user", role)) { connection in
            try await connection.withSession { (session) throws in
                #expect(try SourceStore(session).table(named: "app.visits").name == "app.visits")
                let regclass = #expect(throws: PostgresError.self) {
                    try session.query("select 'app.visits'::regclass")
                }
                #expect(regclass?.sqlState == .insufficientPrivilege)
            }
        }
        try await database.run("drop role \(role)")
    }

    @Test("knows which tables there are when one is not")
    func unknown() async throws {
        try await session { session in
            let error = #expect(throws: StoreError.self) { try SourceStore(session).table(named: "bils") }
            guard case .unknown(.table, "bils", let known)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(known.contains("bills") && known.contains("public.bills"))
            #expect(!known.contains { $0.hasPrefix("pgsync.") || $0.hasPrefix("pg_catalog.") })
            #expect(throws: StoreError.self) { try SourceStore(session).table(named: "a.b.c.d") }
        }
    }

    @Test("attaches as asked, lists what waits, and detaches")
    func attaches() async throws {
        try await session { session in
            let store = SourceStore(session)
            let table = try store.table(named: "bills")
            var options = CaptureOptions()
            options.exclude = ["patient"]
            options.kind = .row
            options.actions = [.create, .delete]
            options.keepsBeforeImage = true
            options.siteColumn = "amount"
            #expect(try store.attach(table, options, isDryRun: true).count > 3)
            #expect(try store.list().isEmpty)
            _ = try store.attach(table, options)
            try session.execute("insert into bills values (1, 2.50, 'Ada'), (2, 3, 'Bob')")
            let source = try #require(try store.list().first)
            #expect(source.table == "public.bills" && source.keyColumns == ["id"])
            #expect(source.capturedColumns == ["id", "amount"])
            #expect(source.kind == .row && source.actions == [.create, .delete] && source.keepsBeforeImage)
            #expect(source.siteColumn == "amount")
            #expect(
                source.waiting == 2 && source.dead == 0 && source.captured == 2 && source.findings.isEmpty
            )
            _ = try session.runScript("select pgsync.process_batch('test', 1)")
            let posted = try #require(try store.list().first)
            #expect(posted.waiting == 1 && posted.dead == 1)
            #expect(try store.list(countsCaptured: false).first?.captured == nil)
            _ = try store.detach(table)
            #expect(try store.list().isEmpty)
        }
    }

    @Test("refuses with the server's words and what to do")
    func refuses() async throws {
        try await session { session in
            let store = SourceStore(session)
            let keyless = try store.table(named: "keyless")
            let error = #expect(throws: StoreError.self) { try store.attach(keyless, CaptureOptions()) }
            #expect(error.map { "\($0)" }?.contains("hint: Add a primary key (alter table") == true)
            #expect(throws: StoreError.self) { try store.detach(keyless) }
            #expect(throws: StoreError.self) { try BackfillStore(session).start(keyless) }
        }
    }

    @Test("makes capture anew after a trigger was switched off, which inspection and growth tell")
    func reattaches() async throws {
        try await session { session in
            let store = SourceStore(session)
            let table = try store.table(named: "bills")
            _ = try store.attach(table, CaptureOptions())
            try session.runScript("alter table bills disable trigger all; insert into bills values (7)")
            let findings = try CaptureInspection(session).findings()
            #expect(findings.contains { $0.kind == "trigger_disabled" && $0.table == "public.bills" })
        }
        try await eventually {
            try await TestDatabase.current.session { try CaptureInspection($0).unexplainedGrowth() }
                == [CaptureGrowth(table: "public.bills", unexplained: 1)]
        }
        try await TestDatabase.current.session { session in
            let store = SourceStore(session)
            _ = try store.reattach(try store.table(named: "bills"))
            #expect(try CaptureInspection(session).findings().isEmpty)
            #expect(try CaptureInspection(session).unexplainedGrowth().isEmpty)
        }
    }
}
