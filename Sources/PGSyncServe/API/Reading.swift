import JSON
import Postgres

/// Runs what only reads: one round trip, as the role of the scope, in a transaction that cannot write.
struct Reading: Sendable {
    let pool: Pool
    let cursorKey: [UInt8]

    private static let pageSize = 50
    private static let mostRows = 1_000

    /// Reads the answer of an endpoint.
    func answer(_ call: Call) async throws -> Answer {
        switch call.endpoint.work {
        case .pages(let statement, let keys, let isAscending):
            return try await pages(call, statement, call.endpoint.answer, keys, isAscending)
        case .framed(let frame, let name, let statement, let keys):
            let fields = call.endpoint.answer.filter { $0.name != name }
            let sql = "select \(Self.row(fields)) as row from (\(frame.sql)) as page limit 1"
            let (rows, _) = try await read(call, sql, frame.values(call.arguments))
            guard let row = rows.first?[0] else {
                throw Problem(.notFound, "there is nothing with this name")
            }
            guard
                case .list(.object(let parts)) = call.endpoint.answer.first(where: { $0.name == name })?.form
            else { throw Problem(.internalError, "\(name) is no list") }
            var answer = try await pages(call, statement, parts, keys, true)
            answer.json = "\(row.dropLast()),\"\(name)\":\(answer.json)}"
            return answer
        case .rows(let statement):
            let sql = """
                select \(Self.row(of: call.endpoint)) as row
                from (\(statement.sql)) as page
                limit \(Self.mostRows + 1)
                """
            let (rows, asOf) = try await read(call, sql, statement.values(call.arguments))
            let list = rows.prefix(Self.mostRows).map { $0[0] ?? "null" }.joined(separator: ",")
            return Self.list(
                "[\(list)]",
                next: nil,
                previous: nil,
                asOf,
                isCapped: rows.count > Self.mostRows
            )
        case .row(let statement, _, let near):
            let sql = "select \(Self.row(of: call.endpoint)) as row from (\(statement.sql)) as page limit 1"
            let (rows, asOf) = try await read(call, sql, statement.values(call.arguments))
            guard let row = rows.first?[0] else {
                var problem = Problem(.notFound, "there is nothing with this name")
                if let near {
                    problem.near = try await read(call, near.sql, near.values(call.arguments)).rows.compactMap
                    { $0[0] }
                }
                throw problem
            }
            return Answer(json: row, extra: [("as_of", .string(asOf)), ("capped", false)])
        case .act, .status, .events, .document, .export, .session, .startSync, .sync, .exchange:
            throw Problem(.internalError, "this is not read")
        }
    }

    private func pages(
        _ call: Call,
        _ statement: Statement,
        _ fields: [Field],
        _ keys: [String],
        _ isAscending: Bool
    ) async throws -> Answer {
        let size = call.arguments["limit"].flatMap { Int($0) } ?? Self.pageSize
        var filter = call.arguments
        filter["cursor"] = nil
        filter["limit"] = nil
        let filterText =
            call.endpoint.path + (call.actor.site.map { "\nsite \($0)" } ?? "")
            + filter.values.sorted { $0.key < $1.key }.map { "\n\($0.key)=\($0.value)" }.joined()
        var cursor: Cursor?
        if let text = call.arguments["cursor"] {
            cursor = Cursor(text, of: filterText, signedWith: cursorKey, keyCount: keys.count)
            if cursor == nil {
                throw Problem(
                    .cursorInvalid,
                    "the cursor is of another list, other filters, or another process; begin anew"
                )
            }
        }
        let isBackward = cursor?.isBackward ?? false
        let ascends = isAscending != isBackward
        let names = (1...keys.count).map { "page.k\($0)" }
        let first = statement.names.count
        let place =
            cursor == nil
            ? ""
            : """
            where (\(names.joined(separator: ", "))) \(ascends ? ">" : "<") (\(keys.enumerated().map {
                "$\(first + $0.offset + 1)::\($0.element)"
            }.joined(separator: ", ")))
            """
        let order = names.map { "\($0) \(ascends ? "asc" : "desc")" }.joined(separator: ", ")
        let sql = """
            select \(Self.row(fields)) as row, \(names.map { "\($0)::text" }.joined(separator: ", "))
            from (\(statement.sql)) as page
            \(place)
            order by \(order)
            limit \(size + 1)
            """
        var arguments = call.arguments
        arguments["page_size"] = String(size + 1)
        arguments["is_backward"] = String(isBackward)
        for (name, key) in zip(Statement.placeNames, cursor?.keys ?? []) { arguments[name] = key }
        let values: [String?] = statement.values(arguments) + (cursor?.keys ?? [])
        var (rows, asOf) = try await read(call, sql, values)
        let hasMore = rows.count > size
        rows = Array(rows.prefix(size))
        if isBackward { rows.reverse() }
        func text(_ row: [String?]?, backward: Bool) -> String? {
            row.map { row in
                Cursor(isBackward: backward, keys: row.dropFirst().map { $0 ?? "" })
                    .text(of: filterText, signedWith: cursorKey)
            }
        }
        let next = isBackward || hasMore ? text(rows.last, backward: false) : nil
        let previous = (isBackward ? hasMore : cursor != nil) ? text(rows.first, backward: true) : nil
        let list = rows.map { $0[0] ?? "null" }.joined(separator: ",")
        return Self.list("[\(list)]", next: next, previous: previous, asOf, isCapped: false)
    }

    private static func list(_ json: String, next: String?, previous: String?, _ asOf: String, isCapped: Bool)
        -> Answer
    {
        func text(_ cursor: String?) -> JSONValue { cursor.map { .string($0) } ?? .null }
        return Answer(
            json: json,
            extra: [
                ("next", text(next)), ("prev", text(previous)), ("as_of", .string(asOf)),
                ("capped", .bool(isCapped)),
            ]
        )
    }

    /// The fields of a row, as JSON text.
    static func row(of endpoint: Endpoint) -> String { row(endpoint.answer) }

    private static func row(_ fields: [Field]) -> String {
        let fields = fields.map { "page.\(Identifier($0.name).quoted)" }.joined(separator: ", ")
        return "(select row_to_json(fields) from (select \(fields)) as fields)::text"
    }

    /// Reads rows as texts, and the time.
    func read(_ call: Call, _ sql: String, _ values: [String?]) async throws -> (
        rows: [[String?]], asOf: String
    ) {
        let role = call.actor.role(for: call.endpoint.scope ?? .read)
        // Of which site it is, the database is told with who it is.
        let who = call.actor.site.map { _ in
            call.actor.setting(address: call.client, correlation: call.correlation, confirmedBy: nil)
        }
        return try await read(as: role, for: who, sql, values)
    }

    func read(as role: String, for who: String? = nil, _ sql: String, _ values: [String?]) async throws -> (
        rows: [[String?]], asOf: String
    ) {
        try await pool.withSession { session in
            let results = try session.pipeline([
                // One transaction, because nothing begins another.
                """
                select set_config('transaction_read_only', 'on', true), set_config('role', \(role), true),
                    set_config('timezone', 'UTC', true), set_config('pgsync.actor', \(who ?? ""), true)
                """,
                Query(sql, values.map { $0 }),
                "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as at",
            ])
            let rows = try results[1].map { row in
                try results[1].columns.indices.map { try row.decode($0, as: String?.self) }
            }
            return (rows, try results[2].onlyRow().decode("at"))
        }
    }
}
