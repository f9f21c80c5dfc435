import HTTPServer
import JSON
import Postgres

/// The endpoints about who is logged in, which work without a log-in and, as far as they can, without the database.
struct SessionWork: Sendable {
    let gate: Gate
    let acting: Acting
    let options: DashboardOptions
    let reading: Reading
    let cookieName: String

    /// The answer if the endpoint is one of these.
    func answer(
        _ endpoint: Endpoint,
        _ actor: Actor?,
        _ head: HTTPHead,
        _ body: JSONObject,
        client: String,
        correlation: String
    ) async throws -> HTTPResponse? {
        switch (endpoint.method, endpoint.path) {
        case (.get, "/session"): return await document(actor, head)
        case (.post, "/session"):
            _ = try Call.arguments(of: endpoint, path: [:], query: [], body: body)
            return try await logIn(body, head, client: client, correlation: correlation)
        case (.delete, "/session"):
            if let actor {
                if actor.session != nil { try checkCSRF(head, actor) }
                try await gate.logOut(actor)
            }
            return HTTPResponse(status: 204, headers: [("Set-Cookie", cookie("", age: 0))])
        case (.post, "/session/confirm"):
            _ = try Call.arguments(of: endpoint, path: [:], query: [], body: body)
            guard let actor, actor.session != nil else { throw Problem(.logInNeeded, "log in first") }
            try checkCSRF(head, actor)
            return try await confirm(actor, body, head, client: client, correlation: correlation)
        default: return nil
        }
    }

    private func checkCSRF(_ head: HTTPHead, _ actor: Actor) throws {
        guard let shown = head["X-CSRF-Token"], let own = gate.csrfToken(of: actor),
            Secret.isEqual(shown, own)
        else {
            throw Problem(.forbidden, "the header X-CSRF-Token is not that of the session: see GET /session")
        }
    }

    private func logIn(_ body: JSONObject, _ head: HTTPHead, client: String, correlation: String) async throws
        -> HTTPResponse
    {
        let (secret, actor): (String, Actor)
        do {
            (secret, actor) = try await gate.logIn(
                token: body["token"]?.string,
                code: body["code"]?.string,
                client: client
            )
        } catch let problem as Problem where problem.isNews {
            let nobody = Actor(name: "unknown", scopes: [])
            await acting.record(
                nobody.setting(address: client, correlation: correlation, confirmedBy: nil),
                "log-in",
                nil,
                nil,
                "refused"
            )
            throw problem
        }
        await acting.record(
            actor.setting(address: client, correlation: correlation, confirmedBy: nil),
            "log-in",
            nil,
            nil,
            "done"
        )
        var response = await document(actor, head)
        response.headers.append(("Set-Cookie", cookie(secret, age: 12 * 3600)))
        return response
    }

    private func confirm(
        _ actor: Actor,
        _ body: JSONObject,
        _ head: HTTPHead,
        client: String,
        correlation: String
    )
        async throws -> HTTPResponse
    {
        let name: String?
        do {
            name = try await gate.confirm(actor, token: body["token"]?.string ?? "", client: client)
        } catch let problem as Problem where problem.isNews {
            name = nil
        }
        await acting.record(
            actor.setting(address: client, correlation: correlation, confirmedBy: name),
            "confirm",
            nil,
            nil,
            name == nil ? "refused" : "done"
        )
        guard name != nil else { throw Problem(.forbidden, "that is not the token of an admin") }
        let renewed = try await gate.actor(of: head, cookie: sessionCookie(head), client: client)
        return await document(renewed, head)
    }

    private func sessionCookie(_ head: HTTPHead) -> String? {
        (head["Cookie"] ?? "").split(separator: ";").lazy.map { $0.drop { $0 == " " } }
            .first { $0.hasPrefix(cookieName + "=") }
            .map { String($0.dropFirst(cookieName.count + 1)) }
    }

    private func cookie(_ secret: String, age: Int) -> String {
        "\(cookieName)=\(secret); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict"
            + (options.isSecure ? "; Secure" : "")
    }

    /// Who is logged in.
    ///
    /// What the database would say is left out while it is away.
    private func document(_ actor: Actor?, _ head: HTTPHead) async -> HTTPResponse {
        let place = try? await reading.read(
            as: Scope.read.role,
            "select current_database()::text, (select own.reset_val from pg_settings as own where own.name = 'TimeZone')",
            []
        )
        let pairs: [(String, JSONValue)] = [
            ("logged_in", .bool(actor?.session != nil)),
            ("anonymous", .bool(actor != nil && actor?.token == nil)),
            ("name", actor.map { .string($0.name) } ?? .null),
            ("token", actor?.token.map { .string("\($0)") } ?? .null),
            (
                "scopes",
                .array(
                    Scope.allCases.filter { actor?.scopes.contains($0) == true }.map { .string($0.rawValue) }
                )
            ),
            ("site", actor?.site.map { .string($0) } ?? .null),
            ("csrf", actor.flatMap(gate.csrfToken(of:)).map { .string($0) } ?? .null),
            ("expires_at", actor?.expiresAt.map { .string(Self.rfc3339($0)) } ?? .null),
            ("confirmed_until", actor?.confirmedUntil.map { .string(Self.rfc3339($0)) } ?? .null),
            ("database", place?.rows.first?[0].map { .string($0) } ?? .null),
            ("version", .string(options.version)),
            ("time_zone", place?.rows.first?[1].map { .string($0) } ?? .null),
        ]
        return Dashboard.response(
            .data(
                JSONValue.object(JSONObject(pairs)).text(),
                extra: [],
                status: 200,
                headers: []
            )
        )
    }

    /// A time as the database writes it in UTC, as the API does.
    static func rfc3339(_ text: String) -> String {
        let time = text.replacing(" ", with: "T", maxReplacements: 1)
        return time.hasSuffix("+00") ? time.dropLast(3) + "Z" : time
    }
}
