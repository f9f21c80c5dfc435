import Compression
import HTTPServer
import JSON
import Postgres

/// What systems ask for that exchange records with this one.
struct Exchange: Sendable {
    enum Verb: Sendable {
        case upload, download, columns, acknowledge, status, stream
    }

    /// Bytes of an upload as it comes, and decompressed.
    static let bodyLimit = 16 << 20
    static let plainLimit = 64 << 20
    static let mostRecords = 1_000
    private static let mostTries = 5

    private let pool: Pool

    init(_ pool: Pool) { self.pool = pool }

    func close() async { await pool.close() }

    /// A list that is given part by part, as some clients write it, as one value.
    static func joined(_ query: [(name: String, value: String)]) -> [(name: String, value: String)] {
        var tables: [String] = []
        var rest: [(name: String, value: String)] = []
        for (name, value) in query {
            if name == "tables" || name.wholeMatch(of: /tables\[[0-9]*\]/) != nil {
                if !value.isEmpty { tables.append(value) }
            } else {
                rest.append((name, value))
            }
        }
        return tables.isEmpty ? rest : rest + [("tables", tables.joined(separator: ","))]
    }

    /// Who a statement is run for.
    struct Caller: Sendable {
        let setting: String
        let correlation: String
    }

    /// One statement that answers a document, as who may exchange.
    func answer(_ statement: Query, for caller: Caller) async throws -> String {
        try await retrying {
            try await pool.withSession { session in
                try session.transaction(TransactionOptions(isolation: .readCommitted)) {
                    _ = try session.pipeline(Self.head(caller))
                    return try session.query(statement).onlyRow().decode(0, as: String.self)
                }
            }
        }
    }

    /// The same once for a key that the caller has made.
    func answer(
        _ statement: Query,
        for caller: Caller,
        key: String,
        hash: String
    ) async throws -> (json: String, isKept: Bool) {
        try await retrying {
            try await pool.withSession(repeats: false) { session in
                try session.transaction(TransactionOptions(isolation: .readCommitted)) {
                    let begun = try session.pipeline(
                        Self.head(caller) + [
                            "select answer from pgsync.begin_request(\(key), decode(\(hash), 'hex'))"
                        ]
                    )
                    if let kept = begun.last?.first { return (try kept.decode("answer"), true) }
                    let json = try session.query(statement).onlyRow().decode(0, as: String.self)
                    try session.query("select pgsync.settle_request(\(key), 200, \(json))")
                    return (json, false)
                }
            }
        }
    }

    /// Folds what has changed, if something has.
    func fold() async throws {
        try await retrying {
            try await pool.withSession { session in
                func inTransaction<Value: Sendable>(_ query: Query, _ type: Value.Type) throws -> Value
                where Value: PostgresDecodable {
                    try session.transaction(TransactionOptions(isolation: .readCommitted)) {
                        try session.query("select set_config('role', 'pgsync_node', true)")
                        return try session.query(query).onlyRow().decode(0, as: Value.self)
                    }
                }
                guard try inTransaction("select pgsync.fold_is_due()", Bool.self) else { return }
                let tick = try inTransaction("select pgsync.tick()", Int64.self)
                _ = try inTransaction("select pgsync.fold_versions(\(tick))", Int64.self)
            }
        }
    }

    /// The newest tick up to which is folded.
    func foldedThrough() async throws -> Int64 {
        try await pool.withSession { session in
            try session.transaction(TransactionOptions(isolation: .readCommitted)) {
                try session.query("select set_config('role', 'pgsync_node', true)")
                return try session.query("select coalesce(pgsync.folded_through(), 0)").onlyRow()
                    .decode(0, as: Int64.self)
            }
        }
    }

    private static func head(_ caller: Caller) -> [Query] {
        [
            "select set_config('role', 'pgsync_node', true)",
            """
            select set_config('pgsync.actor', \(caller.setting), true),
                set_config('pgsync.correlation_id', \(caller.correlation), true)
            """,
        ]
    }

    /// Tries again what others were in the way of.
    private func retrying<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        var tries = 1
        while true {
            do {
                return try await body()
            } catch let error as PostgresError
                where ["40001", "40P01", "55P03"].contains(error.sqlState?.code) && tries < Self.mostTries
            {
                tries += 1
                try await Task.sleep(for: .milliseconds(Int64.random(in: 5...20) << Int64(tries)))
            }
        }
    }
}

extension Endpoint {
    /// How deep a body may be nested.
    var depthLimit: Int { isExchange ? 32 : 16 }
}

extension Dashboard {
    /// A body as it was before it was compressed.
    func plainBody(
        _ body: [UInt8],
        _ coding: String?,
        _ endpoint: Endpoint
    ) throws(Problem) -> [UInt8] {
        let coding = (coding ?? "identity").lowercased().filter { $0 != " " }
        guard coding != "identity" else { return body }
        guard coding == "gzip", endpoint.isExchange else {
            throw Problem(.unsupportedType, "the content coding \(coding) is not taken")
        }
        do throws(Gzip.Failure) {
            return try Gzip.decompress(body, limit: Exchange.plainLimit)
        } catch {
            switch error {
            case .tooLarge(let limit): throw Problem(.tooLarge, "the body becomes larger than \(limit) bytes")
            case .notGzip, .truncated, .corrupt: throw Problem(.badRequest, "the body is not what gzip makes")
            case .noMemory: throw Problem(.databaseAway, "there is no memory left")
            }
        }
    }
}
