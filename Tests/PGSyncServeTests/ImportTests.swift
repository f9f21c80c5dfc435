import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Imports over HTTP", .servedDatabase, .timeLimit(.minutes(5)))
struct ImportTests {
    @Test("are asked for one at a time, with what was asked, and end when somebody cancels them")
    func runs() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let body: JSONValue = [
                "type": "manual", "streams": ["merchants"], "since": "2026-01-01T00:00:00Z", "mark": true,
                "dry_run": true, "reason": "a look",
            ]
            let begun = try await served.api("POST", "/imports/crm/runs", token, body: body)
            #expect(begun.status == 202, "\(begun.answer.body)")
            let job = try #require(begun.data?["job"]?.string)
            #expect(begun.answer["Location"] == "../runs/\(job)")
            #expect(
                try await served.database.run(
                    """
                    select concat_ws('|', run.type, run.trigger, own.streams, own.since at time zone 'utc', own.marks,
                        own.is_dry, own.holds_key, run.requested_by)
                    from pgsync.import_jobs as own inner join pgsync.sync_jobs as run on own.job = run.id
                    where own.job = \(job)
                    """
                ) == ["manual|api|{merchants}|2026-01-01 00:00:00|t|t|f|postgres (asha, token 1, 127.0.0.1)"]
            )
            for path in ["/imports/crm/runs", "/imports/crm/retry"] {
                let second = try await served.api("POST", path, token, body: [:])
                #expect(second.code == "conflict", "\(second.answer.body)")
            }
            let list = try await served.api("GET", "/imports/runs?import=crm&state=pending", token)
            #expect(list.data?.array?.compactMap { $0["job"]?.string } == [job])
            #expect(
                try await served.api("GET", "/imports", token).data?[0]?["active_job"]?.string == job
            )
            let cancelled = try await served.api("POST", "/imports/runs/\(job)/cancel", token, body: [:])
            #expect(cancelled.data?["state"]?.string == "cancelled", "\(cancelled.answer.body)")
            let retried = try await served.api(
                "POST",
                "/imports/crm/retry",
                token,
                body: ["class": "data.*"]
            )
            #expect(retried.status == 202, "\(retried.answer.body)")
            #expect(
                try await served.database.run(
                    "select retried_class from pgsync.import_jobs order by job desc limit 1"
                ) == ["data.*"]
            )
            // A job of another kind is none of them.
            #expect(
                try await served.api("POST", "/imports/runs/1/cancel", token, body: [:]).code == "conflict"
            )
            #expect(try await served.api("GET", "/imports/runs/1", token).status == 404)
        }
    }

    @Test(
        "are refused with what is wrong",
        arguments: [
            ("/imports/none/runs", [:], 404), ("/imports/crm/runs", ["type": "retry"], 422),
            ("/imports/crm/runs", ["streams": ["none"]], 404),
            ("/imports/crm/runs", ["since": "2026-01-01T00:00:00Z"], 422),
            ("/imports/none/retry", [:], 404), ("/endpoints/none/pause", [:], 404),
            ("/endpoints/none/resume", [:], 404), ("/imports/failed-items/1/resolve", [:], 422),
            ("/imports/failed-items/99/resolve", ["reason": "x"], 409),
        ] as [(String, JSONValue, Int)]
    )
    func refusals(path: String, body: JSONValue, status: Int) async throws {
        try await Served.with { served in
            let reply = try await served.api("POST", path, try await served.token(), body: body)
            #expect(reply.status == status, "\(path): \(reply.answer.body)")
        }
    }

    @Test("say what has been read, and what lies before, between and after")
    func spans() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let spans = try #require(
                try await served.api("GET", "/imports/crm/spans", token).data?.array
            )
            let words = spans.map { span in
                "\(span["state"]?.string ?? "") \(span["since"]?.string?.prefix(10) ?? "")"
            }
            #expect(words == ["gap 2025-12-01", "finished 2026-01-01", "gap 2026-02-01"])
            let run = try #require(try await served.api("GET", "/imports/runs/2", token).data)
            #expect(run["state"]?.string == "partial" && run["added"]?.number?.int == 3)
            let part = run["parts"]?[0]
            #expect(part?["done"]?.number?.int == 4 && part?["expected"]?.number?.int == 5)
            #expect(part?["state"]?.string == "finished" && run["failed_items"]?.number?.int == 1)
        }
    }

    @Test("show what was kept of a failed item with its scope alone, and record each look")
    func failedItems() async throws {
        try await Served.with { served in
            let (reader, looker) = (try await served.token(.read), try await served.token(.images))
            for query in ["", "?class=data.*&stream=merchants", "?class=data.type&state=open"] {
                let list = try await served.api("GET", "/imports/crm/failed-items\(query)", reader)
                #expect(list.data?[0]?["item"]?.string == "7", "\(list.answer.body)")
                #expect(!list.answer.body.contains("confidential"))
            }
            for query in ["?class=call.*", "?stream=merch", "?state=resolved"] {
                let list = try await served.api("GET", "/imports/crm/failed-items\(query)", reader)
                #expect(list.data?.array?.isEmpty == true, "\(query)")
            }
            let path = "/imports/failed-items/1/payload"
            #expect(try await served.api("GET", path, reader).code == "forbidden")
            let look = try await served.api("GET", path, looker)
            #expect(look.data?["payload"]?["name"]?.string == "confidential")
            let acts = "select concat_ws(' ', act, object, result) from pgsync.acts order by id"
            #expect(
                try await served.database.run(acts)
                    == ["look at failed item 1 refused", "look at failed item 1 done"]
            )
            #expect(
                try await served.database.run(
                    "select count(*)::text from pgsync.acts where details::text like '%confidential%'"
                ) == ["0"]
            )
            let resolved = try await served.api(
                "POST",
                "/imports/failed-items/1/resolve",
                try await served.token(.operate),
                body: ["reason": "no merchant"]
            )
            #expect(resolved.data?["import"]?.string == "crm", "\(resolved.answer.body)")
            #expect(
                try await served.database.run("select state || resolution from pgsync.sync_failed_items")
                    == ["resolvedno merchant"]
            )
        }
    }

    @Test("are not read by roles of scopes beyond what these scopes show")
    func rights() async throws {
        for role in ["read", "operate", "admin", "audit"] {
            await #expect(throws: PostgresError.self, "\(role)") {
                try await TestDatabase.current.run(
                    "set role pgsync_api_\(role); select payload from pgsync.sync_failed_items",
                    as: TestDatabase.current.superuser
                )
            }
        }
    }

    @Test("stop and go on with their endpoint")
    func endpoints() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let first = try #require(try await served.api("GET", "/endpoints/crm", token).data)
            #expect(first["state"]?.string == "paused" && first["pause_reason"]?.string == "moves house")
            #expect(first["budgets"]?[0]?["left"]?.number?.int == 60)
            let again = try await served.api("POST", "/endpoints/crm/pause", token, body: [:])
            #expect(again.code == "conflict")
            let resumed = try await served.api("POST", "/endpoints/crm/resume", token, body: [:])
            #expect(resumed.data?["state"]?.string == "resumed", "\(resumed.answer.body)")
            #expect(
                try await served.api("POST", "/endpoints/crm/resume", token, body: [:]).code == "conflict"
            )
            let paused = try await served.api(
                "POST",
                "/endpoints/crm/pause",
                token,
                body: ["reason": "a storm"]
            )
            #expect(paused.status == 200)
            #expect(
                try await served.database.run(
                    "select paused_by || pause_reason from pgsync.endpoints where kind = 'api'"
                )
                    == ["postgres (asha, token 1, 127.0.0.1)a storm"]
            )
        }
    }
}
