// Long because every endpoint is asked as two sites of one served database.
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("A token of one site", .siteDatabase, .timeLimit(.minutes(5)))
struct SiteTokenTests {
    private static let sites = ["north": "711", "south": "722"]
    /// What no role of the database can refuse: figures that are kept for all who may read, and their stream.
    private static let kept = ["GET /status", "GET /events", "GET /sync-{import}/enhanced"]
    private static let guarded = Catalog.all.filter { $0.scope != nil }

    /// Asks for what is of a site, by the numbers that this site's records begin with.
    private func ask(_ endpoint: Endpoint, _ served: Served, _ token: String, of site: String) async throws
        -> Reply
    {
        let mark = Self.sites[site] ?? ""
        func own(_ what: String) async throws -> String {
            let found = try await served.database.run(
                "select coalesce(min(\(what)), 0)::text from pgsync.sync_logs as log where log.record_id like '\(mark)%'"
            )
            return found.compactMap { $0 }.first ?? "0"
        }
        let path =
            switch endpoint.path {
            case "/queue": "/queue"
            case "/find": "/find?q=\(mark)001"
            case "/changes/{id}": "/changes/\(try await own("log.id"))"
            case "/records/{table}/{key}": "/records/public.bills/\(mark)001"
            case "/ledger/entries/{id}":
                "/ledger/entries/\(try await own("(select min(entry.id) from ledger.journal_entries as entry where entry.change_id = log.id)"))"
            default: EndpointTests.path(of: endpoint)
            }
        var body: JSONValue?
        if endpoint.method == .post || endpoint.method == .put {
            body = AccessTests.bodies[endpoint.path] ?? [:]
            if endpoint.path == "/changes/resolve" {
                let dead = try await served.database.run(
                    "select max(log_id)::text from pgsync.waiting_changes where record_id like '\(mark)%'"
                )
                body = [
                    "changes": .array(dead.compactMap { $0.map { .string($0) } }), "reason": "paid in cash",
                ]
            }
        }
        return try await served.ask(
            endpoint.method.rawValue,
            endpoint.base + path,
            token,
            body: body,
            headers: endpoint.method == .put ? [("If-Match", "*")] : []
        )
    }

