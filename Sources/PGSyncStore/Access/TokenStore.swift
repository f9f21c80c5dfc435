package import Postgres

/// Makes, lists and revokes the tokens for use over HTTP.
package struct TokenStore {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// Records a token by the SHA-256 of its secret, in hexadecimal, and returns its number.
    package func create(
        _ name: String,
        prefix: String,
        hash: String,
        scopes: [String],
        site: String?,
        lifetime: Duration?,
        node: String? = nil,
        messageSecret: [UInt8]? = nil
    ) throws -> Int64 {
        let seconds = lifetime.map { Double($0.components.seconds) }
        return try session.asOperator {
            try session.query(
                """
                select pgsync.create_token(
                    \(name), \(prefix), decode(\(hash), 'hex'), \(scopes), \(site),
                    clock_timestamp() + make_interval(secs => \(seconds)), \(node),
                    \(messageSecret.map(ByteString.init))
                ) as token
                """
            ).onlyRow().decode("token")
        }
    }

    /// All tokens, newest first.
    package func list() throws -> [Token] {
        try session.query(
            """
            select id, name, prefix, scopes, site, state, created_at, created_by, expires_at, last_used_at, last_address
            from pgsync.token_states
            order by id desc
            """
        ).map(Token.init)
    }

    /// Ends a token; false if it was revoked before.
    package func revoke(_ token: Int64) throws -> Bool {
        do {
            return try session.asOperator {
                try session.query("select pgsync.revoke_token(\(token)) as revoked").onlyRow().decode(
                    "revoked"
                )
            }
        } catch let error as PostgresError where error.sqlState == SQLState("P0002") {
            throw StoreError.noSuchToken(token)
        }
    }

    /// Ends all valid tokens of a name.
    package func revoke(named name: String) throws {
        try session.query(
            """
            select pgsync.revoke_token(own.id)
            from pgsync.token_states as own
            where own.name = \(name) and own.state = 'valid'
            """
        )
    }
}

/// What lists show of a token.
package struct Token: Sendable {
    package let id: Int64
    package let name: String
    package let prefix: String
    package let scopes: [String]
    package let site: String?
    /// valid, expired or revoked.
    package let state: String
    package let createdAt: Timestamp
    package let createdBy: String
    package let expiresAt: Timestamp?
    package let lastUsedAt: Timestamp?
    package let lastAddress: String?

    init(_ row: Row) throws {
        id = try row.decode("id")
        name = try row.decode("name")
        prefix = try row.decode("prefix")
        scopes = try row.decode("scopes")
        site = try row.decode("site")
        state = try row.decode("state")
        createdAt = try row.decode("created_at")
        createdBy = try row.decode("created_by")
        expiresAt = try row.decode("expires_at")
        lastUsedAt = try row.decode("last_used_at")
        lastAddress = try row.decode("last_address")
    }
}
