import Compression
import Concurrency
import HTTPServer
import JSON
import Postgres
import Telemetry

/// What becomes of a request whose body has come.
extension Dashboard {
    func respond(
        to request: HTTPRequest,
        _ path: ArraySlice<String>,
        _ query: [(name: String, value: String)]
    )
        async -> HTTPResponse
    {
        let correlation = "http-" + Secret.random(length: 16).lowercased()
        let began = ContinuousClock.now
        var response: HTTPResponse
        do {
            response = try await answer(request, path, query, correlation)
        } catch {
            response = problem(error, correlation).response(correlation: correlation)
        }
        response.headers.append(("X-Correlation-Id", correlation))
        if response["Cache-Control"] == nil { response.headers.append(("Cache-Control", "no-store")) }
        let milliseconds = (.now - began).components.attoseconds / 100_000_000_000_000
        let seconds = (.now - began).components.seconds
        response.headers.append(
            ("Server-Timing", "all;dur=\(seconds * 1_000 + milliseconds / 10).\(milliseconds % 10)")
        )
        return compressed(response, for: request.head)
    }

    private func problem(_ error: any Error, _ correlation: String) -> Problem {
        switch error {
        case let error as Problem: return error
        case let error as PostgresError:
            let problem = Problem(error)
            if problem.kind == .internalError || problem.kind == .databaseAway {
                logger.warning(
                    "A request failed",
                    ["error": .string("\(error)"), "correlation.id": .string(correlation)]
                )
            }
            return problem
        case is CancellationError: return Problem(.databaseAway, "the server stops")
        default:
            logger.error(
                "A request failed",
                ["error": .string("\(error)"), "correlation.id": .string(correlation)]
            )
            return Problem(.internalError, "the log of pgsync serve says more under this correlation id")
        }
    }

    private func answer(
        _ request: HTTPRequest,
        _ path: ArraySlice<String>,
        _ query: [(name: String, value: String)],
        _ correlation: String
    ) async throws -> HTTPResponse {
        let head = request.head
        let matches = endpoints.compactMap { endpoint in endpoint.match(path).map { (endpoint, $0) } }
        guard !matches.isEmpty else {
            throw Problem(.notFound, "there is nothing at this path; see /api/v1/openapi.json")
        }
        let method = head.method == "HEAD" ? "GET" : head.method
        guard let (endpoint, pathValues) = matches.first(where: { $0.0.method.rawValue == method }) else {
            var problem = Problem(.methodNotAllowed, "\(head.method) is not for this path")
            let allowed =
                matches.map(\.0.method.rawValue) + (matches.contains { $0.0.method == .get } ? ["HEAD"] : [])
            problem.headers = [("Allow", allowed.joined(separator: ", "))]
            throw problem
        }
        if let accept = head["Accept"], !Self.accepts(accept, endpoint) {
            throw Problem(.notAcceptable, "the answer is JSON")
        }
        let client = options.client(of: head)
        let cookie = self.cookie(of: head)
        try checkOrigin(of: head, endpoint, client: client)
        let actor = try await actor(of: head, cookie, endpoint, client: client, correlation)
        let body = try body(of: request, endpoint)
        if let session = try await SessionWork(
            gate: gate,
            acting: acting,
            options: options,
            reading: reading,
            cookieName: cookieName
        ).answer(
            endpoint,
            actor,
            head,
            body,
            client: client,
            correlation: correlation
        ) {
            return session
        }
        guard let actor else {
            guard endpoint.scope == nil else {
                throw Problem(.logInNeeded, "send a token in the header Authorization, or log in")
            }
            return try await run(
                endpoint,
                Actor(name: "anonymous", scopes: []),
                request,
                pathValues,
                query,
                body,
                client,
                correlation
            )
        }
        if actor.session != nil, endpoint.method != .get { try checkCSRF(head, actor) }
        return try await run(endpoint, actor, request, pathValues, query, body, client, correlation)
    }

    /// Who asks; a wrong token is put on record, and what needs none is answered while the database is away.
    private func actor(
        of head: HTTPHead,
        _ cookie: String?,
        _ endpoint: Endpoint,
        client: String,
        _ correlation: String
    ) async throws -> Actor? {
        do {
            return try await gate.actor(
                of: head,
                cookie: cookie,
                client: client,
                touch: endpoint.path != "/events"
            )
        } catch let problem as Problem where problem.isNews {
            let nobody = Actor(name: "unknown", scopes: [])
            await acting.record(
                nobody.setting(address: client, correlation: correlation, confirmedBy: nil),
                "token",
                nil,
                nil,
                "refused"
            )
            throw problem
        } catch let error as PostgresError where error.isConnectionLost && endpoint.scope == nil {
            return nil
        }
    }

