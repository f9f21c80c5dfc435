import HTTPServer
import JSON
import Postgres
import Telemetry

/// Runs what does something: the act, its record and its answer in one transaction, once for each idempotency key.
struct Acting: Sendable {
    let pool: Pool
    /// For records of their own, which must not wait for acts.
    let records: Pool
    let gate: Gate
    let logger: Logger

    func answer(_ call: Call, _ act: Act) async throws -> Answer {
        let confirmation = try await confirmation(of: call, act)
        let key = try idempotencyKey(call, act)
        do {
            return try await run(call, act, key: key, confirmedBy: confirmation)
        } catch let error as PostgresError where error.isOutcomeUnknown {
            // It may have been done, with its record: the answer says how to find out.
            throw error
        } catch {
            let problem = (error as? Problem) ?? (error as? PostgresError).map { Problem($0) }
            await record(
                call,
                act,
                result: problem?.kind == .forbidden ? "refused" : "failed",
                problem.map { "\($0.kind.rawValue): \($0.detail)" } ?? "\(error)"
            )
            throw error
        }
    }

    /// Every POST has a key, made by who asks, under which it is done once.
    private func idempotencyKey(_ call: Call, _ act: Act) throws -> String? {
        // A look that is repeated is another look.
        guard call.endpoint.method != .get, act.keepsAnswer else { return nil }
        guard let key = call.request.head["Idempotency-Key"] else {
            guard call.endpoint.method != .post else {
                throw Problem(
                    .idempotencyKeyMissing,
                    "send a header Idempotency-Key with a new random text for each act"
                )
            }
            return nil
        }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(.badRequest, "the header Idempotency-Key is a text of up to 200 letters")
        }
        return key
    }

    /// Who confirms an act that needs it.
    private func confirmation(of call: Call, _ act: Act) async throws -> String? {
        guard act.isConfirmed(call.arguments) else { return nil }
        if call.actor.session != nil, let name = call.actor.confirmedBy { return name }
        if call.actor.session == nil, let token = call.request.head["X-Confirm-Token"] {
            do {
                if let name = try await gate.second(token, client: call.client) { return name }
            } catch let problem as Problem {
                await record(call, act, result: "refused", "the token that confirms: \(problem.detail)")
                throw problem
            }
        }
        await record(call, act, result: "refused", "confirmation-needed")
        throw Problem(
            .confirmationNeeded,
            "an admin's token has to be shown again: POST /session/confirm, or a header X-Confirm-Token"
        )
    }

    private func run(_ call: Call, _ act: Act, key: String?, confirmedBy: String?) async throws -> Answer {
        let role = call.actor.role(for: call.endpoint.scope ?? .operate)
        let who = call.actor.setting(
            address: call.client,
            correlation: call.correlation,
            confirmedBy: confirmedBy
        )
        let head = call.request.head
        let hash = Secret.hash(
            of: "\(head.method) \(head.target)\n" + String(decoding: call.request.body, as: UTF8.self)
        )
        let sql = "select \(Reading.row(of: call.endpoint)) as row from (\(act.statement.sql)) as page"
        let values = act.statement.values(call.arguments)
        let correlation = call.correlation
        let given = call.arguments.recorded.text()
        let object = act.object.flatMap { call.arguments[$0] }
        let reason = call.arguments["reason"] ?? call.arguments["note"]
        return try await pool.withSession(repeats: false) { session in
            try session.transaction(TransactionOptions(isolation: .readCommitted)) {
                var head: [Query] = [
                    "select set_config('role', \(role), true)",
                    """
                    select set_config('pgsync.actor', \(who), true), set_config('pgsync.trigger', 'api', true),
                        set_config('pgsync.correlation_id', \(correlation), true)
                    """,
                ]
                if let key {
                    head.append(
                        "select status, answer from pgsync.begin_request(\(key), decode(\(hash), 'hex'))"
                    )
                }
                let begun = try session.pipeline(head)
                if key != nil, let known = begun.last?.first {
                    let status: Int = try known.decode("status")
                    let answer: String = try known.decode("answer")
                    return Answer(
                        json: answer,
                        status: status,
                        headers: [("Idempotency-Replayed", "true")] + Self.location(act, answer)
                    )
                }
                let rows = try session.query(Query(sql, values.map { $0 })).map {
                    try $0.decode("row", as: String.self)
                }
                guard act.isList || !rows.isEmpty else { throw Problem(act.nothing, act.whenNothing) }
                let json = act.isList ? "[\(rows.joined(separator: ","))]" : rows[0]
                if let refusal = act.refusal(try JSONValue(parsing: json)) { throw refusal }
                // A new token is not in it yet.
                let kept = act.keepsAnswer ? json : "null"
                try session.query(
                    """
                    select pgsync.record_act(
                        \(act.name), \(object), \(reason), 'done',
                        jsonb_build_object('given', \(given)::text::jsonb, 'answer', \(kept)::text::jsonb)
                    )
                    """
                )
                if let key {
                    try session.query("select pgsync.settle_request(\(key), \(act.status)::integer, \(kept))")
                }
                return Answer(json: json, status: act.status, headers: Self.location(act, json))
            }
        }
    }

    /// Where more is to be seen of what was begun.
    private static func location(_ act: Act, _ json: String) -> [(name: String, value: String)] {
        guard let location = act.location, let number = try? JSONValue(parsing: json)["job"]?.string else {
            return []
        }
        return [("Location", location + number)]
    }

    /// Puts on record what was not done; a failure to do so is only logged.
    func record(_ call: Call, _ act: Act, result: String, _ why: String) async {
        let who = call.actor.setting(address: call.client, correlation: call.correlation, confirmedBy: nil)
        let object = act.object.flatMap { call.arguments[$0] }
        let details = JSONValue.object(
            JSONObject([("why", .string(why)), ("given", call.arguments.recorded)])
        ).text()
        await record(who, act.name, object, call.arguments["reason"], result, details)
    }

    /// Puts on record what is no act, such as a log-in.
    func record(
        _ name: String,
        of object: String? = nil,
        by actor: Actor,
        _ call: Call,
        result: String,
        confirmedBy: String? = nil
    ) async {
        let who = actor.setting(address: call.client, correlation: call.correlation, confirmedBy: confirmedBy)
        await record(who, name, object, nil, result, "{}")
    }

    /// Puts on record what somebody could not show to be.
    func recordRefusal(
        of name: String,
        from client: String,
        correlation: String,
        by actor: Actor = Actor(name: "unknown", scopes: [])
    ) async {
        let who = actor.setting(address: client, correlation: correlation, confirmedBy: nil)
        await record(who, name, nil, nil, "refused", "{}")
    }

    private func record(
        _ who: String,
        _ name: String,
        _ object: String?,
        _ reason: String?,
        _ result: String,
        _ details: String
    ) async {
        do {
            // At worst it is on record twice.
            try await records.withSession { session in
                _ = try session.pipeline([
                    "select set_config('pgsync.actor', \(who), true)",
                    "select pgsync.record_act(\(name), \(object), \(reason), \(result), \(details)::text::jsonb)",
                ])
            }
        } catch {
            logger.warning(
                "An act could not be put on record",
                ["act": .string(name), "error": .string("\(error)")]
            )
        }
    }
}

extension Endpoint {
    /// What it does, if it does something that is put on record.
    var act: Act? {
        switch work {
        case .act(let act): act
        case .startSync: Catalog.startOfSync.act
        default: nil
        }
    }

    /// Whether an act answers with a list.
    var isListOfRows: Bool { if case .act(let act) = work { act.isList } else { false } }
}

extension Arguments {
    /// The arguments as they may be kept.
    fileprivate var recorded: JSONValue {
        let kept = values.filter {
            !["new_hash", "contains", "if_match", "reason", "apiKey"].contains($0.key)
        }
        return .object(JSONObject(kept.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}

extension PostgresError {
    /// Whether a transaction may or may not have happened.
    fileprivate var isOutcomeUnknown: Bool { if case .commitOutcomeUnknown = kind { true } else { false } }
}
