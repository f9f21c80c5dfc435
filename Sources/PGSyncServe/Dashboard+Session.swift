import HTTPServer
import JSON
import Postgres

/// Who is logged in, which is answered without a log-in and, as far as it can be, without the database.
extension Dashboard {
    func session(_ verb: Endpoint.SessionVerb, _ call: Call) async throws -> HTTPResponse {
        switch verb {
        case .show: return await document(call.actor)
        case .begin: return try await logIn(call)
        case .confirm: return try await confirm(call)
        case .end:
            try await gate.logOut(call.actor)
            return HTTPResponse(status: 204, headers: [("Set-Cookie", cookie("", for: .zero, of: call.head))])
        }
    }

    private func logIn(_ call: Call) async throws -> HTTPResponse {
        let (secret, actor): (String, Actor)
        do {
            (secret, actor) = try await gate.logIn(
                token: call.arguments["token"],
                code: call.arguments["code"],
                client: call.client
            )
        } catch let problem as Problem where problem.isNews {
            await acting.record("log-in", by: Actor(name: "unknown", scopes: []), call, result: "refused")
            throw problem
        }
        await acting.record("log-in", by: actor, call, result: "done")
        var response = await document(actor)
        response.headers.append(("Set-Cookie", cookie(secret, for: Gate.lifetime, of: call.head)))
        return response
    }

    private func confirm(_ call: Call) async throws -> HTTPResponse {
        guard call.actor.session != nil else { throw Problem(.logInNeeded, "log in first") }
        let name: String?
        do {
            name = try await gate.confirm(
                call.actor,
                token: call.arguments["token"] ?? "",
                client: call.client
            )
        } catch let problem as Problem where problem.isNews {
            name = nil
        }
        let result = name == nil ? "refused" : "done"
        await acting.record("confirm", by: call.actor, call, result: result, confirmedBy: name)
        guard name != nil else { throw Problem(.forbidden, "that is not the token of an admin") }
        let cookie = cookie(of: call.head)
        let renewed = try await gate.actor(of: call.head, cookie: cookie, client: call.client)
        return await document(renewed ?? .nobody)
    }

    private func cookie(_ secret: String, for time: Duration, of head: HTTPHead) -> String {
        "\(cookieName(for: head))=\(secret); Path=/; Max-Age=\(time.components.seconds); HttpOnly; SameSite=Strict"
            + (options.isSecure ? "; Secure" : "")
    }

    /// What the database would say is left out while it is away.
    private func document(_ actor: Actor) async -> HTTPResponse {
        let place = try? await reading.read(
            as: Scope.read.role,
            """
            select
                current_database()::text,
                (select own.reset_val from pg_settings as own where own.name = 'TimeZone')
            """,
            []
        )
        let pairs: [(String, JSONValue)] = [
            ("logged_in", .bool(actor.session != nil)),
            ("anonymous", .bool(actor.token == nil && !actor.scopes.isEmpty)),
            ("name", actor.token == nil && actor.scopes.isEmpty ? .null : .string(actor.name)),
            ("token", actor.token.map { .string("\($0)") } ?? .null),
            (
                "scopes",
                .array(
                    Scope.allCases.filter { actor.scopes.contains($0) }.map { .string($0.rawValue) }
                )
            ),
            ("site", actor.site.map { .string($0) } ?? .null),
            ("csrf", gate.csrfToken(of: actor).map { .string($0) } ?? .null),
            ("expires_at", actor.expiresAt.map { .string(Self.rfc3339($0)) } ?? .null),
            ("confirmed_until", actor.confirmedUntil.map { .string(Self.rfc3339($0)) } ?? .null),
            ("database", place?.rows.first?[0].map { .string($0) } ?? .null),
            ("version", .string(options.version)),
            ("time_zone", place?.rows.first?[1].map { .string($0) } ?? .null),
        ]
        return Answer(json: JSONValue.object(JSONObject(pairs)).text()).response
    }

    /// A time as the database writes it in UTC, as the API does.
    private static func rfc3339(_ text: String) -> String {
        let time = text.replacing(" ", with: "T", maxReplacements: 1)
        return time.hasSuffix("+00") ? time.dropLast(3) + "Z" : time
    }
}
