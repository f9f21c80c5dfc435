import Concurrency
import HTTPServer
import Postgres
import Signing

/// Finds out who asks: by a token in the header Authorization, or by the cookie of a browser that is logged in.
final class Gate: Sendable {
    private struct State {
        var known: [String: (actor: Actor, until: ContinuousClock.Instant)] = [:]
        var failures: [String: (count: Int, until: ContinuousClock.Instant)] = [:]
        /// What a log-in link made on this machine stands for, once.
        var codes: [String: String] = [:]
    }

    /// A browser's session ends after this time without an act of its user, and after that time in any case.
    private static let idle = "2 hours"
    static let lifetime = Duration.seconds(12 * 3600)
    /// For how long an answer of the database is believed: a revoked token works no longer than this.
    private static let memory = Duration.seconds(1)
    private static let window = Duration.seconds(60)
    private static let failuresPerWindow = 10
    private static let mostKnown = 10_000

    private let pool: Pool
    private let anonymous: Set<Scope>
    private let csrfKey: [UInt8]
    private let state = Locked(State())

    init(_ pool: Pool, anonymous: Set<Scope>) {
        self.pool = pool
        self.anonymous = anonymous
        csrfKey = Array(Secret.random(length: 44).utf8)
    }

    /// A code with which a browser on this machine can log in once, in place of a token.
    func code(for token: String) -> String {
        let code = Secret.random(length: 24)
        state.withLock { $0.codes[code] = token }
        return code
    }

    /// Who asks; nobody if nothing was shown and nothing is allowed without.
    ///
    /// - Throws: ``Problem`` if what was shown is not valid, or cannot be checked.
    func actor(of request: HTTPHead, cookie: String?, client: String, touch: Bool = true) async throws
        -> Actor?
    {
        if let header = request["Authorization"] {
            guard header.lowercased().hasPrefix("bearer ") else {
                throw Problem(.logInNeeded, "the header Authorization is \"Bearer\" and a token")
            }
            let token = header.dropFirst(7).trimmingPrefix { $0 == " " }
            let actor = try await bearer(hash: Secret.hash(of: String(token)), client: client)
            guard let node = actor.node, let protection = actor.protection, protection != "token" else {
                return actor
            }
            throw Problem(
                .forbidden,
                "requests of \(node) are \(protection) here: pgsync sync join --protection \(protection)"
            )
        }
        if let cookie, let actor = try await browser(cookie, touch: touch) { return actor }
        return anonymous.isEmpty ? nil : Actor(name: "anonymous", scopes: anonymous)
    }

    /// Whose token has this hash.
    func bearer(hash: String, client: String) async throws -> Actor {
        if let known = remembered("token " + hash) { return known }
        let found = try await pool.withSession { session in
            try session.query(
                .prepared(
                    """
                    select token, name, scopes, site, expires_at::text, node, protection
                    from pgsync.token_of(decode(\(hash), 'hex'), \(client))
                    """
                )
            ).first.map { row in
                var actor = try Actor(row)
                actor.node = try row.decode("node")
                actor.protection = try row.decode("protection")
                return actor
            }
        }
        guard let found else { throw failure(of: client) }
        remember("token " + hash, found)
        return found
    }

    private func browser(_ cookie: String, touch: Bool) async throws -> Actor? {
        let hash = Secret.hash(of: cookie)
        if let known = remembered("session " + hash) { return known }
        let found = try await pool.withSession { session in
            try session.query(
                .prepared(
                    """
                    select token, name, scopes, site, expires_at::text, confirmed_until::text, confirmed_by
                    from pgsync.session_of(decode(\(hash), 'hex'), \(Self.idle)::text::interval, \(touch))
                    """
                )
            ).first.map { row in
                var actor = try Actor(row, session: hash)
                actor.confirmedUntil = try row.decode("confirmed_until")
                actor.confirmedBy = try row.decode("confirmed_by")
                return actor
            }
        }
        if let found { remember("session " + hash, found) }
        return found
    }

