import HTTPServer
import JSON
import Postgres

extension Dashboard {
    func exchange(_ verb: Exchange.Verb, _ call: Call) async throws -> HTTPResponse {
        guard let node = call.actor.node else {
            throw Problem(.forbidden, "this needs the token of a node: pgsync node add", as: .scope)
        }
        let caller = Exchange.Caller(
            setting: call.actor.setting(
                address: call.client,
                correlation: call.correlation,
                confirmedBy: nil
            ),
            correlation: call.correlation
        )
        do {
            return try await answer(verb, call, node, caller)
        } catch let error as PostgresError where error.sqlState?.code == "42P01" && verb == .upload {
            // What a trigger of a table does not find is not what was asked for.
            throw Problem(.unprocessable, "a trigger of the master fails: \(error.message)")
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            // The administrators of both sides may be told, unlike others who ask.
            throw Problem(
                .forbidden,
                "\(error.message); the master has to grant select, insert, update and delete on the tables that are "
                    + "exchanged, and usage on their schemas, to pgsync_node"
            )
        }
    }

    private func answer(
        _ verb: Exchange.Verb,
        _ call: Call,
        _ node: String,
        _ caller: Exchange.Caller
    ) async throws -> HTTPResponse {
        switch verb {
        case .upload: return try await upload(call, node, caller)
        case .download: return try await download(call, node, caller)
        case .columns:
            guard let columns = call.body["columns"], columns.object != nil, !columns.isUnstorable else {
                throw Problem(
                    .unprocessable,
                    "/columns is an object: of each table, its new columns with their types"
                )
            }
            return Self.document(
                try await exchange.answer(
                    "select pgsync.take_columns(\(node), \(columns.text())::text::jsonb)::text",
                    for: caller
                )
            )
        case .acknowledge:
            let (time, status) = (call.arguments["timestamp"], call.arguments["status"] ?? "")
            let (message, cursor) = (call.arguments["message"], call.arguments["cursor"])
            let sums = call.arguments["checksums"]
            let json = try await exchange.answer(
                """
                select pgsync.acknowledge_exchange(
                    \(node), \(time)::text::timestamptz, \(status), \(message), \(cursor), \(sums)::text::jsonb
                )::text
                """,
                for: caller
            )
            return Self.document(json)
        case .status:
            return Self.document(
                try await exchange.answer("select pgsync.exchange_status(\(node))::text", for: caller)
            )
        case .stream: return try changes.response(for: call, gate: gate)
        }
    }

    private func upload(_ call: Call, _ node: String, _ caller: Exchange.Caller) async throws -> HTTPResponse
    {
        guard let records = call.body["records"]?.array else {
            throw Problem(.unprocessable, "/records is a list")
        }
        guard records.count <= Exchange.mostRecords else {
            throw Problem(.tooLarge, "an upload has up to \(Exchange.mostRecords) records")
        }
        try await exchange.fold()
        let list = JSONValue.array(records.map(\.orRefusal)).text()
        let (sequence, clock) = (call.arguments["sequence"], call.arguments["clock"])
        let hash = Secret.hash(of: "\(sequence ?? "")\n\(list)")
        let statement: Query = """
            select pgsync.take_upload(
                \(node), \(list)::text::jsonb, \(sequence)::text::bigint, decode(\(hash), 'hex'),
                \(clock)::text::bigint
            )::text
            """
        let key = call.head["Idempotency-Key"]
        guard let key, sequence == nil else {
            return Self.document(try await exchange.answer(statement, for: caller))
        }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(.badRequest, "the header Idempotency-Key is a text of up to 200 letters")
        }
        let (json, isKept) = try await exchange.answer(statement, for: caller, key: key, hash: hash)
        var response = Self.document(json)
        if isKept { response.headers.append(("Idempotency-Replayed", "true")) }
        return response
    }

    private func download(
        _ call: Call,
        _ node: String,
        _ caller: Exchange.Caller
    ) async throws -> HTTPResponse {
        let (cursor, since) = (call.arguments["cursor"], call.arguments["last_synced_at"])
        let limit = call.arguments["limit"]
        let tables = call.arguments["tables"].map { text in
            text.split(separator: ",").map(String.init)
        }
        let sequence = call.arguments["sequence"]
        let wait = call.arguments["wait"].flatMap { Int($0) } ?? 0
        let deadline = ContinuousClock.now + .seconds(wait)
        while true {
            try await exchange.fold()
            // What is folded after this is news.
            let tick = wait > 0 ? try await exchange.foldedThrough() : 0
            let json = try await page(node, tables, cursor, since, limit, sequence, caller)
            let left = deadline - .now
            // An empty page, which names the columns of all tables, is one of those that are as short as this.
            guard left > .zero, json.utf8.count < 65_536,
                try JSONValue(parsing: json)["records"]?.array?.isEmpty ?? false
            else { return Self.document(json) }
            await changes.waitForChange(after: tick, atMost: left, gate)
            try Task.checkCancellation()
        }
    }

    private func page(
        _ node: String,
        _ tables: [String]?,
        _ cursor: String?,
        _ since: String?,
        _ limit: String?,
        _ sequence: String?,
        _ caller: Exchange.Caller
    ) async throws -> String {
        try await exchange.answer(
            """
            select pgsync.download_page(
                \(node), \(tables), \(cursor), \(since)::text::timestamptz, \(limit)::text::integer,
                \(sequence)::text::bigint
            )::text
            """,
            for: caller
        )
    }

    private static func document(_ json: String) -> HTTPResponse {
        HTTPResponse(
            headers: [("Content-Type", "application/json")],
            body: .bytes(Array("\(json)\n".utf8))
        )
    }
}

extension JSONValue {
    /// The record, or in its place why PostgreSQL cannot store it, so that it does not stop the others.
    fileprivate var orRefusal: JSONValue {
        guard isUnstorable else { return self }
        func clean(_ name: String) -> JSONValue {
            self[name].flatMap { $0.isUnstorable ? nil : $0 } ?? .null
        }
        return [
            "table": clean("table"), "id": clean("id"),
            "unstorable": "it has the character U+0000 or a number of more digits than PostgreSQL stores",
        ]
    }

    fileprivate var isUnstorable: Bool {
        switch self {
        case .string(let text): text.utf8.contains(0)
        case .number(let number): number.hasManyDigits
        case .array(let elements): elements.contains(where: \.isUnstorable)
        case .object(let members): members.contains { $0.0.utf8.contains(0) || $0.1.isUnstorable }
        default: false
        }
    }
}

extension JSONNumber {
    /// Whether it may have more than some thousand digits, written out.
    fileprivate var hasManyDigits: Bool {
        let exponent = text.split { $0 == "e" || $0 == "E" }.dropFirst().first ?? ""
        return text.utf8.count > 10_000 || exponent.filter(\.isNumber).drop { $0 == "0" }.count > 4
    }
}
