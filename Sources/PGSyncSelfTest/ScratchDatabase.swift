import PGSyncSchema
import PGSyncStore
import Postgres

/// A database that exists for one self-test, on the server of another.
///
/// Its name ends in the second it was created, in hexadecimal, so that the next self-test knows how old it is.
struct ScratchDatabase: Sendable {
    let name: String
    let options: ConnectionOptions

    private static let prefix = "pgsync_selftest_"
    /// What the comment on a database says that is to stay.
    private static let keptMark = "Kept by pgsync selftest --keep."

    /// Lends a new database and drops it, however the closure ends; if it returns, the database may be kept.
    static func with<Result>(
        besides server: ConnectionOptions,
        isKept: Bool,
        _ body: (ScratchDatabase) async throws -> Result
    ) async throws -> Result {
        // In a task of its own, so that it is known whether there is something to drop: an interrupted creation leaves
        // that open, and the database of this name may be another's.
        let scratch = try await Task { try await create(besides: server) }.value
        do {
            let result = try await body(scratch)
            // Nor does whoever is cancelled leave anything behind.
            try await Task { try await isKept ? scratch.keep(on: server) : scratch.drop(on: server) }.value
            return result
        } catch {
            try await Task { try await scratch.drop(on: server) }.value
            throw error
        }
    }

    private static func create(besides server: ConnectionOptions) async throws -> ScratchDatabase {
        try await PostgresConnection.withConnection(to: server) { connection in
            try await connection.withSession { session in
                try checkRights(session)
                sweep(session)
                while true {
                    let name = try freeName(session)
                    do {
                        try session.execute(Query(creation(of: name, session)))
                        try open(name, session)
                        return ScratchDatabase(name: name, options: server.with("dbname", name))
                    } catch let error as PostgresError where taken.contains(error.sqlState?.code ?? "") {
                        // Another self-test began in the same second.
                    }
                }
            }
        }
    }

    /// The name exists: `duplicate_database`, or `unique_violation` where both create it at once.
    private static let taken = ["42P04", "23505"]

    /// Lets connect who created it, and nobody else: it gets rows of the other.
    private static func open(_ name: String, _ session: Session) throws {
        let name = Identifier(name)
        do {
            try session.execute("revoke all on database \(name) from public")
            try session.execute("alter database \(name) allow_connections true")
        } catch {
            _ = try? session.execute("drop database \(name)")
            throw error
        }
    }

    // MARK: Before

    private static func checkRights(_ session: Session) throws {
        let row = try session.query(
            """
            select
                current_user::text as user_name,
                pg_get_userbyid(namespace.nspowner)::text as owner,
                pgsync.may_act_as(current_user, pg_get_userbyid(namespace.nspowner)) as may_act,
                me.rolsuper or me.rolcreatedb as may_create_databases
            from pg_catalog.pg_namespace as namespace
            cross join pg_catalog.pg_roles as me
            where namespace.nspname = 'pgsync' and me.rolname = current_user
            """
        ).onlyRow()
        let user: String = try row.decode("user_name")
        guard try row.decode("may_create_databases") else {
            throw SelfTestError.mayNotCreateDatabases(user: Identifier(user).quoted)
        }
        guard try row.decode("may_act") else {
            throw StoreError.notOwner(user: user, owner: try row.decode("owner"))
        }
        try checkRoles(session)
    }

    /// Refuses what migrating would change in the whole server, where it would stay: that is tried, and undone.
    private static func checkRoles(_ session: Session) throws {
        struct Undone: Error {}
        var roles: [String] = []
        var grants: [String] = []
        do {
            try session.transaction(TransactionOptions(isolation: .repeatableRead)) {
                let before = try (Set(Self.roles(session)), Set(Self.grants(session)))
                try session.runScript(SchemaDefinition.embedded.rolesScript)
                roles = try Self.roles(session).filter { !before.0.contains($0) }
                grants = try Self.grants(session).filter { !before.1.contains($0) }
                throw Undone()
            }
        } catch is Undone {}
        _ = session.takeNotices()
        if !roles.isEmpty { throw SelfTestError.rolesMissing(roles) }
        if !grants.isEmpty { throw SelfTestError.grantsMissing(grants) }
    }

