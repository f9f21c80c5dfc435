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
        _ query: [(name: String, value: String)],
        among endpoints: [Endpoint]
    )
        async -> HTTPResponse
    {
        let correlation = Problem.newCorrelation()
        let began = ContinuousClock.now
        var response: HTTPResponse
        var signer: Signer?
        do {
            signer = try await self.signer(of: request, correlation)
            if let problem = signer?.problem { throw problem }
            response = try await answer(request, path, query, correlation, signer, among: endpoints)
        } catch {
            let problem = problem(error, correlation)
            if let refusal = problem.refusal { metrics?.note(refusal) }
            response = problem.response(correlation: correlation)
        }
        response.headers.append(("X-Correlation-Id", correlation))
        if response["Cache-Control"] == nil { response.headers.append(("Cache-Control", "no-store")) }
        let took = ContinuousClock.now - began
        metrics?.note(response, took: took)
        let milliseconds = took / .milliseconds(1)
        response.headers.append(("Server-Timing", "all;dur=\((milliseconds * 10).rounded() / 10)"))
        let sent = compressed(response, for: request.head)
        return signer?.signed(sent) ?? sent
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
        _ correlation: String,
        _ signer: Signer?,
        among endpoints: [Endpoint]
    ) async throws -> HTTPResponse {
        let head = request.head
        let all = endpoints.compactMap { endpoint in endpoint.match(path).map { (endpoint, $0) } }
        // A path that is written out is not also one with a parameter.
        let fewest = all.map(\.1.count).min()
        let matches = all.filter { $0.1.count == fewest }
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
        var call = Call(
            endpoint: endpoint,
            request: request,
            path: pathValues,
            query: endpoint.isExchange ? Exchange.joined(query) : query,
            body: try body(of: request, signer, endpoint),
            client: options.client(of: head),
            correlation: correlation
        )
        let actor = if let signer { signer.actor } else { try await actor(of: call) }
        call.actor = actor ?? .nobody
        if let node = call.actor.node { try await checkCertificate(of: call, from: node) }
        do {
            try checkOrigin(of: call)
            // Logging in needs none: it is what makes one.
            let logsIn = if case .session(.begin) = endpoint.work { true } else { false }
            if call.actor.session != nil, endpoint.method != .get, !logsIn { try checkCSRF(of: call) }
        } catch let problem {
            if actor != nil { await refuse(call, problem.detail) }
            throw problem
        }
        if actor == nil, endpoint.scope != nil {
            throw Problem(.logInNeeded, "send a token in the header Authorization, or log in")
        }
        try await checkScope(of: call)
        if call.actor.site != nil, let own = call.endpoint.ofSite { call.endpoint = own }
        call.arguments = try call.checkedArguments()
        let response = try await answer(call)
        if let look = call.endpoint.look, head.method == "GET" {
            let object = call.arguments["id"] ?? call.arguments["job"]
            await acting.record(look, of: object, by: call.actor, call, result: "done")
        }
        return response
    }

    /// Who has signed the request, if it is signed; a wrong signature is put on record.
    private func signer(of request: HTTPRequest, _ correlation: String) async throws -> Signer? {
        let client = options.client(of: request.head)
        do {
            let signer = try await signatures.signer(of: request, client: client)
            if signer?.problem?.isNews ?? false {
                await acting.recordRefusal(of: "signature", from: client, correlation: correlation)
            }
            return signer
        } catch let problem as Problem where problem.isNews {
            await acting.recordRefusal(of: "signature", from: client, correlation: correlation)
            throw problem
        }
    }

    /// Who asks; a wrong token is put on record, and what needs none is answered while the database is away.
    private func actor(of call: Call) async throws -> Actor? {
        let endpoint = call.endpoint
        let watches = if case .events = endpoint.work { true } else { false }
        do {
            let cookie = cookie(of: call.head)
            return try await gate.actor(of: call.head, cookie: cookie, client: call.client, touch: !watches)
        } catch let problem as Problem where problem.isNews {
            await acting.recordRefusal(of: "token", from: call.client, correlation: call.correlation)
            throw problem
        } catch let error as PostgresError where error.isConnectionLost && endpoint.scope == nil {
            return nil
        }
    }

    /// A node whose token was stolen is none: it also has the private key of a certificate with its name.
    private func checkCertificate(of call: Call, from node: String) async throws {
        guard options.nodesNeedCertificates, call.head.certificateName != node else { return }
        let found =
            call.head.certificateName.map { "the one that was shown is of \($0)" }
            ?? call.head.certificateProblem ?? "none was asked for"
        if gate.isNews(from: call.client) {
            await acting.recordRefusal(
                of: "certificate",
                from: call.client,
                correlation: call.correlation,
                by: call.actor
            )
        }
        throw Problem(
            .forbidden,
            "requests of \(node) need a certificate of that common name, and \(found): pgsync sync join --certificate",
            as: .certificate
        )
    }

    private func checkScope(of call: Call) async throws {
        guard let scope = call.endpoint.scope else { return }
        guard call.actor.scopes.contains(scope) || options.skipsScopeCheck else {
            await refuse(call, "scope \(scope.rawValue) is missing")
            var problem = Problem(
                .forbidden,
                "this needs a token with the scope \(scope.rawValue)",
                as: .scope
            )
            problem.scope = scope
            throw problem
        }
        guard call.actor.site == nil || call.endpoint.ofSite != nil || options.skipsScopeCheck else {
            await refuse(call, "it is not for a token of one site")
            throw Problem(
                .forbidden,
                "a token of one site cannot ask for this, which is of all sites",
                as: .scope
            )
        }
    }

    /// Puts an act on record that is refused before its arguments are checked.
    private func refuse(_ call: Call, _ why: String) async {
        guard let act = call.endpoint.act else { return }
        var given = call
        given.arguments = (try? call.checkedArguments()) ?? Arguments()
        await acting.record(given, act, result: "refused", why)
    }

    private func answer(_ call: Call) async throws -> HTTPResponse {
        switch call.endpoint.work {
        case .session(let verb): return try await session(verb, call)
        case .document: return OpenAPI.response
        case .events: return try hub.response(for: call, gate: gate)
        case .export: return try await exporting.response(for: call)
        case .status: return try await hub.status(for: call.actor).response
        case .act(let act): return try await perform(act, call).response
        case .startSync: return try await startSync(call)
        case .sync: return try await sync(call)
        case .exchange(let verb): return try await exchange(verb, call)
        case .row(_, let tag, _): return tagged(try await reading.answer(call), by: tag, for: call.head)
        case .rows, .pages, .framed: return try await reading.answer(call).response
        }
    }

    private func perform(_ act: Act, _ call: Call) async throws -> Answer {
        var call = call
        if act.needsIfMatch {
            guard let match = call.head["If-Match"] else {
                throw Problem(.ifMatchMissing, "send the current value in quotes as If-Match, or *")
            }
            guard call.body["value"] != nil else {
                throw Problem(.unprocessable, "/value is required; null resets the setting")
            }
            call.arguments["if_match"] = match
        }
        let token = act.makesToken ? Secret.token() : nil
        if let token {
            call.arguments["new_prefix"] = Secret.prefix(of: token)
            call.arguments["new_hash"] = Secret.hash(of: token)
        }
        var answer = try await acting.answer(call, act)
        // Tokens may have ended.
        if call.endpoint.scope == .admin { gate.forgetAll() }
        hub.noteAct()
        if let token, !answer.headers.contains(where: { $0.name == "Idempotency-Replayed" }) {
            answer.json = answer.json.replacing(
                "\"secret\":null",
                with: "\"secret\":\"\(token)\"",
                maxReplacements: 1
            )
        }
        return answer
    }

    /// An answer with what tells its state from others, or only that when it was shown.
    private func tagged(_ answer: Answer, by field: String?, for head: HTTPHead) -> HTTPResponse {
        var answer = answer
        let value = field.flatMap { name in (try? JSONValue(parsing: answer.json))?[name]?.string }
        let isPlain =
            value?.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") } ?? false
        let tag = "\"\((isPlain ? value : nil) ?? String(Secret.hash(of: answer.json).prefix(32)))\""
        answer.headers.append(("ETag", tag))
        return self.head(head, matches: tag)
            ? HTTPResponse(status: 304, headers: [("ETag", tag)]) : answer.response
    }

    private func head(_ head: HTTPHead, matches tag: String) -> Bool {
        let known = ["*", tag, "W/" + tag]
        for shown in (head["If-None-Match"] ?? "").split(separator: ",") {
            if known.contains(String(shown).filter({ $0 != " " })) { return true }
        }
        return false
    }

    private static func accepts(_ accept: String, _ endpoint: Endpoint) -> Bool {
        // The form of a file is said by a parameter.
        if case .export = endpoint.work { return true }
        let own =
            switch endpoint.work {
            case .events, .exchange(.stream): ["text/event-stream"]
            case .sync: ["application/json", "text/event-stream"]
            default: ["application/json"]
            }
        let wanted = ["*/*"] + own + own.map { String($0.prefix { $0 != "/" }) + "/*" }
        for type in accept.lowercased().split(separator: ",") {
            let name = String(type.prefix { $0 != ";" }).filter { $0 != " " }
            if wanted.contains(name) { return true }
        }
        return false
    }

    private func compressed(_ response: HTTPResponse, for head: HTTPHead) -> HTTPResponse {
        guard case .bytes(let bytes) = response.body, bytes.count >= 1_024,
            head.takesGzip,
            response["Content-Encoding"] == nil,
            let smaller = Gzip.compress(bytes)
        else { return response }
        var copy = response
        copy.body = .bytes(smaller)
        copy.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return copy
    }
}