    private func run(
        _ endpoint: Endpoint,
        _ actor: Actor,
        _ request: HTTPRequest,
        _ pathValues: [String: String],
        _ query: [(name: String, value: String)],
        _ body: JSONObject,
        _ client: String,
        _ correlation: String
    ) async throws -> HTTPResponse {
        var call = Call(
            endpoint: endpoint,
            request: request,
            actor: actor,
            client: client,
            correlation: correlation,
            arguments: Arguments(),
            body: body
        )
        if let scope = endpoint.scope {
            guard actor.scopes.contains(scope) || options.skipsScopeCheck else {
                if case .act(let act) = endpoint.work {
                    call.arguments =
                        (try? Call.arguments(of: endpoint, path: pathValues, query: query, body: body))
                        ?? Arguments()
                    await acting.record(call, act, result: "refused", "scope \(scope.rawValue) is missing")
                }
                var problem = Problem(.forbidden, "this needs a token with the scope \(scope.rawValue)")
                problem.scope = scope
                throw problem
            }
            guard actor.site == nil else {
                throw Problem(.forbidden, "tokens of one site are for the views site_… in psql, not for this")
            }
        }
        call.arguments = try Call.arguments(of: endpoint, path: pathValues, query: query, body: body)
        if case .own = endpoint.work, endpoint.path == "/events" {
            return try hub.response(for: call, gate: gate, cookie: cookie(of: request.head))
        }
        if case .own = endpoint.work, endpoint.path == "/status" {
            let (json, at) = try await hub.status(for: actor)
            return Self.response(
                .data(json, extra: [("as_of", .string(at)), ("capped", false)], status: 200, headers: [])
            )
        }
        switch endpoint.work {
        case .act(let act):
            var secret: String?
            if endpoint.method == .put, endpoint.path.hasPrefix("/configuration") {
                guard let match = request.head["If-Match"] else {
                    throw Problem(.ifMatchMissing, "send the current value in quotes as If-Match, or *")
                }
                guard body["value"] != nil else {
                    throw Problem(.unprocessable, "/value is required; null resets the setting")
                }
                call.arguments["if_match"] = match
            } else if act.name == "token create" {
                let token = Secret.token()
                secret = token
                call.arguments["new_prefix"] = Secret.prefix(of: token)
                call.arguments["new_hash"] = Secret.hash(of: token)
            }
            let answer = try await acting.answer(call, act)
            if act.name.hasPrefix("token") { gate.forgetAll() }
            hub.noteAct(endpoint.path)
            return Self.response(secret.map { answer.showing(secret: $0) } ?? answer)
        case .own(let work): return Self.response(try await work(call))
        default:
            var response = Self.response(try await reading.answer(call))
            if let tag = call.entityTag(of: response.text), !endpoint.isList {
                response.headers.append(("ETag", tag))
                if head(request, matches: tag) { return HTTPResponse(status: 304, headers: [("ETag", tag)]) }
            }
            return response
        }
    }

    private func head(_ request: HTTPRequest, matches tag: String) -> Bool {
        let known = ["*", tag, "W/" + tag]
        for shown in (request.head["If-None-Match"] ?? "").split(separator: ",") {
            if known.contains(String(shown).filter({ $0 != " " })) { return true }
        }
        return false
    }

    private static func accepts(_ accept: String, _ endpoint: Endpoint) -> Bool {
        let own = endpoint.path == "/events" ? "text/event-stream" : "application/json"
        let wanted = ["*/*", own, String(own.prefix { $0 != "/" }) + "/*"]
        for type in accept.lowercased().split(separator: ",") {
            let name = String(type.prefix { $0 != ";" }).filter { $0 != " " }
            if wanted.contains(name) { return true }
        }
        return false
    }

    static func response(_ answer: Answer) -> HTTPResponse {
        switch answer {
        case .response(let response): return response
        case .data(let json, let extra, let status, let headers):
            let rest = extra.map { ",\(JSONValue.string($0.0).text()):\($0.1.text())" }.joined()
            return HTTPResponse(
                status: status,
                headers: [("Content-Type", "application/json")] + headers,
                body: .bytes(Array("{\"data\":\(json)\(rest)}\n".utf8))
            )
        }
    }

    private func compressed(_ response: HTTPResponse, for head: HTTPHead) -> HTTPResponse {
        guard case .bytes(let bytes) = response.body, bytes.count >= 1_024,
            head["Accept-Encoding"]?.lowercased().contains("gzip") == true,
            response["Content-Encoding"] == nil,
            let smaller = Gzip.compress(bytes, level: 3)
        else { return response }
        var copy = response
        copy.body = .bytes(smaller)
        copy.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return copy
    }
}
