import Concurrency
import HTTPServer
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Access to the API", .servedDatabase, .timeLimit(.minutes(5)))
struct AccessTests {
    /// Bodies with which each act would do something, or be refused for its state rather than its form.
    static let bodies: [String: JSONValue] = [
        "/changes/retry": ["class": "data.missing"],
        "/changes/resolve": ["changes": ["6"], "reason": "twice"],
        "/queue/search": ["table": "public.bills", "column": "note", "contains": "SECRET"],
        "/jobs": ["kind": "verify"], "/queue/jobs": ["kind": "retry", "state": "dead"],
        "/proof/differences/{id}/mark": ["state": "open"],
        "/proof/differences/{id}/accept": ["reason": "known"],
        "/silences": ["kind": "QUEUE_BACKUP", "ends_at": "2099-01-01T00:00:00Z", "reason": "import"],
        "/configuration/{key}": ["value": "8"], "/tokens": ["name": "ravi", "scopes": ["read"]],
        "/rule-diffs": ["rule": "bill", "version": 1],
        "/ledger/periods/{period}/reopen": ["reason": "late bill"],
        "/schedules/{name}": ["cron": "0 4 * * *"],
        "/imports/failed-items/{id}/resolve": ["reason": "a test"],
        "/sync-{import}/enhanced": ["syncType": "daily"],
        "/conflicts/{id}/resolve": ["take": "local"], "/sync/upload": ["records": []],
        "/sync/columns": ["columns": [:]],
        "/sync/acknowledge": ["status": "success"], "/sync/reset": ["node": "north"],
    ]

    static let guarded = Catalog.all.filter {
        $0.scope != nil && !["/events", "/sync/stream"].contains($0.path)
    }

    private func ask(_ endpoint: Endpoint, _ served: Served, _ token: String?) async throws -> Reply {
        try await served.ask(
            endpoint.method.rawValue,
            endpoint.base + EndpointTests.path(of: endpoint),
            token,
            body: endpoint.method == .post || endpoint.method == .put
                ? Self.bodies[endpoint.path] ?? [:] : Optional.none,
            headers: endpoint.method == .put ? [("If-Match", "*")] : []
        )
    }

