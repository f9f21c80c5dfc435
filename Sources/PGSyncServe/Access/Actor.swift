import JSON
import Postgres

/// For whom a request is done.
struct Actor: Sendable, Equatable {
    /// The number of the token; nil for who has none.
    var token: Int64?
    var name: String
    var scopes: Set<Scope>
    var site: String?
    /// The node whose token it is.
    var node: String?
    /// What requests of the node need at least: token, signed or sealed.
    var protection: String?
    var expiresAt: String?
    /// Until when acts that need it are confirmed, and by whom.
    var confirmedUntil: String?
    var confirmedBy: String?
    /// The hash of the session, if it is a browser that is logged in.
    var session: String?

    /// The role that a request runs as: that of its scope if the actor has it; if not, one that the actor has, so that
    /// the database refuses, too.
    func role(for scope: Scope) -> String {
        // A token of one site never acts as a role that sees more.
        if site != nil {
            return scope == .operate && scopes.contains(.operate) ? Self.siteRole : Self.siteReader
        }
        let held = scopes.contains(scope) ? scope : Scope.allCases.first { scopes.contains($0) }
        return (held ?? .read).role
    }

    private static let siteReader = "pgsync_site_reader"
    private static let siteRole = "pgsync_api_site"

    /// Who acts, as the database keeps it.
    func setting(address: String, correlation: String, confirmedBy: String?) -> String {
        var pairs: [(String, JSONValue)] = [
            ("name", .string(name)), ("address", .string(address)), ("correlation_id", .string(correlation)),
        ]
        if let token { pairs.append(("token", JSONValue(token))) }
        if let site { pairs.append(("site", .string(site))) }
        if let confirmedBy { pairs.append(("confirmed_by", .string(confirmedBy))) }
        return JSONValue.object(JSONObject(pairs)).text()
    }

}

extension Actor {
    /// Who has shown nothing, where nothing is allowed without.
    static let nobody = Actor(name: "anonymous", scopes: [])

    /// An actor without a token.
    init(name: String, scopes: Set<Scope>) {
        self.name = name
        self.scopes = scopes
    }

    /// Reads a row of `token_of`, `begin_session` or `session_of`.
    init(_ row: Row, session: String? = nil) throws {
        token = try row.decode("token")
        name = try row.decode("name")
        scopes = Set(try row.decode("scopes", as: [String].self).compactMap(Scope.init))
        site = try row.decode("site")
        expiresAt = try row.decode("expires_at")
        self.session = session
    }
}
