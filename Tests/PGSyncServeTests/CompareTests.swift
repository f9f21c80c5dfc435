import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Comparisons over HTTP", .servedDatabase, .timeLimit(.minutes(5)))
struct CompareTests {
    @Test("are listed with what their sides and entities are called, and with their scores")
    func list() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let one = try #require(try await served.api("GET", "/compares", token).data?[0])
            #expect(one["left_name"]?.string == "Shop" && one["right_name"]?.string == "The books")
            #expect(one["entities"]?.array?.compactMap(\.string) == ["items", "stock, all"])
            #expect(one["trend"]?[0]?["number"]?.number?.int == 1 && one["active_job"] == .null)
            #expect(one["match"]?.number?.description == "98.0" || one["match"]?.number?.int == 98)
            // Nothing says that what was not compared is well.
            #expect(one["health"]?.number?.description == "89.9" && one["label"]?.string == "poor")
            let none = try await served.api("GET", "/compares/none", token)
            #expect(none.status == 404 && none.json["near"]?[0]?.string == "shop")
        }
    }

    @Test("show the report of a run, entity by entity")
    func report() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let known = try #require(try await served.api("GET", "/compares/shop", token).data)
            let report = try #require(try await served.api("GET", "/compares/shop/runs/3", token).data)
            #expect(known["report"] == report)
            #expect(report["capped_by"]?.string == "stock, all" && report["not_compared"]?.number?.int == 1)
            let items = report["entities"]?[0]
            #expect(items?["net"]?.number?.int == 1 && items?["differences"]?.number?.int == 2)
            #expect(items?["verdict"]?.string == "good" && items?["due"]?.bool == true)
            #expect(items?["metrics"]?["value"]?["right"]?.string == "89.00")
            let stock = report["entities"]?[1]
            #expect(stock?["problem"]?.string == "there is no table public.stock")
            #expect(stock?["left"] == .null && stock?["verdict"] == .null)
            for path in ["/compares/shop/runs/2", "/compares/none/runs/3", "/compares/shop/runs/99"] {
                #expect(try await served.api("GET", path, token).status == 404, "\(path)")
            }
        }
    }

    @Test("show keys to who reads, and rows with their scope alone; each look is on record")
    func differences() async throws {
        try await Served.with { served in
            let (reader, looker) = (try await served.token(.read), try await served.token(.images))
            let path = "/compares/shop/runs/3/differences"
            let keys = try await served.api("GET", path, reader)
            #expect(keys.data?.array?.compactMap { $0["key"]?["id"]?.string } == ["7", "8"])
            #expect(keys.data?[0]?["columns"]?[0]?.string == "name")
            #expect(!keys.answer.body.contains("discreet"))
            let first = try await served.api("GET", "\(path)?limit=1", reader)
            let cursor = try #require(first.json["next"]?.string)
            let second = try await served.api("GET", "\(path)?limit=1&cursor=\(cursor)", reader)
            #expect(second.data?[0]?["kind"]?.string == "missing_right" && second.json["next"] == .null)
            for query in ["?entity=stock", "?kind=ambiguous", "?entity=items&kind=missing_left"] {
                #expect(try await served.api("GET", path + query, reader).data?.array?.isEmpty == true)
            }
            #expect(try await served.api("GET", path + "?kind=other", reader).status == 400)
            #expect(try await served.api("GET", path + "/rows", reader).code == "forbidden")
            let rows = try await served.api("GET", path + "/rows?kind=different", looker)
            #expect(rows.data?[0]?["left_row"]?["name"]?.string == "discreet", "\(rows.answer.body)")
            #expect(
                try await served.database.run(
                    "select concat_ws(' ', act, object, result) from pgsync.acts where act like 'look%' order by id"
                ) == ["look at differences 3 done"]
            )
        }
    }

    @Test("are not read by roles of scopes beyond what these scopes show")
    func rights() async throws {
        for role in ["read", "operate", "admin", "audit", "site"] {
            for column in ["left_row", "right_row", "undo"] {
                await #expect(throws: PostgresError.self, "\(role) \(column)") {
                    try await TestDatabase.current.run(
                        "set role pgsync_api_\(role); select \(column) from pgsync.compare_differences",
                        as: TestDatabase.current.superuser
                    )
                }
            }
        }
    }

    @Test("are asked for one at a time, with what was asked, and once for each key")
    func runs() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate)
            let path = "/compares/shop/runs"
            let body: JSONValue = ["entities": ["items"], "sync": true, "dry_run": true, "reason": "a look"]
            let key = [("Idempotency-Key", "once")]
            let begun = try await served.api("POST", path, token, body: body, headers: key)
            #expect(begun.status == 202, "\(begun.answer.body)")
            let job = try #require(begun.data?["job"]?.string)
            #expect(begun.answer["Location"] == "runs/\(job)")
            let again = try await served.api("POST", path, token, body: body, headers: key)
            #expect(again.status == 202 && again.data?["job"]?.string == job)
            let second = try await served.api("POST", path, token, body: [:])
            #expect(second.code == "conflict", "\(second.answer.body)")
            let pending = try await served.api("GET", "\(path)?state=pending", token)
            let run = try #require(pending.data?[0])
            #expect(run["job"]?.string == job && run["number"]?.number?.int == 2)
            #expect(run["sync"]?.bool == true && run["dry_run"]?.bool == true)
            #expect(run["only"]?.array?.compactMap(\.string) == ["items"] && run["trigger"]?.string == "api")
            #expect(run["requested_by"]?.string == "postgres (asha, token 1, 127.0.0.1)")
            #expect(try await served.api("GET", "/compares", token).data?[0]?["active_job"]?.string == job)
            let all = try await served.api("GET", path, token).data?.array
            #expect(all?.compactMap { $0["number"]?.number?.int } == [2, 1])
            #expect(
                try await served.database.run(
                    "select concat_ws('|', actor, act, object, reason, result) from pgsync.acts order by id"
                ) == [
                    "asha|start comparison|shop|a look|done", "asha|start comparison|shop|failed",
                ]
            )
        }
    }

    @Test(
        "are refused with what is wrong",
        arguments: [
            ("/compares/none/runs", [:], 404, "none"),
            ("/compares/shop/runs", ["entities": ["prices"]], 422, "It has items, stock, all."),
            ("/compares/shop/runs", ["entities": []], 422, "Leave them out"),
            ("/compares/shop/runs", ["entities": "items"], 422, "is a list"),
            ("/compares/shop/runs", ["sync": "yes"], 422, "true or false"),
            ("/compares/shop/runs", ["force": true], 422, "no such field"),
        ] as [(String, JSONValue, Int, String)]
    )
    func refusals(path: String, body: JSONValue, status: Int, words: String) async throws {
        try await Served.with { served in
            let token = try await served.token(.operate)
            let reply = try await served.api("POST", path, token, body: body)
            #expect(reply.status == status, "\(path): \(reply.answer.body)")
            #expect(reply.answer.body.contains(words), "\(reply.answer.body)")
        }
    }

    @Test("are nothing to a token of one site")
    func sites() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate, site: "north")
            for path in ["/compares", "/compares/shop", "/compares/shop/runs", "/compares/shop/runs/3"] {
                #expect(try await served.api("GET", path, token).code == "forbidden", "\(path)")
            }
            let begun = try await served.api("POST", "/compares/shop/runs", token, body: [:])
            #expect(begun.code == "forbidden")
        }
    }
}
