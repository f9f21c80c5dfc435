import Concurrency
import HTTPServer
import JSON
import PGSyncCore
import Postgres
import Signing

/// Who has signed a request, and what its answer has to be.
struct Signer: Sendable {
    let actor: Actor
    let id: String
    /// The request as it was before it was encrypted.
    let body: [UInt8]
    /// How its body is still coded; nil for not at all.
    let coding: String?
    let wantsSealed: Bool
    /// Why it is not done, although it was signed; which is told in an answer that is signed, too.
    var problem: Problem?
    fileprivate let secret: MessageSecret
    fileprivate let prefix: String

    /// The answer as it is sent; a stream, which only says that there is something to ask for, is sent as it is.
    func signed(_ response: HTTPResponse) -> HTTPResponse {
        guard case .bytes(var bytes) = response.body else { return response }
        var response = response
        if wantsSealed, !bytes.isEmpty {
            guard let sealed = try? secret.seal(bytes, name: prefix) else {
                return HTTPResponse(status: 500, headers: [], body: .bytes([]))
            }
            bytes = sealed
            let codings = [response["Content-Encoding"], "aes128gcm"].compactMap(\.self)
            response.headers.removeAll { $0.name.lowercased() == "content-encoding" }
            response.headers.append(("Content-Encoding", codings.joined(separator: ", ")))
            response.body = .bytes(bytes)
        }
        response.headers += WebhookSignature.headers(
            id: MessageSecret.answerID(to: id, status: response.status),
            secondsSince1970: Signatures.now,
            body: bytes,
            secrets: [secret.ofAnswers]
        )
        return response
    }
}

/// Checks signed requests of nodes: the token that signs them is not sent, only its prefix.
final class Signatures: Sendable {
    private struct Candidate: Sendable {
        let hash: String
        let secret: MessageSecret
    }

    private struct State {
        var known: [String: (candidates: [Candidate], until: ContinuousClock.Instant)] = [:]
        /// The ids of requests that only read, as numbers, by their tokens and the minute in which they were signed.
        var seen: [String: [Int64: Set<Int>]] = [:]
        /// The oldest minute whose ids are kept.
        var seenSince: Int64 = 0
    }

    /// Seconds by which the clocks of both sides may differ.
    private static let tolerance: Int64 = 300
    /// Any later time is none.
    private static let latest: Int64 = 99_999_999_999
    private static let memory = Duration.seconds(1)
    private static let mostKnown = 10_000
    /// Requests of a token while their times are taken.
    private static let mostSeen = 100_000

    static var now: Int64 { Duration.sinceEpoch.components.seconds }

    private let pool: Pool
    private let gate: Gate
    private let state = Locked(State())

    init(_ pool: Pool, _ gate: Gate) {
        self.pool = pool
        self.gate = gate
    }

