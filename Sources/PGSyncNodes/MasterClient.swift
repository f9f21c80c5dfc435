import Compression
import Concurrency
import HTTPClient
import JSON
import PGSyncDelivery
import PGSyncOperations
import PGSyncRemote
import PGSyncStore
import Postgres
import Services

/// The calls that are made of a master.
struct MasterClient: Sendable {
    /// What a master says other than what was asked for.
    enum Refusal: Error, Sendable, Equatable {
        /// Another upload is expected, because this system was restored or copied.
        case sequence(expected: Int64)
        /// Everything has to be loaded anew; whether the master was restored and does not know.
        case mustResync(String, wasRestored: Bool)
        /// It does not take the call.
        case refused(String)
    }

    /// What it says of the exchange.
    struct Status: Sendable {
        let node: String
        let incarnation: String
        let mustResync: Bool
        let expectedSequence: Int64
        let tables: [String]
    }

    /// Where it is called, and where else it may be.
    private var base: String
    private let bases: [String]
    private let calls: CallRunner
    private let target: CallTarget
    private let http: HTTPClient
    private let isSigned: Bool

    /// The client of a master, with its token as this machine has it.
    init(
        _ master: String,
        _ begun: ExchangeStore.Beginning,
        site: DeliverySite,
        longestWait: Duration,
        until shutdown: Shutdown
    ) throws {
        let bases = [begun.baseURL] + begun.otherURLs
        do {
            http = try HTTPClient(
                policy: site.policy(isEncrypted: bases.allSatisfy { $0.hasPrefix("https://") })
            )
        } catch let failure as DeliveryFailure {
            throw JobFailure("call.config", failure.message)
        }
        let reference = begun.secretReference ?? "env:MASTER_TOKEN"
        let token: @Sendable () throws(DeliveryFailure) -> String = { () throws(DeliveryFailure) in
            try site.secret(reference, orEndingIn: ["MASTER_TOKEN"])
        }
        let envelope =
            begun.protection == .token
            ? nil : Envelope(isSealed: begun.protection == .sealed, places: bases, token: token)
        let (certificate, authorities) = (begun.certificateReference, begun.authoritiesReference)
        var target = CallTarget(
            master,
            allows: { url in bases.contains { url.hasPrefix($0 + "/") } },
            sign: { request in
                do throws(DeliveryFailure) {
                    request.identity = try certificate.map { reference throws(DeliveryFailure) in
                        try Self.certificates(reference, withKey: true, site)
                    }
                    request.authorities = try authorities.map { reference throws(DeliveryFailure) in
                        try Self.certificates(reference, withKey: false, site)
                    }
                    if let envelope {
                        try envelope.close(&request)
                    } else {
                        request.headers.append(("Authorization", "Bearer \(try token())"))
                    }
                } catch { return error }
                return nil
            }
        )
        if let envelope { target.open = { reply throws(TransferError) in try envelope.open(reply) } }
        target.answers = [400, 403, 409, 410, 413, 422]
        var policy = CallPolicy()
        policy.retries = 2
        policy.timeout = .seconds(30)
        policy.longestWait = longestWait
        policy.mostLimited = 3
        isSigned = envelope != nil
        self.target = target
        self.bases = bases
        base = begun.baseURL
        // Who can forge an answer must not stop the exchange for longer than that.
        calls = CallRunner(
            target,
            policy: policy,
            client: http,
            until: shutdown,
            pausing: begun.protection == .token
        )
    }

    private static let compressedFrom = 1_024

    /// What a reference to certificates stands for, as PEM; read for each call, because they run out and are replaced.
    private static func certificates(
        _ reference: String,
        withKey: Bool,
        _ site: DeliverySite
    ) throws(DeliveryFailure) -> [UInt8] {
        let text = try site.secret(reference, orEndingIn: ["MASTER_CERTIFICATE", "MASTER_AUTHORITIES"])
        guard text.contains("-----BEGIN CERTIFICATE-----"), !withKey || text.contains("PRIVATE KEY-----")
        else {
            throw .settings("\(reference) is no certificate\(withKey ? " with its private key" : "") as PEM")
        }
        return Array((text + "\n").utf8)
    }

    /// The same where it answers now, which is looked at only if it may be elsewhere.
    func findingMaster() async throws -> MasterClient {
        guard bases.count > 1 else { return self }
        for base in bases {
            // A clock that is off is told by the first answer.
            for _ in 1...2 {
                var request = HTTPRequest("GET", "\(base)/api/sync/status")
                request.limits.connect = .seconds(3)
                request.limits.total = .seconds(10)
                guard target.sign(&request) == nil else { return self }
                do throws(TransferError) {
                    let reply = try target.open(try await http.send(request))
                    // A server whose database only follows another answers, too, and says that it cannot write.
                    guard reply.status < 500, !isSigned || reply["webhook-signature"] != nil else { break }
                    var client = self
                    client.base = base
                    return client
                } catch {
                    if error == .cancelled { throw CancellationError() }
                }
            }
        }
        return self
    }