    private static func roles(_ session: Session) throws -> [String] {
        try session.query(
            """
            select role.rolname::text
            from pg_catalog.pg_roles as role
            where role.rolname = any(\(SchemaDefinition.roles))
            order by role.rolname
            """
        ).map { try $0.decode(0) }
    }

    private static func grants(_ session: Session) throws -> [String] {
        try session.query(
            """
            select format('grant %I to %I;', role.rolname, member.rolname)
            from pg_catalog.pg_auth_members as known
            inner join pg_catalog.pg_roles as role on role.oid = known.roleid
            inner join pg_catalog.pg_roles as member on member.oid = known.member
            where role.rolname = any(\(SchemaDefinition.roles))
            order by role.rolname, member.rolname
            """
        ).map { try $0.decode(0) }
    }

    /// Drops what self-tests left behind that were killed; what cannot be dropped is no reason not to begin.
    private static func sweep(_ session: Session) {
        let names = try? session.query(
            """
            select known.datname::text
            from pg_catalog.pg_database as known
            where known.datname ~ ('^' || \(prefix)::text || '[0-9a-f]{8}$')
                and ('x' || right(known.datname, 8))::bit(32)::bigint < extract(epoch from now()) - 3600
                and shobj_description(known.oid, 'pg_database') is distinct from \(keptMark)
                and pg_has_role(known.datdba, 'usage')
                and not exists (
                    select from pg_catalog.pg_stat_activity as activity where activity.datid = known.oid
                )
            """
        ).map { try $0.decode(0, as: String.self) }
        for name in names ?? [] { _ = try? session.execute("drop database \(Identifier(name))") }
    }

    private static func freeName(_ session: Session) throws -> String {
        try session.query(
            """
            select \(prefix)::text || lpad(to_hex(second.number), 8, '0')
            from extract(epoch from clock_timestamp()) as now (second)
            cross join generate_series(now.second::bigint, now.second::bigint + 1000) as second (number)
            where not exists (
                select
                from pg_catalog.pg_database as known
                where known.datname = \(prefix)::text || lpad(to_hex(second.number), 8, '0')
            )
            order by second.number
            limit 1
            """
        ).onlyRow().decode(0)
    }

    /// Creates it with the encoding and the locale of the database that is connected to, and nothing of a template.
    private static func creation(of name: String, _ session: Session) throws -> String {
        try session.query(
            """
            select
                format(
                    'create database %I template template0 allow_connections false encoding %L lc_collate %L lc_ctype %L',
                    \(name)::text, pg_encoding_to_char(own.encoding), own.datcollate, own.datctype
                )
                || case described.content ->> 'datlocprovider'
                    when 'c' then ' locale_provider libc'
                    when 'i' then format(
                        ' locale_provider icu icu_locale %L',
                        coalesce(described.content ->> 'datlocale', described.content ->> 'daticulocale')
                    )
                    when 'b' then format(
                        ' locale_provider builtin builtin_locale %L', described.content ->> 'datlocale'
                    )
                    else ''
                end
            from pg_catalog.pg_database as own
            cross join lateral to_jsonb(own.*) as described (content)
            where own.datname = current_database()
            """
        ).onlyRow().decode(0)
    }

    // MARK: After

    private func keep(on server: ConnectionOptions) async throws {
        try await administer(
            on: server,
            "comment on database \(Identifier(name).quoted) is '\(Self.keptMark)'"
        )
    }

    private func drop(on server: ConnectionOptions) async throws {
        do {
            try await administer(
                on: server,
                "drop database if exists \(Identifier(name).quoted) with (force)"
            )
        } catch let error as PostgresError {
            throw SelfTestError.notDropped(database: name, reason: error.message)
        }
    }

    private func administer(on server: ConnectionOptions, _ statement: String) async throws {
        try await PostgresConnection.withConnection(to: server) { connection in
            _ = try await connection.withSession { try $0.execute(Query(statement)) }
        }
    }
}