    @Test("is refused without a token, with a wrong one, and without the scope")
    func scopes() async throws {
        try await Served.with { served in
            var tokens: [Scope: String] = [:]
            for scope in Scope.allCases { tokens[scope] = try await served.token(scope) }
            for endpoint in Self.guarded {
                #expect(try await ask(endpoint, served, nil).code == "log-in-needed", "\(endpoint.path)")
                for (scope, token) in tokens where scope != endpoint.scope {
                    let reply = try await ask(endpoint, served, token)
                    #expect(reply.code == "forbidden", "\(endpoint.path) as \(scope): \(reply.answer.body)")
                    #expect(reply.json["scope"]?.string == endpoint.scope?.rawValue)
                }
            }
            #expect(try await served.api("GET", "/queue", Secret.token()).code == "log-in-needed")
            // Nothing was done, and every refused act is on record.
            #expect(
                try await served.database.run("select count(*)::text from pgsync.acts where result = 'done'")
                    == ["0"]
            )
            let acts = Self.guarded.count { $0.act != nil }
            #expect(
                try await served.database.run(
                    "select count(*)::text from pgsync.acts where result = 'refused' and act <> 'token'"
                )
                    == ["\(acts * 5)"]
            )
        }
    }

    @Test("is refused by the database, too, where the server does not look at scopes")
    func database() async throws {
        try await Served.with(options: { $0.skipsScopeCheck = true }) { served in
            var tokens: [Scope: String] = [:]
            for scope in Scope.allCases { tokens[scope] = try await served.token(scope) }
            for endpoint in Self.guarded where endpoint.scope != .read {
                for (scope, token) in tokens where scope != endpoint.scope {
                    // Two functions are for operators and admins; the list of tokens has no secrets.
                    let isShared = Self.shared.contains(endpoint.path) && [.operate, .admin].contains(scope)
                    // Whose calls are refused pauses the endpoint.
                    if scope == .node, endpoint.path == "/endpoints/{name}/pause" { continue }
                    if isShared || endpoint.path == "/tokens" && endpoint.method == .get { continue }
                    if endpoint.needsConfirmation { continue }
                    let reply = try await ask(endpoint, served, token)
                    #expect(
                        reply.code == "forbidden",
                        "\(endpoint.method) \(endpoint.path) as \(scope): \(reply.answer.body)"
                    )
                }
            }
        }
    }

    private static let shared: Set<String> = [
        "/jobs", "/proof/differences/{id}/mark", "/masters/{name}/sync",
    ]

    @Test("lets a login that is only of pgsync_dashboard serve everything, and nothing else")
    func leastPrivilege() async throws {
        let login = "dashboard_of_\(TestDatabase.current.name)"
        let superuser = TestDatabase.current.superuser
        try await TestDatabase.current.run(
            "create role \(login) login in role pgsync_dashboard",
            as: superuser
        )
        let result: Result<Void, any Error>
        do {
            let own = superuser.with("user", login)
            try await Served.with(to: own) { served in
                let token = try await served.token()
                for endpoint in Self.guarded where endpoint.method == .get && endpoint.scope != .node {
                    #expect(try await ask(endpoint, served, token).status == 200, "\(endpoint.path)")
                }
                let retried = try await served.api(
                    "POST",
                    "/changes/retry",
                    token,
                    body: ["class": "data.missing"]
                )
                #expect(retried.status == 200, "\(retried.answer.body)")
                #expect(
                    try await served.database.run(
                        "select login || ' ' || actor from pgsync.acts where act = 'retry'"
                    )
                        == ["\(login) asha"]
                )
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await TestDatabase.current.run("drop role \(login)", as: superuser)
        try result.get()
    }

    @Test("stores who acted beside the login, and chains it")
    func actors() async throws {
        try await Served.with { served in
            let token = try await served.token(.operate, named: "rāvi")
            let paused = try await served.api(
                "POST",
                "/sources/public.bills/pause",
                token,
                body: ["reason": "audit"]
            )
            #expect(paused.status == 200, "\(paused.answer.body)")
            #expect(
                try await served.api("POST", "/sources/public.bills/pause", token, body: [:]).status == 409
            )
            #expect(
                try await served.database.run("select paused_by from pgsync.sources")
                    == ["postgres (rāvi, token 1, 127.0.0.1)"]
            )
            #expect(
                try await served.database.run(
                    "select concat_ws('|', actor, token, act, object, reason, result) from pgsync.acts order by id"
                ) == ["rāvi|1|pause|public.bills|audit|done", "rāvi|1|pause|public.bills|failed"]
            )
            // Nobody else is believed about whom he acts for.
            try await served.database.run(
                "create role liar_\(served.database.name) login in role pgsync_operator"
            )
            let liar = served.database.superuser.with("user", "liar_\(served.database.name)")
            try await served.database.run(
                #"set pgsync.actor = '{"name": "asha"}'; select pgsync.resume('bills'); select pgsync.pause('bills')"#,
                as: liar
            )
            #expect(
                try await served.database.run("select paused_by from pgsync.sources")
                    == ["liar_\(served.database.name)"]
            )
            await #expect(throws: PostgresError.self) {
                try await served.database.run("select pgsync.record_act('x', null, null, 'done')", as: liar)
            }
            try await served.database.run(
                """
                drop owned by liar_\(served.database.name); drop role liar_\(served.database.name);
                select pgsync.extend_chain(1000) from generate_series(1, 4)
                """
            )
            #expect(
                try await served.database.run(
                    "select sum(cardinality(keys))::text from pgsync.audit_chain where kind = 'act'"
                )
                    == ["2"]
            )
        }
    }

    @Test("shows images with their scope alone, and records each look without what was seen")
    func images() async throws {
        try await Served.with { served in
            let token = try await served.token(.images)
            let reply = try await served.api("GET", "/changes/6/image", token)
            #expect(reply.data?["data"]?["note"]?.string == "secret")
            let again = [("Idempotency-Key", "same")]
            #expect(try await served.api("GET", "/changes/6/image", token, headers: again).status == 200)
            #expect(try await served.api("GET", "/changes/6/image", token, headers: again).status == 200)
            let found = try await served.api(
                "POST",
                "/queue/search",
                token,
                body: ["table": "public.bills", "column": "note", "contains": "SECR"]
            )
            #expect(found.data?[0]?["record"]?.string == "6" && found.data?.array?.count == 1)
            let looks = try await served.database.run(
                "select act || ' ' || object from pgsync.acts order by id"
            )
            #expect(
                looks == [
                    "look at image 6", "look at image 6", "look at image 6", "search images public.bills",
                ]
            )
            #expect(
                try await served.database.run(
                    """
                    select count(*)::text from (
                        select details::text as text from pgsync.acts union all select answer from pgsync.api_requests
                    ) as kept
                    where lower(text) like '%secr%'
                    """
                ) == ["0"]
            )
            for endpoint in Self.guarded where endpoint.scope == .images && endpoint.method == .get {
                #expect(endpoint.act != nil || endpoint.look != nil, "\(endpoint.path)")
            }
            let reader = try await served.token(.read)
            for path in ["/changes/6", "/queue", "/records/public.bills/6", "/find?q=6", "/status"] {
                #expect(
                    !(try await served.api("GET", path, reader).answer.body.contains("secret")),
                    "\(path)"
                )
            }
        }
    }

    @Test("needs no token for what --anonymous allows, and for nothing else")
    func anonymous() async throws {
        try await Served.with(options: { $0.allow(withoutToken: ["read"]) }) { served in
            let list = try await served.api("GET", "/queue")
            #expect(list.status == 200)
            #expect(try await served.api("GET", "/session").data?["anonymous"]?.bool == true)
            #expect(try await served.api("GET", "/changes/6/image").code == "forbidden")
            #expect(
                try await served.api("POST", "/changes/retry", body: ["class": "data.missing"]).code
                    == "forbidden"
            )
        }
    }

    @Test("believes a proxy that is named who asks and where the page is, and nobody else")
    func proxies() async throws {
        let forwarded = [("X-Forwarded-For", "9.9.9.9, 10.0.0.1"), ("X-Forwarded-For", "10.0.0.2")]
        for isTrusted in [true, false] {
            try await Served.with(options: { options in
                options.proxies = isTrusted ? ["127.0.0.1"] : []
                options.origins = ["https://books.example"]
            }) { served in
                let token = try await served.token(.operate)
                let headers = forwarded + [("Origin", "https://books.example")]
                let body: JSONValue = ["class": "data.missing"]
                #expect(
                    try await served.api("POST", "/changes/retry", token, body: body, headers: headers).status
                        == 200
                )
                let foreign = forwarded + [("Origin", "https://other.example")]
                #expect(
                    try await served.api("POST", "/changes/retry", token, body: body, headers: foreign).code
                        == "forbidden"
                )
                #expect(
                    try await served.database.run(
                        "select address from pgsync.acts where result = 'done' order by id desc limit 1"
                    )
                        == [isTrusted ? "10.0.0.2" : "127.0.0.1"]
                )
                let begun = try await served.api("POST", "/session", body: ["token": .string(token)])
                let cookie = try #require(begun.answer["Set-Cookie"])
                #expect(
                    cookie.hasPrefix("__Host-pgsync=") == isTrusted && cookie.contains("Secure") == isTrusted
                )
            }
        }
    }
}

extension Endpoint {
    /// Whether it is refused before the database is asked.
    var needsConfirmation: Bool {
        guard case .act(let act) = work else { return false }
        return act.isConfirmed(Arguments()) || path.hasPrefix("/configuration")
    }
}