    /// Who has signed a request; nil if it is not signed.
    ///
    /// - Throws: ``Problem`` if no valid token has this prefix.
    func signer(of request: HTTPRequest, client: String) async throws -> Signer? {
        let head = request.head
        guard let shown = head["Authorization"], shown.lowercased().hasPrefix("signed ") else { return nil }
        let prefix = String(shown.dropFirst(7).filter { $0 != " " })
        // Whatever the path is decoded to, it is the one that was signed.
        guard head.target.hasPrefix("/api/sync/"), head.method != "HEAD" else {
            throw Problem(.badRequest, "only GET and POST of paths that begin with /api/sync/ can be signed")
        }
        guard prefix.utf8.count == MessageSecret.prefixLength, prefix.utf8.allSatisfy(\.isOfWord) else {
            throw gate.failure(of: client)
        }
        guard let id = head["webhook-id"], id.utf8.count <= 200, id.utf8.allSatisfy(\.isOfWord),
            let signature = head["webhook-signature"],
            let time = head["webhook-timestamp"].flatMap({ Int64($0) }), (0...Self.latest).contains(time)
        else {
            throw Problem(
                .badRequest,
                "a signed request has the headers webhook-id, webhook-timestamp and webhook-signature"
            )
        }
        let candidates = try await candidates(prefix)
        guard let first = candidates.first else { throw gate.failure(of: client) }
        let found = candidates.first { candidate in
            WebhookSignature.isValid(
                signature,
                id: id,
                secondsSince1970: time,
                body: request.body,
                secret: candidate.secret.ofRequests
            )
        }
        func isFitting(_ wantsSealed: Bool) -> Bool {
            let key = head["Idempotency-Key"]
            return found?.secret.fits(id, .init(head.method, head.target, wantsSealed: wantsSealed, key: key))
                ?? false
        }
        let wantsSealed = isFitting(true)
        guard let found, wantsSealed || isFitting(false) else {
            // Whoever has the token is told so that it can be believed.
            let why = "the signature is not that of this token for what came: it was changed on its way"
            return Signer(
                actor: .nobody,
                id: id,
                body: [],
                coding: nil,
                wantsSealed: false,
                problem: gate.failure(of: client, why),
                secret: first.secret,
                prefix: prefix
            )
        }
        let codings = (head["Content-Encoding"] ?? "").lowercased().split(separator: ",").map {
            String($0.filter { $0 != " " })
        }
        let isSealed = codings.last == "aes128gcm"
        let actor = try await gate.bearer(hash: found.hash, client: client)
        var (body, problem) = (request.body, Problem?.none)
        if abs(time - Self.now) > Self.tolerance {
            problem = Problem(
                .logInNeeded,
                "it was signed \(abs(time - Self.now)) seconds from now by the clock of this server"
            )
        } else if try await !isNew(id, time, prefix, changes: head.method != "GET") {
            problem = gate.failure(of: client, "a request of this id has come before")
        } else if isSealed {
            do { body = try found.secret.open(body) } catch {
                problem = Problem(.badRequest, "the body is not one that this token has encrypted")
            }
        } else if actor.protection == "sealed", !body.isEmpty {
            problem = Problem(.forbidden, "bodies of \(actor.name) are encrypted, with the coding aes128gcm")
        }
        if problem == nil, actor.protection == "sealed", !wantsSealed {
            problem = Problem(.forbidden, "answers to \(actor.name) are encrypted, which its ids have to say")
        }
        let rest = isSealed ? Array(codings.dropLast()) : codings
        return Signer(
            actor: actor,
            id: id,
            body: body,
            coding: rest.isEmpty ? nil : rest.joined(separator: ","),
            wantsSealed: wantsSealed,
            problem: problem,
            secret: found.secret,
            prefix: prefix
        )
    }

    private func candidates(_ prefix: String) async throws -> [Candidate] {
        let known = state.withLock { $0.known[prefix] }
        if let known, known.until > .now { return known.candidates }
        let candidates = try await pool.withSession { session in
            try session.query(
                .prepared("select secret_hash, message_secret from pgsync.message_secrets(\(prefix))")
            ).compactMap { row in
                let hash = try row.decode("secret_hash", as: ByteString.self).bytes.hexadecimal
                return MessageSecret(try row.decode("message_secret", as: ByteString.self).bytes).map {
                    Candidate(hash: hash, secret: $0)
                }
            }
        }
        state.withLock { state in
            if state.known.count >= Self.mostKnown { state.known = [:] }
            state.known[prefix] = candidates.isEmpty ? nil : (candidates, .now + Self.memory)
        }
        return candidates
    }

    /// Whether no request of this id has come while one with its time is taken.
    ///
    /// Those that change something are kept in the database, for all servers and after a restart; to read once more what
    /// was read gives nobody anything new for long.
    private func isNew(_ id: String, _ time: Int64, _ prefix: String, changes: Bool) async throws -> Bool {
        guard !changes else {
            let hash = Secret.hash(of: id)
            return try await pool.withSession(repeats: false) { session in
                try session.query(.prepared("select pgsync.note_message(decode(\(hash), 'hex')) as is_new"))
                    .onlyRow().decode("is_new")
            }
        }
        let oldest = (Self.now - Self.tolerance) / 60
        let isNew: Bool? = state.withLock { state in
            if state.seenSince != oldest {
                state.seenSince = oldest
                state.seen = state.seen.mapValues { $0.filter { $0.key >= oldest } }.filter {
                    !$0.value.isEmpty
                }
            }
            let count = state.seen[prefix]?.values.reduce(0) { $0 + $1.count } ?? 0
            guard count < Self.mostSeen else { return nil }
            return state.seen[prefix, default: [:]][time / 60, default: []].insert(id.hashValue).inserted
        }
        guard let isNew else {
            var problem = Problem(.tooMany, "too many requests of this token", as: .rate)
            problem.retryAfter = 60
            throw problem
        }
        return isNew
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit, `-` or `_`.
    fileprivate var isOfWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