    @Test("is answered for that site alone, or refused, at every endpoint and with every scope")
    func matrix() async throws {
        try await Served.with { served in
            var refused = 0
            for (site, mark) in Self.sites {
                for scope in [Scope.images, .admin, .audit] {
                    await #expect(throws: PostgresError.self) {
                        try await served.token(.read, scope, site: site)
                    }
                }
                let other = site == "north" ? "722" : "711"
                for scopes in [[Scope.read], [.operate], [.read, .operate]] {
                    let token =
                        scopes.count == 2
                        ? try await served.token(.read, .operate, site: site)
                        : try await served.token(scopes[0], site: site)
                    for endpoint in Self.guarded {
                        let reply = try await ask(endpoint, served, token, of: site)
                        let isFor = endpoint.ofSite != nil && scopes.contains(endpoint.scope ?? .audit)
                        if !isFor, endpoint.act != nil { refused += 1 }
                        let what =
                            "\(endpoint.method) \(endpoint.path) of \(site) as \(scopes): \(reply.answer.body)"
                        #expect(reply.status == (isFor ? 200 : 403), "\(what)")
                        // The number of a record of the other site, and not the fraction of a second.
                        let numbers = reply.answer.body.matches(of: /\.?[0-9]+/).map(\.output)
                        #expect(!numbers.contains { $0.hasPrefix("\(other)0") }, "\(what)")
                        #expect(
                            reply.answer["Content-Type"]
                                == (isFor ? "application/json" : "application/problem+json"),
                            "\(what)"
                        )
                        if isFor, endpoint.method == .get,
                            !["/queue/counts", "/queue/classes"].contains(endpoint.path)
                        {
                            #expect(reply.answer.body.contains(mark), "\(what)")
                        }
                        if isFor, let list = reply.data?.array { #expect(!list.isEmpty, "\(what)") }
                        let rows = reply.data.map { $0.array ?? [$0] } ?? []
                        for row in rows where isFor {
                            for field in endpoint.answer {
                                let complaint = field.complaint(about: row[field.name])
                                #expect(
                                    complaint == nil,
                                    "\(endpoint.path): \(field.name) \(complaint ?? "")"
                                )
                            }
                        }
                    }
                }
            }
            #expect(
                try await served.database.run(
                    "select string_agg(distinct act, ',' order by act) from pgsync.acts where result = 'done'"
                ) == ["resolve,retry"]
            )
            #expect(
                try await served.database.run(
                    "select count(*)::text from pgsync.acts where result = 'refused'"
                ) == ["\(refused)"]
            )
        }
    }

    @Test("is refused by the database, too, where the server does not look at scopes and sites")
    func database() async throws {
        try await Served.with(options: { $0.skipsScopeCheck = true }) { served in
            for site in Self.sites.keys {
                let reads = try await served.token(.read, site: site)
                let operates = try await served.token(.operate, site: site)
                for endpoint in Self.guarded
                where !Self.kept.contains("\(endpoint.method.rawValue) \(endpoint.path)")
                    && !endpoint.needsConfirmation
                {
                    for token in [reads, operates] {
                        let mayAct = token == operates && endpoint.scope == .operate
                        guard endpoint.ofSite == nil || endpoint.scope == .operate && !mayAct else {
                            continue
                        }
                        let reply = try await ask(endpoint, served, token, of: site)
                        #expect(
                            reply.code == "forbidden",
                            "\(endpoint.method) \(endpoint.path) of \(site): \(reply.answer.body)"
                        )
                    }
                }
            }
            #expect(
                try await served.database.run("select count(*)::text from pgsync.acts where result = 'done'")
                    == ["0"]
            )
        }
    }

    @Test("reads what a login of that site reads")
    func sameAsLogin() async throws {
        try await Served.with { served in
            let login = "nora_\(served.database.name)"
            try await served.database.run(
                "create role \(login) login in role pgsync_site_reader; select pgsync.grant_site('\(login)', 'north')",
                as: served.database.superuser
            )
            let reader = served.database.superuser.with("user", login)
            let result: Result<Void, any Error>
            do {
                let token = try await served.token(.read, site: "north")
                for (path, name, query) in [
                    (
                        "/queue?limit=200", "change",
                        "select log_id::text from pgsync.site_waiting order by log_id desc"
                    ),
                    (
                        "/ledger/entries?limit=200", "entry",
                        "select id::text from pgsync.site_entries as own order by own.id desc"
                    ),
                ] {
                    let seen = try await served.database.run(query, as: reader)
                    let told = try await served.api("GET", path, token).data?.array?.compactMap {
                        $0[name]?.string
                    }
                    #expect(told == seen && !seen.isEmpty, "\(path)")
                }
                // Nobody but pgsync serve is believed about the site.
                let forged =
                    "set pgsync.actor = '{\"site\": \"south\"}'; select count(*)::text from pgsync.site_records where site = 'south'"
                #expect(try await served.database.run(forged, as: reader) == ["0"])
                result = .success(())
            } catch { result = .failure(error) }
            try await served.database.run(
                "drop owned by \(login); drop role \(login)",
                as: served.database.superuser
            )
            try result.get()
        }
    }

    @Test("finds nothing of other sites by asking for it, nor learns that it is there")
    func others() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .operate, site: "north")
            let south = try await served.database.run(
                "select log_id::text from pgsync.waiting_changes where record_id like '722%' order by log_id"
            )
            let change = try #require(south.first ?? nil)
            let entry = try await served.database.run(
                "select max(id)::text from ledger.journal_entries where site = 'south'"
            ).compactMap { $0 }
            for path in [
                "/changes/\(change)", "/records/public.bills/722001",
                "/ledger/entries/\(entry[0])",
            ] {
                let reply = try await served.api("GET", path, token)
                #expect(
                    reply.status == 404 && !reply.answer.body.contains("near"),
                    "\(path): \(reply.answer.body)"
                )
            }
            #expect(try await served.api("GET", "/find?q=722001", token).data?.array?.isEmpty == true)
            #expect(try await served.api("GET", "/queue?key=722009", token).data?.array?.isEmpty == true)
            // The same words for what is there and what is not.
            var words: Set<String> = []
            for changes: JSONValue in [[.string(change)], ["99999999"], [.string(change), "99999999"]] {
                for path in ["/changes/retry", "/changes/resolve"] {
                    let body: JSONValue =
                        path == "/changes/retry"
                        ? ["changes": changes] : ["changes": changes, "reason": "why"]
                    let reply = try await served.api("POST", path, token, body: body)
                    #expect(reply.code == "forbidden", "\(reply.answer.body)")
                    words.insert(reply.json["detail"]?.string ?? "")
                }
            }
            #expect(words.count == 1)
            // By class: those of its own site alone.
            let retried = try await served.api("POST", "/changes/retry", token, body: ["class": "data.*"])
            #expect(retried.data?["retried"]?.number?.int == 2, "\(retried.answer.body)")
            #expect(
                try await served.database.run(
                    "select distinct left(record_id, 3) from pgsync.waiting_changes where error_class is not null and state <> 'dead'"
                ) == ["711"]
            )
            // Dead ones are found behind a thousand that wait.
            try await served.database.run(
                """
                insert into bills select 711100000 + n, null, 'north' from generate_series(1, 1001) as n;
                select pgsync.process_batch('test', 2000, isolate => true);
                select pgsync.retry_changes();
                update pgsync.sync_queue set scheduled_at = now() + interval '1 day';
                insert into bills values (711200000, null, 'north');
                select pgsync.process_batch('test', 500, isolate => true);
                """
            )
            let dead: JSONValue = ["class": "data.*", "only_dead": true]
            let again = try await served.api("POST", "/changes/retry", token, body: dead)
            #expect(again.data?["retried"]?.number?.int == 1, "\(again.answer.body)")
            let cursor = try await served.api("GET", "/queue?limit=1", token).json["next"]?.string ?? ""
            let foreign = try await served.token(.read, site: "south")
            #expect(
                try await served.api("GET", "/queue?limit=1&cursor=\(cursor)", foreign).code
                    == "cursor-invalid"
            )
        }
    }

    @Test("is made over the API, and a browser is told its site")
    func made() async throws {
        try await Served.with { served in
            let admin = try await served.token(.admin)
            let made = try await served.api(
                "POST",
                "/tokens",
                admin,
                body: ["name": "nora", "scopes": ["read"], "site": "north"]
            )
            #expect(made.data?["site"]?.string == "north", "\(made.answer.body)")
            let secret = try #require(made.data?["secret"]?.string)
            let begun = try await served.api("POST", "/session", body: ["token": .string(secret)])
            #expect(begun.data?["site"]?.string == "north")
            let refused = try await served.api(
                "POST",
                "/tokens",
                admin,
                body: ["name": "nora", "scopes": ["read", "images"], "site": "north"]
            )
            #expect(refused.code == "unprocessable" && refused.answer.body.contains("read and operate"))
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// Bills of two sites, whose numbers begin with 711 and 722: posted, amended, waiting and dead.
    fileprivate static var siteDatabase: DatabaseTrait {
        .migrated(
            as: "served_sites",
            """
            \(LittleLedger.bills)
            select pgsync.attach('bills', site_column => 'note');
            insert into bills
            select site.mark * 1000 + n, n, site.name
            from (values (711, 'north'), (722, 'south')) as site (mark, name)
            cross join generate_series(1, 5) as n;
            insert into bills values (711008, null, 'north'), (711009, null, 'north');
            insert into bills values (722008, null, 'south'), (722009, null, 'south');
            select pgsync.process_batch('test', 500, isolate => true);
            update bills set amount = 9 where id in (711001, 722001);
            select pgsync.process_batch('test', 500, isolate => true);
            insert into bills values (711010, 7, 'north'), (722010, 7, 'south'), (733010, 7, null);
            select pgsync.request_job('verify', 'all');
            """
        )
    }
}
