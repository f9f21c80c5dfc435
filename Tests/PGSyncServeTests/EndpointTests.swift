// Long because each kind of answer is held against the document.
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Endpoints", .servedDatabase, .timeLimit(.minutes(5)))
struct EndpointTests {
    /// Values for the parameters of paths, and queries that some lists demand.
    private static let values = [
        "table": "public.bills", "key": "1", "id": "1", "name": "retention", "code": "1000", "version": "1",
        "job": "1", "period": "2026",
    ]
    private static let queries = [
        "/find": "?q=cash", "/sync-{import}/enhanced": "?syncId=\(Served.sync)",
    ]
    private static let others = [
        "/configuration/{key}": "/configuration/retention_days", "/rules/{name}/{version}": "/rules/bill/1",
        "/sync-{import}/enhanced": "/sync-crm/enhanced",
    ]

    static func path(of endpoint: Endpoint) -> String {
        let query = endpoint.method == .get ? queries[endpoint.path] ?? "" : ""
        if let other = others[endpoint.path] { return other + query }
        if endpoint.parts[0] == "nodes" { return endpoint.path.replacing("{name}", with: "north") }
        if endpoint.parts[0] == "masters" { return endpoint.path.replacing("{name}", with: "books") }
        if endpoint.parts[0] == "compares" {
            return endpoint.path.replacing("{name}", with: "shop").replacing("{job}", with: "3") + query
        }
        let isRemote = ["imports", "endpoints"].contains(endpoint.parts[0])
        let values = isRemote ? values.merging(["name": "crm", "job": "2"]) { $1 } : values
        let path = endpoint.path.split(separator: "/").map { part in
            part.hasPrefix("{") ? values[String(part.dropFirst().dropLast())] ?? "1" : String(part)
        }.joined(separator: "/")
        return "/" + path + query
    }

    private static let reads = Catalog.endpoints.filter {
        $0.method == .get
            && !["/events", "/openapi.json", "/status", "/session", "/ledger/export"].contains($0.path)
    }

    @Test("answer what the document says they do, field by field")
    func answers() async throws {
        try await Served.with { served in
            let token = try await served.token()
            for endpoint in Self.reads {
                let reply = try await served.api("GET", Self.path(of: endpoint), token)
                #expect(reply.status == 200, "\(endpoint.path): \(reply.answer.body)")
                let data = try #require(reply.data, "\(endpoint.path)")
                let rows = endpoint.isList ? data.array ?? [] : [data]
                if Self.filled.contains(endpoint.path) { #expect(!rows.isEmpty, "\(endpoint.path)") }
                for row in rows {
                    #expect(
                        row.object?.keys.sorted() == endpoint.answer.map(\.name).sorted(),
                        "\(endpoint.path)"
                    )
                    for field in endpoint.answer {
                        let complaint = field.complaint(about: row[field.name])
                        #expect(complaint == nil, "\(endpoint.path): \(field.name) \(complaint ?? "")")
                    }
                }
                if endpoint.isList {
                    #expect(reply.json["capped"]?.bool != nil && reply.json["as_of"]?.string != nil)
                }
            }
        }
    }

    /// Lists that this database has something for.
    private static let filled: Set<String> = [
        "/sources", "/queue", "/queue/classes", "/jobs", "/schedules",
        "/schedules/{name}/next",
        "/ledger/accounts", "/ledger/entries", "/ledger/periods", "/configuration", "/rules", "/tokens",
        "/find", "/imports", "/imports/{name}/spans", "/imports/runs", "/imports/{name}/failed-items",
        "/endpoints", "/nodes", "/masters", "/conflicts", "/compares", "/compares/{name}/runs",
        "/compares/{name}/runs/{job}/differences", "/compares/{name}/runs/{job}/differences/rows",
    ]

