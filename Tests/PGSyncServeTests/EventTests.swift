import Concurrency
import HTTPServer
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Events and pages", .servedDatabase, .timeLimit(.minutes(5)))
struct EventTests {
    /// Reads a stream until it ends; `seen` has what came so far.
    private func watch(_ served: Served, _ token: String, _ seen: Locked<String>, headers: String = "")
        async throws
    {
        let client = try WebClient(port: served.port)
        try await client.send(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\(headers)\r\n"
        )
        try await client.read { text in seen.withLock { $0 += text } }
    }

    @Test("tell what changes within a second or two, to all who watch, and end with the token")
    func stream() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let (one, two) = (Locked(""), Locked(""))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch(served, token, one) }
                group.addTask { try await watch(served, token, two) }
                for seen in [one, two] {
                    try await eventually {
                        seen.withLock { $0.contains("event: hello") && $0.contains("\"dead\" : 1") }
                    }
                }
                try await served.database.run("select pgsync.skip_changes('{6}', 'twice')")
                for seen in [one, two] {
                    try await eventually { seen.withLock { $0.contains("\"dead\" : 0") } }
                }
                try await served.database.run("select pgsync.set_configuration('queue_batch_size', '300')")
                try await eventually {
                    one.withLock { $0.ranges(of: "event: config").count > 1 }
                }
                try await served.database.run("select pgsync.revoke_token(1)")
                try await group.waitForAll()
            }
            #expect(one.withLock { $0.contains("event: session") })
        }
    }

    @Test("go on where a stream of the same process broke off")
    func resumed() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let seen = Locked("")
            let id = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await watch(served, token, seen) }
                try await eventually { seen.withLock { $0.contains("event: schedule") } }
                group.cancelAll()
                return seen.withLock { text in
                    text.split(separator: "\n").last { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
                        ?? ""
                }
            }
            let again = Locked("")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await watch(served, token, again, headers: "Last-Event-ID: \(id)\r\n") }
                try await served.database.run("select pgsync.skip_changes('{6}', 'twice')")
                try await eventually { again.withLock { $0.contains("event: status") } }
                group.cancelAll()
            }
            #expect(again.withLock { !$0.contains("event: schedule") && !$0.contains("event: config") })
            let foreign = Locked("")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try? await watch(served, token, foreign, headers: "Last-Event-ID: other-99\r\n")
                }
                try await eventually { foreign.withLock { $0.contains("event: schedule") } }
                group.cancelAll()
            }
        }
    }

    @Test("read nothing while nobody watches")
    func idle() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let seen = Locked("")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await watch(served, token, seen) }
                try await eventually { seen.withLock { $0.contains("event: status") } }
                group.cancelAll()
            }
            let reads = """
                select coalesce(min(extract(epoch from clock_timestamp() - state_change)), 0)::text
                from pg_stat_activity where application_name = 'pgsync dashboard' and state = 'idle'
                    and datname = current_database()
                """
            try await eventually { Double(try await served.database.run(reads)[0] ?? "") ?? 0 > 2.5 }
        }
    }

    @Test("say goodbye when the server stops")
    func goodbye() async throws {
        let seen = Locked("")
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await Served.with { served in
                let token = try await served.token(.read)
                group.addTask { try await watch(served, token, seen) }
                try await eventually { seen.withLock { $0.contains("event: status") } }
            }
            try await group.waitForAll()
        }
        #expect(seen.withLock { $0.contains("event: bye") })
    }

    @Test("pages are served at every screen with relative addresses, a strict policy, and files that stay")
    func pages() async throws {
        try await Served.with { served in
            for (path, root) in [("/", "./"), ("/queue", "./"), ("/ledger/accounts/1000", "../../")] {
                let page = try await served.ask("GET", path)
                #expect(page.status == 200)
                #expect(page.answer.body.contains("<base href=\"\(root)\""), "\(path)")
                #expect(
                    page.answer["Content-Security-Policy"]?.contains("require-trusted-types-for 'script'")
                        == true
                )
            }
            let text = try await served.ask("GET", "/").answer.body
            let start = try #require(text.firstRange(of: "assets/"))
            let file = String(text[start.lowerBound...].prefix { $0 != "\"" })
            let asset = try await served.ask("GET", "/\(file)")
            #expect(asset.status == 200 && asset.answer["Cache-Control"]?.contains("immutable") == true)
            #expect(try await served.ask("GET", "/assets/000000000000/app.js").status == 404)
            #expect(try await served.ask("GET", "/assets/../index.html").status == 400)
            #expect(try await served.ask("POST", "/queue").status == 405)
            #expect(try await served.ask("GET", "/problems/too-slow").status == 200)
        }
    }

    @Test("pages and log-ins are served while the database is away, and acts are refused at once")
    func databaseAway() async throws {
        let nowhere = TestDatabase.current.superuser.with("port", "1")
        try await Served.with(to: nowhere) { served in
            #expect(try await served.ask("GET", "/queue").status == 200)
            #expect(try await served.ask("GET", "/healthz").status == 200)
            #expect(try await served.ask("GET", "/readyz").status == 503)
            let session = try await served.api("GET", "/session")
            #expect(session.status == 200 && session.data?["database"] == .null)
            let reply = try await served.api("GET", "/status", Secret.token())
            #expect(reply.code == "database-away" && reply.answer["Retry-After"] != nil)
        }
    }

    @Test("a statement that takes too long is cut, and says so")
    func slow() async throws {
        try await Served.with { served in
            let token = try await served.token()
            #expect(try await served.ask("GET", "/readyz").status == 200)
            // A function that a view of lists calls, and that takes its time.
            try await served.database.run(
                """
                create or replace function pgsync.error_classes() returns table (class text, meaning text)
                language sql volatile as 'select null::text, pg_sleep(20)::text'
                """
            )
            let reply = try await served.api("GET", "/queue/classes", token)
            #expect(reply.status == 504 && reply.code == "too-slow", "\(reply.answer.body)")
            #expect(try await served.api("GET", "/queue", token).status == 200)
        }
    }

    @Test("connections that were lost are replaced, and who meets a lock is told")
    func lostConnections() async throws {
        try await Served.with { served in
            let token = try await served.token()
            for _ in 0..<3 {
                #expect(try await served.api("GET", "/queue", token).status == 200)
                try await served.database.run(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'pgsync dashboard' and datname = current_database()
                    """
                )
                #expect(try await served.api("GET", "/queue", token).status == 200)
            }
            try await served.database.connect { holder in
                try await holder.run("begin; lock table pgsync.sync_jobs in access exclusive mode")
                let reply = try await served.api("GET", "/jobs", token)
                #expect(reply.code == "conflict", "\(reply.answer.body)")
                try await holder.run("rollback")
            }
        }
    }
}
