// Long because the acts are seen through one served database.
import HTTPServer
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Acts over HTTP", .servedDatabase, .timeLimit(.minutes(5)))
struct ActTests {
    @Test("of all that match are jobs, and need a filter")
    func jobsOnTheQueue() async throws {
        try await Served.with { served in
            let token = try await served.token()
            let begun = try await served.api(
                "POST",
                "/queue/jobs",
                token,
                body: ["kind": "resolve", "state": "dead", "min_age": 0, "reason": "twice"]
            )
            #expect(begun.status == 202, "\(begun.answer.body)")
            let filter = try await served.database.run(
                "select reason from pgsync.queue_jobs where state = 'dead' and captured_before is not null"
            )
            #expect(filter == ["twice"])
            for (body, code) in [
                (["kind": "retry"], "unprocessable"),
                (["kind": "verify", "class": "data.*"], "unprocessable"),
                (["kind": "retry", "table": "public.none"], "unprocessable"),
                (["kind": "resolve", "state": "dead", "reason": "again"], "conflict"),
                (["kind": "resolve", "class": "data.missing", "table": "public.bills"], "unprocessable"),
            ] as [(JSONValue, String)] {
                let reply = try await served.api("POST", "/queue/jobs", token, body: body)
                #expect(reply.code == code, "\(body): \(reply.answer.body)")
            }
            #expect(
                try await served.database.run(
                    "select kind from pgsync.sync_jobs where kind like 're%e' or kind = 'retry'"
                ) == ["resolve"]
            )
        }
    }

    @Test("on settings are remembered with who, from what to what, and why, whichever way they were changed")
    func settings() async throws {
        try await Served.with { served in
            let token = try await served.token(.read, .admin, named: "asha")
            let put = try await served.api(
                "PUT",
                "/configuration/queue_batch_size",
                token,
                body: ["value": "400", "reason": "slow disk"],
                headers: [("If-Match", "\"500\"")]
            )
            #expect(put.status == 200, "\(put.answer.body)")
            try await served.database.run(
                """
                update pgsync.sync_configuration set config_value = '300' where config_key = 'queue_batch_size';
                update pgsync.sync_configuration set config_value = '300' where config_key = 'queue_batch_size';
                select pgsync.reset_configuration('queue_batch_size');
                """,
                as: served.database.superuser
            )
            let history = try await served.api("GET", "/configuration/queue_batch_size/history", token)
            let told = history.data?.array?.map { change in
                ["by", "from", "to", "reason"].map { change[$0]?.string ?? "–" }.joined(separator: " ")
            }
            #expect(
                told == [
                    "postgres 300 500 –", "postgres 400 300 –",
                    "postgres (asha, token 1, 127.0.0.1) 500 400 slow disk",
                ]
            )
            #expect(
                try await served.api("GET", "/configuration/retry_delay_seconds/history", token).data?.array
                    == []
            )
            for change in ["delete from", "truncate"] {
                await #expect(throws: PostgresError.self) {
                    try await served.database.run(
                        "\(change) pgsync.configuration_history",
                        as: served.database.superuser
                    )
                }
            }
        }
    }

    @Test("begin a comparison of a rule with a version or a text, and its result is shown with its sums")
    func ruleDiffs() async throws {
        try await Served.with { served in
            let token = try await served.token()
            for (body, code) in [
                (["rule": "bill"], "unprocessable"), (["rule": "bill", "version": 7], "unprocessable"),
                (["rule": "bill", "version": 1, "text": "x"], "unprocessable"),
                (["rule": "nothing", "text": "x"], "not-found"),
                (
                    ["rule": "bill", "text": "x", "since": "2026-02-01", "until": "2026-01-01"],
                    "unprocessable"
                ),
            ] as [(JSONValue, String)] {
                let reply = try await served.api("POST", "/rule-diffs", token, body: body)
                #expect(reply.code == code, "\(body): \(reply.answer.body)")
            }
            let begun = try await served.api(
                "POST",
                "/rule-diffs",
                token,
                body: ["rule": "bill", "version": 1]
            )
            #expect(begun.status == 202, "\(begun.answer.body)")
            let job = try #require(begun.data?["job"]?.string)
            #expect(begun.answer["Location"] == "rule-diffs/\(job)")
            let list = try await served.api("GET", "/rule-diffs?rule=bill", token)
            #expect(list.data?.array?.compactMap { $0["job"]?.string } == [job, "1"])
            let again = try await served.api(
                "POST",
                "/rule-diffs",
                token,
                body: ["rule": "bill", "text": "x"]
            )
            #expect(again.code == "conflict", "\(again.answer.body)")
            let one = try await served.api("GET", "/rule-diffs/1", token)
            #expect(one.data?["sums"]?[0]?["difference"]?.string == "10.50", "\(one.answer.body)")
            let records = try await served.api("GET", "/rule-diffs/1/records", token)
            #expect(records.data?[0]?["record"]?.string == "1")
            #expect(
                try await served.database.run(
                    "select object from pgsync.acts where act = 'look at rule diff' and result = 'done'"
                ) == ["1"]
            )
            #expect(try await served.api("POST", "/jobs/\(job)/cancel", token, body: [:]).status == 200)
        }
    }

    @Test("of a class or a table are for a thousand at most, counted as they would be done")
    func limit() async throws {
        try await Served.with { served in
            try await served.database.run(
                """
                insert into bills (id, amount) select n, n from generate_series(10000, 11000) as n;
                update pgsync.sync_queue
                set sync_status = 'failed', error_class = 'rule.missing', error_message = 'made up'
                where error_class is null;
                """,
                as: served.database.superuser
            )
            let token = try await served.token(.read, .operate)
            let many = try await served.api("POST", "/changes/retry", token, body: ["class": "rule.*"])
            #expect(many.code == "unprocessable" && many.answer.body.contains("/queue/jobs"))
            let few = try await served.api("POST", "/changes/retry", token, body: ["class": "data.missing"])
            #expect(few.data?["retried"]?.number?.int == 1, "\(few.answer.body)")
        }
    }

    @Test("never does to all what was asked for something that is not there")
    func widening() async throws {
        try await Served.with { served in
            let token = try await served.token()
            for body: JSONValue in [
                ["table": "public.none"], ["changes": []], ["table": "public.none", "class": "data.missing"],
            ] {
                let reply = try await served.api("POST", "/changes/retry", token, body: body)
                #expect(
                    reply.status == 422 || reply.data?["retried"]?.number?.int == 0,
                    "\(reply.answer.body)"
                )
            }
            #expect(
                try await served.database.run(
                    "select count(*)::text from pgsync.waiting_changes where state = 'dead'"
                ) == ["1"]
            )
            let silence: JSONValue = [
                "kind": "QUEUE_BACKUP", "table": "public.none", "ends_at": "2099-01-01T00:00:00Z",
                "reason": "x",
            ]
            #expect(try await served.api("POST", "/silences", token, body: silence).code == "not-found")
            let own = try await served.api("POST", "/changes/retry", token, body: ["table": "public.bills"])
            #expect(own.data?["retried"]?.number?.int == 1)
        }
    }

    @Test("does an act once for a key, however many ask at once")
    func once() async throws {
        try await Served.with { served in
            let token = try await served.token(.admin)
            let key = [("Idempotency-Key", "one")]
            let body: JSONValue = ["name": "ravi", "scopes": ["read"]]
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await served.api("POST", "/tokens", token, body: body, headers: key) }
                }
                return try await group.reduce(into: [Reply]()) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 200 })
            #expect(Set(replies.map { $0.data?["token"]?.string }).count == 1)
            #expect(replies.count { $0.answer["Idempotency-Replayed"] == "true" } == 49)
            // The secret is shown once, works, and is kept nowhere.
            let secrets = replies.compactMap { $0.data?["secret"]?.string }
            #expect(secrets.count == 1)
            #expect(try await served.api("GET", "/queue", secrets.first).status == 200)
            #expect(
                try await served.database.run(
                    """
                    select count(*)::text from (
                        select answer as text from pgsync.api_requests union all select details::text from pgsync.acts
                    ) as kept
                    where text like '%' || '\(secrets.first ?? "none")' || '%'
                    """
                ) == ["0"]
            )
            let other = try await served.api(
                "POST",
                "/tokens",
                token,
                body: ["name": "x", "scopes": ["read"]],
                headers: key
            )
            #expect(other.code == "unprocessable")
            let missing = try await WebClient.ask(
                "/api/v1/tokens",
                at: served.port,
                method: "POST",
                headers: "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.text().utf8.count)\r\nConnection: close\r\n",
                body: body.text()
            )
            #expect(missing.status == 400 && missing.body.contains("idempotency-key-missing"))
            // Another actor's key is another key.
            let second = try await served.token(.admin)
            #expect(
                try await served.api("POST", "/tokens", second, body: body, headers: key).data?["token"]?
                    .string != nil
            )
        }
    }

    @Test("needs a token to be shown again for some acts, by the same or a second person")
    func confirmation() async throws {
        try await Served.with { served in
            let token = try await served.token(.admin, named: "asha")
            try await served.database.run("select ledger.start_closing('2026')")
            let path = "/ledger/periods/2026/reopen"
            let body: JSONValue = ["reason": "late bill"]
            #expect(try await served.api("POST", path, token, body: body).code == "confirmation-needed")
            let reader = try await served.token(.read, named: "eve")
            let wrong = try await served.api(
                "POST",
                path,
                token,
                body: body,
                headers: [("X-Confirm-Token", reader)]
            )
            #expect(wrong.code == "confirmation-needed")
            let second = try await served.token(.admin, named: "ravi")
            let right = try await served.api(
                "POST",
                path,
                token,
                body: body,
                headers: [("X-Confirm-Token", second)]
            )
            #expect(right.status == 200, "\(right.answer.body)")
            #expect(
                try await served.database.run(
                    "select concat_ws('|', actor, confirmed_by, result) from pgsync.acts order by id"
                ) == ["asha|refused", "asha|refused", "asha|ravi|done"]
            )
        }
    }

    @Test("lets browsers log in, act with what only their page knows, and log out")
    func browsers() async throws {
        try await Served.with { served in
            let token = try await served.token()
            #expect(
                try await served.api("POST", "/session", body: ["token": "pgs_wrong"]).code == "log-in-needed"
            )
            let begun = try await served.api("POST", "/session", body: ["token": .string(token)])
            let header = try #require(begun.answer["Set-Cookie"])
            #expect(
                header.contains("HttpOnly") && header.contains("SameSite=Strict")
                    && header.hasPrefix("pgsync-\(served.port)=")
            )
            #expect(!begun.answer.body.contains(token))
            let cookie = ("Cookie", String(header.prefix { $0 != ";" }))
            let csrf = try #require(begun.data?["csrf"]?.string)
            #expect(try await served.api("GET", "/queue", headers: [cookie]).status == 200)
            let body: JSONValue = ["class": "data.missing"]
            #expect(
                try await served.api("POST", "/changes/retry", body: body, headers: [cookie]).code
                    == "forbidden"
            )
            let own = [cookie, ("X-CSRF-Token", csrf)]
            for foreign in [
                ("Origin", "http://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"),
            ] {
                let reply = try await served.api(
                    "POST",
                    "/changes/retry",
                    body: body,
                    headers: own + [foreign]
                )
                #expect(reply.code == "forbidden", "\(foreign)")
            }
            let origin = ("Origin", "http://localhost")
            #expect(
                try await served.api("POST", "/changes/retry", body: body, headers: own + [origin]).status
                    == 200
            )
            let confirmed = try await served.api(
                "POST",
                "/session/confirm",
                body: ["token": .string(token)],
                headers: own
            )
            #expect(confirmed.data?["confirmed_until"]?.string?.hasSuffix("Z") == true)
            #expect(try await served.api("DELETE", "/session", headers: own).status == 204)
            #expect(try await served.api("GET", "/queue", headers: [cookie]).code == "log-in-needed")
        }
    }

    @Test("takes only so many wrong tokens in a minute from one address")
    func guessing() async throws {
        try await Served.with { served in
            var codes: [String?] = []
            for _ in 0..<14 { codes.append(try await served.api("GET", "/queue", Secret.token()).code) }
            #expect(codes.first == "log-in-needed" && codes.last == "too-many")
        }
    }

    @Test(
        "is asked for under the names that are served, and no other",
        arguments: ["evil.example", "localhost.evil", ""]
    )
    func hosts(host: String) async throws {
        try await Served.with { served in
            let client = try WebClient(port: served.port)
            try await client.send(
                "GET /api/v1/session HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
            )
            #expect(try await client.answer().status == 421)
        }
    }
}