    @Test("show in the figures what is in the database")
    func figures() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let data = try #require(try await served.api("GET", "/status", token).data)
            #expect(data["waiting"]?["changes"]?.number?.int == 2)
            #expect(data["dead"]?.number?.int == 1)
            #expect(data["sources"]?[0]?["table"]?.string == "public.bills")
            #expect(data["failures"]?[0]?["error_class"]?.string == "data.missing")
            #expect(data["history"]?.array != nil && data["version"]?.string == "test")
            #expect(data["delay"]?["p50"] == .null, "what was not measured is not 0")
            let balance = try #require(try await served.api("GET", "/ledger/trial-balance", token).data)
            #expect(balance["totals"]?[0]?["debits"]?.string == "15.00")
            #expect(balance["totals"]?[0]?["balanced"]?.bool == true)
            let statement = try await served.api("GET", "/ledger/accounts/1000/statement?limit=2", token)
            #expect(statement.data?["lines"]?.array?.count == 2)
            let next = try #require(statement.json["next"]?.string)
            let second = try await served.api(
                "GET",
                "/ledger/accounts/1000/statement?limit=2&cursor=\(next)",
                token
            )
            let last = try #require(second.json["next"]?.string)
            let third = try await served.api(
                "GET",
                "/ledger/accounts/1000/statement?limit=2&cursor=\(last)",
                token
            )
            #expect(third.data?["lines"]?[0]?["balance"]?.string == "15.00" && third.json["next"] == .null)
            #expect(second.data?["lines"]?.array?.count == 2)
            let filtered = try await served.api("GET", "/ledger/accounts/1000/statement?min=4", token)
            #expect(
                filtered.data?["lines"]?.array?.count == 2 && filtered.data?["lines"]?[0]?["balance"] == .null
            )
            #expect(filtered.data?["shown"]?[0]?["debit"]?.string == "9.00")
        }
    }

    @Test("go through a list in both directions, each row once, while rows are added")
    func pages() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            try await served.database.run(
                "insert into bills select g, g, 'more' from generate_series(100, 130) as g"
            )
            var seen: [String] = []
            var cursor: String?
            var pages: [[String]] = []
            repeat {
                let query = "?limit=7" + (cursor.map { "&cursor=\($0)" } ?? "")
                let reply = try await served.api("GET", "/queue" + query, token)
                let page = reply.data?.array?.compactMap { $0["change"]?.string } ?? []
                pages.append(page)
                seen += page
                cursor = reply.json["next"]?.string
                try await served.database.run("insert into bills select 1000 + \(seen.count), 1, 'late'")
                if cursor == nil, pages.count > 1 {
                    // And back again.
                    var back = reply.json["prev"]?.string
                    for expected in pages.dropLast().reversed() {
                        let reply = try await served.api(
                            "GET",
                            "/queue?limit=7&cursor=\(try #require(back))",
                            token
                        )
                        #expect(reply.data?.array?.compactMap { $0["change"]?.string } == expected)
                        back = reply.json["prev"]?.string
                    }
                }
            } while cursor != nil
            #expect(seen.count == 33 && Set(seen).count == 33)
            let first = try await served.api("GET", "/queue?limit=7", token)
            let good = try #require(first.json["next"]?.string)
            for bad in [good + "x", String(good.dropLast(2)), "abc", good.lowercased()] {
                #expect(
                    try await served.api("GET", "/queue?limit=7&cursor=\(bad)", token).code
                        == "cursor-invalid"
                )
            }
            #expect(
                try await served.api("GET", "/queue?limit=7&state=dead&cursor=\(good)", token).code
                    == "cursor-invalid"
            )
        }
    }

    @Test(
        "name what lies near something that is not there",
        arguments: ["/changes/99999", "/records/public.bills/99", "/ledger/entries/99999"]
    )
    func near(path: String) async throws {
        try await Served.with { served in
            let reply = try await served.api("GET", path, try await served.token(.read))
            #expect(reply.status == 404)
            let names = reply.json["near"]?.array?.compactMap(\.string) ?? []
            #expect(!names.isEmpty)
            let own = path.split(separator: "/").dropLast().joined(separator: "/")
            for name in names {
                #expect(
                    try await served.api("GET", "/\(own)/\(name)", try await served.token(.read)).status
                        == 200
                )
            }
        }
    }

    @Test(
        "say what is wrong with a request",
        arguments: [
            ("GET", "/queue?limit=0", 400), ("GET", "/queue?limit=201", 400),
            ("GET", "/queue?stat=dead", 400),
            ("GET", "/queue?state=none", 400), ("GET", "/queue?state=dead&state=ready", 400),
            ("GET", "/ledger/entries?from=2026-02-30", 400), ("GET", "/ledger/entries?from=yesterday", 400),
            ("GET", "/find", 400), ("GET", "/changes/99999", 404), ("GET", "/changes/x", 404),
            ("GET", "/records/public.bills/99", 404), ("GET", "/records/pg_class/1", 404),
            ("GET", "/sources/public.none", 404), ("GET", "/nothing", 404), ("GET", "/changes/%00", 400),
            ("GET", "/ledger/entries?min=x", 400),
            ("GET", "/ledger/entries?text=%27;drop%20table%20bills", 200),
            ("DELETE", "/queue", 405), ("POST", "/queue", 405), ("HEAD", "/queue", 200),
            ("PATCH", "/queue", 405),
        ]
    )
    func refusals(method: String, path: String, status: Int) async throws {
        try await Served.with { served in
            let token = try await served.token()
            let reply = try await served.api(method, path, token)
            #expect(reply.status == status, "\(reply.answer.text)")
            guard status >= 400, method != "HEAD" else { return }
            #expect(reply.answer["Content-Type"] == "application/problem+json")
            #expect(reply.json["status"]?.number?.int == status)
            if status != 400 || !path.contains("%00") {
                #expect(reply.answer["X-Correlation-Id"] == reply.json["instance"]?.string)
            }
            if status == 405 { #expect(reply.answer["Allow"]?.contains("GET") == true) }
        }
    }

    @Test("take only JSON, only so much, and only fields that they have")
    func bodies() async throws {
        try await Served.with { served in
            let token = try await served.token()
            func post(_ text: String, type: String = "application/json") async throws -> Int {
                try await WebClient.ask(
                    "/api/v1/changes/retry",
                    at: served.port,
                    method: "POST",
                    headers:
                        "Authorization: Bearer \(token)\r\nIdempotency-Key: \(Secret.random(length: 9))\r\n"
                        + "Content-Type: \(type)\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n",
                    body: text
                ).status
            }
            #expect(try await post("{") == 400)
            #expect(try await post("[1]") == 400)
            #expect(try await post("{}", type: "text/plain") == 415)
            #expect(try await post(#"{"class": 5}"#) == 422)
            #expect(try await post(#"{"clas": "x"}"#) == 422)
            #expect(try await post(#"{"changes": ["1", 2]}"#) == 422)
            #expect(try await post("{}") == 422)
            #expect(try await post(#"{"class": ""# + String(repeating: "x", count: 70_000) + #""}"#) == 413)
            #expect(try await post(String(repeating: "[", count: 5_000)) == 400)
            #expect(try await post(#"{"class": "data.missing"}"#) == 200)
        }
    }

    @Test("are answered with their tag, and again only when they changed")
    func tags() async throws {
        try await Served.with { served in
            let token = try await served.token()
            let first = try await served.api("GET", "/configuration/queue_batch_size", token)
            let tag = try #require(first.answer["ETag"])
            let path = "/configuration/queue_batch_size"
            #expect(try await served.api("GET", path, token, headers: [("If-None-Match", tag)]).status == 304)
            #expect(
                try await served.api("PUT", path, token, body: ["value": "400"]).code == "if-match-missing"
            )
            let wrong = try await served.api(
                "PUT",
                path,
                token,
                body: ["value": "400"],
                headers: [("If-Match", "\"1\"")]
            )
            #expect(wrong.code == "changed-meanwhile")
            let right = try await served.api(
                "PUT",
                path,
                token,
                body: ["value": "400"],
                headers: [("If-Match", "\"500\"")]
            )
            #expect(right.status == 200 && right.data?["value"]?.string == "400")
            #expect(right.data?["updated_by"]?.string?.contains("asha, token 1, 127.0.0.1") == true)
            let bad = try await served.api(
                "PUT",
                path,
                token,
                body: ["value": "0"],
                headers: [("If-Match", "*")]
            )
            #expect(bad.status == 422 && bad.json["detail"]?.string?.contains("from 1 to 100000") == true)
            #expect(try await served.api("GET", path, token, headers: [("If-None-Match", tag)]).status == 200)
        }
    }

    @Test("are all in the document, which names nothing else")
    func document() async throws {
        try await Served.with { served in
            let reply = try await served.api("GET", "/openapi.json")
            #expect(reply.json["openapi"]?.string == "3.1.0")
            let paths = try #require(reply.json["paths"]?.object)
            #expect(Set(paths.keys) == Set(Catalog.all.map(\.path)))
            for endpoint in Catalog.all {
                #expect(
                    paths[endpoint.path]?[endpoint.method.rawValue.lowercased()]?["summary"]?.string
                        == endpoint.summary
                )
            }
            let identifiers = Catalog.all.map {
                paths[$0.path]?[$0.method.rawValue.lowercased()]?["operationId"]?.string
            }
            #expect(Set(identifiers).count == Catalog.all.count)
        }
    }
}