    /// Logs a browser in.
    ///
    /// - Throws: ``Problem`` if the token is not valid.
    func logIn(token: String?, code: String?, client: String) async throws -> (secret: String, actor: Actor) {
        let meant = code.flatMap { code in state.withLock { $0.codes[code] } }
        let token = token ?? meant ?? ""
        let secret = Secret.random(length: 44)
        let (tokenHash, sessionHash) = (Secret.hash(of: token), Secret.hash(of: secret))
        let actor = try await pool.withSession { session in
            try session.query(
                """
                select token, name, scopes, site, expires_at::text
                from pgsync.begin_session(
                    decode(\(tokenHash), 'hex'), decode(\(sessionHash), 'hex'), \(client), make_interval(secs => \(Double(Self.lifetime.components.seconds)))
                )
                """
            ).first.map { try Actor($0, session: sessionHash) }
        }
        guard let actor else { throw failure(of: client) }
        // Only now, so that a database that was away does not use the link up.
        if let code { _ = state.withLock { $0.codes.removeValue(forKey: code) } }
        return (secret, actor)
    }

    /// Notes that an admin token was shown again; whose, or nil if it is none.
    func confirm(_ actor: Actor, token: String, client: String) async throws -> String? {
        guard let own = actor.session else { return nil }
        let hash = Secret.hash(of: token)
        let name = try await pool.withSession { session in
            try session.query(
                "select pgsync.confirm_session(decode(\(own), 'hex'), decode(\(hash), 'hex'), \(client)) as name"
            ).onlyRow()
                .decode("name", as: String?.self)
        }
        forget("session " + own)
        if name == nil { throw failure(of: client) }
        return name
    }

    /// Whose token confirms an act of a program; nil if it is not an admin's.
    func second(_ token: String, client: String) async throws -> String? {
        let actor = try await bearer(hash: Secret.hash(of: token), client: client)
        return actor.scopes.contains(.admin) ? actor.name : nil
    }

    func logOut(_ actor: Actor) async throws {
        guard let own = actor.session else { return }
        try await pool.withSession { _ = try $0.query("select pgsync.end_session(decode(\(own), 'hex'))") }
        forget("session " + own)
    }

    /// Which of these sessions and tokens are no longer valid.
    func ended(_ sessions: Set<String>, _ tokens: Set<Int64>) async throws -> Set<String> {
        let (sessions, tokens) = (Array(sessions), Array(tokens))
        return try await pool.withSession { session in
            Set(
                try session.query(
                    .prepared(
                        "select id from pgsync.ended_logins(\(sessions), \(tokens), \(Self.idle)::text::interval) as ended (id)"
                    )
                ).map { try $0.decode("id", as: String.self) }
            )
        }
    }

    /// What a page has to send back with each act, so that no other page can make a browser act.
    func csrfToken(of actor: Actor) -> String? {
        actor.session.map { HMAC.sha256(key: csrfKey, Array($0.utf8)).hexadecimal }
    }

    // MARK: Memory

    private func remembered(_ hash: String) -> Actor? {
        state.withLock { state in state.known[hash].flatMap { $0.until > .now ? $0.actor : nil } }
    }

    private func remember(_ hash: String, _ actor: Actor) {
        state.withLock { state in
            if state.known.count >= Self.mostKnown { state.known = [:] }
            state.known[hash] = (actor, .now + Self.memory)
        }
    }

    private func forget(_ hash: String) { state.withLock { $0.known[hash] = nil } }

    /// Forgets everything, such as after a token was revoked.
    func forgetAll() { state.withLock { $0.known = [:] } }

    static let unknownToken = "the token is not known, has expired, or was revoked"

    /// What a wrong token is answered with.
    ///
    /// Guessing 256 bits is hopeless, so that a limit only keeps the record short
    /// and never keeps out who has a valid token.
    func failure(of client: String, _ why: String = Gate.unknownToken) -> Problem {
        guard isNews(from: client) else {
            var problem = Problem(.tooMany, "wrong tokens came from this address; wait a minute", as: .rate)
            problem.retryAfter = 60
            return problem
        }
        var problem = Problem(.logInNeeded, why, as: .token)
        problem.isNews = true
        return problem
    }

    /// Counts what somebody has shown that is wrong; whether it is to be put on record, as only some of each minute are.
    func isNews(from client: String) -> Bool {
        let count = state.withLock { state in
            if state.failures.count >= Self.mostKnown { state.failures = [:] }
            var own = state.failures[client] ?? (count: 0, until: .now + Self.window)
            if own.until < .now { own = (count: 0, until: .now + Self.window) }
            own.count += 1
            state.failures[client] = own
            return own.count
        }
        return count <= Self.failuresPerWindow
    }
}

extension [UInt8] {
    var hexadecimal: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