    func status(on connection: PostgresConnection) async throws -> Status {
        let json = try await get("status", [], on: connection)
        let status = try JSONValue(parsing: json)
        guard let node = status["node"]?.string, let incarnation = status["incarnation"]?.string,
            let expected = status["expected_sequence"]?.number?.integer(as: Int64.self)
        else { throw Refusal.refused("this is no master: GET /api/sync/status says something else") }
        return Status(
            node: node,
            incarnation: incarnation,
            mustResync: status["must_resync"]?.bool ?? false,
            expectedSequence: expected,
            tables: status["tables"]?.array?.compactMap(\.string) ?? []
        )
    }

    /// A page of what has changed since a cursor, as JSON; with a wait, it may take that long until something has.
    func download(
        cursor: String?,
        sequence: Int64,
        tables: [String],
        limit: Int,
        wait: Int = 0,
        on connection: PostgresConnection
    ) async throws -> String {
        var query = [
            ("sequence", "\(sequence)"), ("limit", "\(limit)"), ("tables", tables.joined(separator: ",")),
        ]
        if let cursor { query.append(("cursor", cursor)) }
        if wait > 0 { query.append(("wait", "\(wait)")) }
        return try await get("download", query, on: connection)
    }

    /// Sends an upload as it is kept, and this system's clock; the answer as JSON.
    func upload(_ upload: String, on connection: PostgresConnection) async throws -> String {
        let clock = Duration.sinceEpoch.components
        let microseconds = clock.seconds * 1_000_000 + clock.attoseconds / 1_000_000_000_000
        return try await post("upload", "{\"clock\":\(microseconds),\(upload.dropFirst())", on: connection)
    }

    /// Offers columns that only this system has, by table; what becomes of them, as JSON.
    func offer(columns: String, on connection: PostgresConnection) async throws -> String {
        try await post("columns", "{\"columns\":\(columns)}", on: connection)
    }

    func acknowledge(
        time: String,
        status: String,
        message: String?,
        cursor: String,
        sums: String?,
        on connection: PostgresConnection
    ) async throws -> [String] {
        var pairs: [(String, JSONValue)] = [
            ("timestamp", .string(time)), ("status", .string(status)), ("cursor", .string(cursor)),
        ]
        if let message { pairs.append(("message", .string(message))) }
        if let sums { pairs.append(("checksums", try JSONValue(parsing: sums))) }
        let answer = try await post(
            "acknowledge",
            JSONValue.object(JSONObject(pairs)).text(),
            on: connection
        )
        return try JSONValue(parsing: answer)["diverged"]?.array?.compactMap(\.string) ?? []
    }

    // MARK: Calls

    private func get(
        _ path: String,
        _ query: [(name: String, value: String)],
        on connection: PostgresConnection
    ) async throws -> String {
        let text = query.map { "\($0.name)=\($0.value.urlEncoded)" }.joined(separator: "&")
        return try await send(
            HTTPRequest("GET", "\(base)/api/sync/\(path)" + (text.isEmpty ? "" : "?" + text)),
            on: connection
        )
    }

    private func post(
        _ path: String,
        _ body: String,
        on connection: PostgresConnection
    ) async throws -> String {
        var request = HTTPRequest("POST", "\(base)/api/sync/\(path)")
        request.headers.append(("Content-Type", "application/json"))
        let plain = Array(body.utf8)
        if plain.count >= Self.compressedFrom, let smaller = Gzip.compress(plain) {
            request.headers.append(("Content-Encoding", "gzip"))
            request.body = smaller
        } else {
            request.body = plain
        }
        return try await send(request, on: connection)
    }

    private func send(_ request: HTTPRequest, on connection: PostgresConnection) async throws -> String {
        guard let answer = try await calls.send(request, on: connection) else {
            throw Refusal.refused("the master has answered nothing")
        }
        let body = String(decoding: answer.reply.body, as: UTF8.self)
        let problem = try? JSONValue(parsing: body)
        // What is cut off may look like an answer.
        guard problem?.object != nil else {
            throw JobFailure("call.unreachable", "the answer of the master is cut, or is not of pgsync")
        }
        guard answer.reply.status != 200 else { return body }
        let detail = problem?["detail"]?.string ?? "the master answered with status \(answer.reply.status)"
        if let expected = problem?["expected"]?.number?.integer(as: Int64.self) {
            throw Refusal.sequence(expected: expected)
        }
        if answer.reply.status == 410 {
            throw Refusal.mustResync(detail, wasRestored: problem?["restored"]?.bool ?? false)
        }
        throw Refusal.refused(detail)
    }
}
