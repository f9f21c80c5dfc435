// Long because the form that users fixed is held against one served database.
import Concurrency
import JSON
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Syncs in the form in which users asked for them", .servedDatabase, .timeLimit(.minutes(5)))
struct SyncTests {
    private static let path = "/api/sync-crm/enhanced"

    @Test("are started one at a time, and told to whoever has their number")
    func start() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let body: JSONValue = ["syncType": "initial", "baseUrl": "https://crm.example/v2"]
            let begun = try await served.ask("POST", Self.path, token, body: body)
            #expect(begun.status == 202, "\(begun.answer.body)")
            let sync = try #require(begun.json["syncId"]?.string)
            #expect(begun.json == ["syncId": .string(sync), "syncType": "initial", "status": "pending"])
            #expect(begun.answer["Location"] == "enhanced?syncId=\(sync)")
            let second = try await served.ask("POST", Self.path, token, body: ["syncType": "daily"])
            #expect(second.code == "conflict" && second.json["syncId"]?.string == sync)
            #expect(second.answer["Location"] == "enhanced?syncId=\(sync)")
            let document = try await served.ask("GET", "\(Self.path)?syncId=\(sync)", token)
            #expect(document.status == 200, "\(document.answer.body)")
            #expect(
                document.json["status"]?.string == "pending" && document.json["progress"]?.number?.int == 0
            )
            #expect(document.json["startedAt"] == .null && document.json["error"] == .null)
            #expect(
                try await served.database.run(
                    "select concat_ws('|', base_url, holds_key) from pgsync.import_jobs order by job desc limit 1"
                ) == ["https://crm.example/v2|f"]
            )
            let acts = "select concat_ws(' ', act, object, result) from pgsync.acts order by id"
            #expect(
                try await served.database.run(acts)
                    == ["start import crm done", "start import crm failed"]
            )
        }
    }

    @Test("are told as a document of their phases, never beyond their end")
    func document() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let sync = Served.sync
            let reply = try await served.ask("GET", "\(Self.path)?syncId=\(sync.uppercased())", token)
            let keys = [
                "syncId", "syncType", "status", "phase", "progress", "message", "phases", "startedAt",
                "completedAt", "results", "failedItems", "error",
            ]
            #expect(reply.json.object?.keys.sorted() == keys.sorted(), "\(reply.answer.body)")
            #expect(reply.json["phase"]?.string == "merchants" && reply.json["progress"]?.number?.int == 100)
            #expect(
                reply.json["phases"] == [
                    ["name": "merchants", "done": 4, "expected": 5, "failed": 1, "state": "finished"]
                ]
            )
            #expect(
                reply.json["results"] == [
                    "merchants": ["total": 4, "new": 3, "updated": 0, "unchanged": 0, "failed": 1]
                ]
            )
            // While it runs, by what is expected; an API that said too little is not believed.
            try await served.database.run(
                """
                update pgsync.sync_jobs set state = 'waiting', finished_at = null, waits_until = 'infinity',
                    wait_class = 'call.auth', wait_reason = 'the secret was refused' where kind = 'import';
                update pgsync.sync_progress set state = 'running', finished_at = null;
                """,
                as: served.database.superuser
            )
            for (expected, progress) in [("5", "80"), ("9", "44.4"), ("2", "100"), ("null", "0")] {
                try await served.database.run(
                    "update pgsync.sync_progress set expected = \(expected)",
                    as: served.database.superuser
                )
                let reply = try await served.ask("GET", "\(Self.path)?syncId=\(sync)", token)
                let told = reply.json["progress"]?.number.flatMap { Double($0.text) }
                #expect(told == Double(progress), "\(reply.answer.body)")
                #expect(reply.json["status"]?.string == "waiting")
                #expect(reply.json["error"]?.string == "call.auth: the secret was refused")
            }
        }
    }

    @Test("are refused with what is wrong, and to whom has no right to them")
    func refusals() async throws {
        try await Served.with { served in
            let (reader, acting) = (try await served.token(.read), try await served.token(.operate))
            let daily: JSONValue = ["syncType": "daily"]
            func post(_ path: String, _ token: String?, _ body: JSONValue) async throws -> Reply {
                try await served.ask("POST", path, token, body: body)
            }
            #expect(try await post(Self.path, nil, daily).status == 401)
            #expect(try await post(Self.path, reader, daily).status == 403)
            #expect(try await post("/api/sync-none/enhanced", acting, daily).status == 404)
            #expect(try await post("/api/sync-/enhanced", acting, daily).status == 404)
            #expect(try await post(Self.path, acting, [:]).status == 422)
            #expect(try await post(Self.path, acting, ["syncType": "retry"]).status == 422)
            #expect(try await post(Self.path, acting, ["syncType": "daily", "apikey": "x"]).status == 422)
            for base in [
                "https://other.example", "ftp://crm.example", "https://u@crm.example", "crm.example",
                "https://crm.example.evil.example", "https://crm.example/?x=1",
            ] {
                let reply = try await post(
                    Self.path,
                    acting,
                    ["syncType": "daily", "baseUrl": .string(base)]
                )
                #expect(reply.status == 422, "\(base): \(reply.answer.body)")
            }
            let sync = Served.sync
            #expect(try await served.ask("GET", "\(Self.path)?syncId=\(sync)", acting).status == 403)
            for (path, status) in [
                ("\(Self.path)?syncId=00000000-0000-0000-0000-000000000000", 404),
                ("/api/sync-other/enhanced?syncId=\(sync)", 404), (Self.path, 400),
                ("\(Self.path)?syncId=12", 400), ("/api/nothing", 404), ("/api/v2/queue", 404),
            ] {
                #expect(try await served.ask("GET", path, reader).status == status, "\(path)")
            }
            #expect(try await served.ask("PUT", Self.path, acting, body: daily).status == 405)
        }
    }

    @Test("keep a key in the memory of a process with a worker, and nowhere else")
    func keys() async throws {
        let key = "k3y-that-nobody-may-see"
        let body: JSONValue = ["syncType": "initial", "apiKey": .string(key)]
        let log = RecordingLogHandler()
        let kept = Locked<[Int64: String]>([:])
        let isOpen = Locked(false)
        let keeper = KeyKeeper(
            isOpen: { isOpen.withLock { $0 } },
            keep: { key, job in kept.withLock { $0[job] = key } }
        )
        try await Served.with(log: log) { served in
            let refused = try await served.ask(
                "POST",
                Self.path,
                try await served.token(.operate),
                body: body
            )
            #expect(refused.status == 422 && refused.answer.body.contains("leave apiKey out"))
        }
        try await Served.with(keys: keeper, log: log) { served in
            let token = try await served.token(.operate)
            #expect(try await served.ask("POST", Self.path, token, body: body).status == 422)
            isOpen.withLock { $0 = true }
            // Wherever else a request can go wrong, its body is told nowhere.
            let reader = try await served.token(.read)
            let wrongs: [(String, JSONValue)] = [
                (reader, body), (token, ["syncType": "none", "apiKey": .string(key)]),
                (token, ["syncType": "daily", "apiKey": .string(key), "baseUrl": "https://other.example"]),
            ]
            for (who, wrong) in wrongs {
                let reply = try await served.ask("POST", Self.path, who, body: wrong)
                #expect(reply.status >= 400 && !reply.answer.body.contains(key), "\(reply.answer.body)")
            }
            let begun = try await served.ask("POST", Self.path, token, body: body)
            #expect(begun.status == 202 && !begun.answer.text.contains(key), "\(begun.answer.body)")
            let again = try await served.ask("POST", Self.path, token, body: body)
            #expect(again.status == 409 && !again.answer.text.contains(key))
            let job = try #require(
                try await served.database.run(
                    "select job::text from pgsync.import_jobs where holds_key"
                ).first?.flatMap { Int64($0) }
            )
            #expect(kept.withLock { $0 } == [job: key])
            let document = try await served.api("GET", "/openapi.json").answer.body
            #expect(document.contains("\"writeOnly\":true") && !document.contains("example"))
        }
        #expect(!log.records.contains { "\($0)".contains(key) })
        let holding = """
            select own.oid::regclass::text
            from pg_class as own
            where own.relkind in ('r', 'p') and own.relnamespace in ('pgsync'::regnamespace, 'public'::regnamespace)
                and query_to_xml(
                    format('select 1 from %s as own where own::text like %L', own.oid::regclass, '%' || $key || '%'),
                    true, false, ''
                )::text like '%row%'
            """
        let database = TestDatabase.current
        func tables(with text: String) async throws -> [String?] {
            try await database.run(
                holding.replacing("$key", with: "'\(text)'"),
                as: database.superuser
            )
        }
        #expect(try await tables(with: key) == [])
        #expect(try await tables(with: "confidential") == ["pgsync.sync_failed_items"], "it would be found")
    }

    /// Reads a stream of events until it ends.
    private func watch(_ served: Served, _ token: String, _ sync: String, _ seen: Locked<String>) async throws
    {
        let client = try WebClient(port: served.port)
        try await client.send(
            "GET \(Self.path)?syncId=\(sync) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
                + "Accept: text/event-stream\r\nConnection: close\r\n\r\n"
        )
        try await client.read { text in seen.withLock { $0 += text } }
    }

    @Test("are told as events to all who watch, until their end and no longer")
    func events() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let begun = try await served.ask("POST", Self.path, token, body: ["syncType": "daily"])
            let sync = try #require(begun.json["syncId"]?.string)
            let (one, two) = (Locked(""), Locked(""))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch(served, token, sync, one) }
                group.addTask { try await watch(served, token, sync, two) }
                for seen in [one, two] {
                    try await eventually { seen.withLock { $0.contains("\"status\" : \"pending\"") } }
                }
                try await served.database.run("select pgsync.cancel_job(max(job)) from pgsync.import_jobs")
                // The streams end by themselves.
                try await group.waitForAll()
            }
            for seen in [one, two] {
                let text = seen.withLock { $0 }
                #expect(text.contains("Content-Type: text/event-stream"))
                let events = text.matches(of: /(?:id: (\w+)\n)?data: (\{.*\})\n\n/)
                let last = try #require(events.last)
                #expect(last.1 == "end")
                let document = try JSONValue(parsing: String(last.2))
                #expect(document["status"]?.string == "cancelled" && document["syncId"]?.string == sync)
                #expect(events.dropLast().allSatisfy { $0.1 == nil })
            }
            // What has ended is told at once; a browser that has heard of it is told not to ask again.
            let late = Locked("")
            try await watch(served, token, sync, late)
            #expect(late.withLock { $0.contains("id: end") })
            let again = try await served.ask(
                "GET",
                "\(Self.path)?syncId=\(sync)",
                token,
                headers: [("Accept", "text/event-stream"), ("Last-Event-ID", "end")]
            )
            #expect(again.status == 204)
        }
    }

    @Test("are told on to who began to watch while others were looked at")
    func newWatchers() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let begun = try await served.ask("POST", Self.path, token, body: ["syncType": "daily"])
            let sync = try #require(begun.json["syncId"]?.string)
            for (asked, isToldOn) in [([Served.sync], true), ([sync], false)] {
                let seen = Locked("")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await watch(served, token, sync, seen) }
                    try await eventually { seen.withLock { $0.contains("pending") } }
                    served.dashboard.syncs.deliver([:], of: Set(asked))
                    if isToldOn {
                        try await served.database.run(
                            """
                            update pgsync.sync_jobs
                            set state = 'running', attempts = 1, started_at = now(), heartbeat_at = now()
                            where kind = 'import' and finished_at is null
                            """
                        )
                        try await eventually { seen.withLock { $0.split(separator: "data: ").count > 2 } }
                        served.dashboard.syncs.deliver([:], of: [sync])
                    }
                    try await group.waitForAll()
                }
                #expect(!seen.withLock { $0.contains("id: end") })
            }
        }
    }

    @Test("are read by nobody while nobody watches, and end with the token")
    func idle() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let begun = try await served.ask("POST", Self.path, token, body: ["syncType": "daily"])
            let sync = try #require(begun.json["syncId"]?.string)
            let seen = Locked("")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch(served, token, sync, seen) }
                try await eventually { seen.withLock { $0.contains("pending") } }
                try await served.database.run("select pgsync.revoke_token(1)")
                try await group.waitForAll()
            }
            #expect(seen.withLock { !$0.contains("id: end") })
            let reads = """
                select coalesce(min(extract(epoch from clock_timestamp() - state_change)), 0)::text
                from pg_stat_activity where application_name = 'pgsync dashboard' and state = 'idle'
                    and datname = current_database()
                """
            try await eventually { Double(try await served.database.run(reads)[0] ?? "") ?? 0 > 2.5 }
        }
    }
}
