package import Postgres

/// Reads what a database says about its schema, inside a transaction with `MigrationScript.settings`.
struct SchemaReader {
    private let session: Session

    init(_ session: Session) {
        self.session = session
    }

    func facts() throws -> DatabaseFacts {
        let row = try session.query(
            """
            select
                current_setting('server_encoding') as encoding,
                pg_is_in_recovery() as is_standby,
                current_setting('default_transaction_read_only')::boolean as is_read_only,
                current_database()::text as database,
                current_user::text as current_user,
                has_database_privilege(current_database(), 'create') as may_create_schemas,
                (
                    select me.rolsuper or me.rolcreaterole from pg_roles as me where me.rolname = current_user
                ) as may_create_roles,
                exists (
                    select from pg_class as class
                    where class.relnamespace = ours.oid and class.relname = 'migrations' and class.relkind = 'r'
                ) as is_installed,
                pg_get_userbyid(ours.nspowner)::text as owner,
                pg_get_userbyid(ledger.nspowner)::text as ledger_owner,
                coalesce(
                    pg_has_role(
                        ours.nspowner,
                        case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end
                    ),
                    false
                ) as may_act_as_owner,
                coalesce(
                    (
                        select has_schema_privilege(role.oid, ours.oid, 'usage')
                            and has_table_privilege(role.oid, class.oid, 'select')
                        from pg_roles as role
                        inner join pg_class as class on class.relnamespace = ours.oid and class.relname = 'migrations'
                        where role.rolname = 'pgsync_reader'
                    ),
                    false
                ) as reader_may_read,
                array(
                    select role.rolname::text from pg_roles as role where role.rolname = any(\(SchemaDefinition.roles))
                ) as existing_roles,
                -- Functions, policies and triggers of a schema's owner run as who uses it, with all his rights.
                (
                    select array[schema.nspname::text, holder.rolname::text, session_user::text]
                    from pg_namespace as schema
                    inner join pg_roles as holder on holder.oid = schema.nspowner
                    where ours.oid is not null
                        and schema.nspname in ('pgsync', 'pgsync_read', 'ledger')
                        and not holder.rolsuper
                        and holder.rolname <> 'pgsync_owner'
                        and exists (
                            select from pg_roles as me where me.rolname in (current_user, session_user) and me.rolsuper
                        )
                    order by schema.nspname
                    limit 1
                ) as stranger
            from (select) as one
            left join pg_namespace as ours on ours.nspname = 'pgsync'
            left join pg_namespace as ledger on ledger.nspname = 'ledger'
            """
        ).onlyRow()
        // All else that is read may be of his making.
        if let stranger = try row.decode("stranger", as: [String]?.self) {
            throw SchemaError.ownedByStranger(schema: stranger[0], owner: stranger[1], user: stranger[2])
        }
        return DatabaseFacts(
            serverVersion: session.serverVersion,
            encoding: try row.decode("encoding"),
            isStandby: try row.decode("is_standby"),
            isReadOnly: try row.decode("is_read_only"),
            database: try row.decode("database"),
            user: try row.decode("current_user"),
            mayCreateSchemas: try row.decode("may_create_schemas"),
            mayCreateRoles: try row.decode("may_create_roles"),
            isInstalled: try row.decode("is_installed"),
            owner: try row.decode("owner"),
            ledgerOwner: try row.decode("ledger_owner"),
            mayActAsOwner: try row.decode("may_act_as_owner"),
            readerMayRead: try row.decode("reader_may_read"),
            existingRoles: Set(try row.decode("existing_roles", as: [String].self))
        )
    }

    /// What was applied, read as the owner where that is allowed, since membership need not include the right to read.
    func records(_ facts: DatabaseFacts) throws -> [SchemaRecord] {
        guard facts.isInstalled else { return [] }
        if facts.mayActAsOwner { try session.runScript(MigrationScript.actAsOwner) }
        let rows: ResultSet
        do {
            rows = try session.query(
                """
                select path, number, checksum, breaking, applied_at, applied_by, binary_version
                from pgsync.migrations
                order by applied_at, number, path
                """
            )
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw SchemaError.notReadable(user: facts.user, owner: facts.readerMayRead ? nil : facts.owner)
        }
        if facts.mayActAsOwner { try session.query("select set_config('role', \(facts.user), true)") }
        return try rows.map { row in
            SchemaRecord(
                path: try row.decode("path"),
                number: try row.decode("number"),
                checksum: try row.decode("checksum"),
                isBreaking: try row.decode("breaking"),
                appliedAt: try row.decode("applied_at"),
                appliedBy: try row.decode("applied_by"),
                binaryVersion: try row.decode("binary_version")
            )
        }
    }

    /// What is not as the last migration left it, read as the owner where that is allowed.
    func deviations(_ facts: DatabaseFacts) throws -> [SchemaDeviation] {
        guard facts.isInstalled else { return [] }
        if facts.mayActAsOwner { try session.runScript(MigrationScript.actAsOwner) }
        // It comes with a migration, and everyone who may read what was applied may ask it.
        let canAsk = try session.query(
            """
            select coalesce(bool_and(has_function_privilege(routine.oid, 'execute')), false)
            from pg_proc as routine
            inner join pg_namespace as schema on schema.oid = routine.pronamespace
            where schema.nspname = 'pgsync' and routine.proname = 'inspect_schema'
            """
        ).onlyRow().decode(0, as: Bool.self)
        let rows =
            canAsk ? try session.query("select finding, found from pgsync.inspect_schema()").map { $0 } : []
        if facts.mayActAsOwner { try session.query("select set_config('role', \(facts.user), true)") }
        return try rows.map {
            SchemaDeviation(finding: try $0.decode("finding"), found: try $0.decode("found"))
        }
    }

    /// Who holds the migrator's lock in this database; nil when it has just become free.
    func lockHolder() throws -> LockHolder? {
        let key = MigrationScript.advisoryLock
        return try session.query(
            """
            select
                activity.pid,
                activity.usename::text as user_name,
                activity.application_name,
                activity.client_addr::text as client_address
            from pg_locks as lock
            inner join pg_stat_activity as activity on activity.pid = lock.pid
            where lock.locktype = 'advisory'
                and lock.granted
                and lock.database = (select oid from pg_database where datname = current_database())
                and lock.classid::bigint = \(key >> 32)
                and lock.objid::bigint = \(key & 0xffff_ffff)
                and lock.objsubid = 1
            """
        ).first.map { row in
            LockHolder(
                processID: try row.decode("pid"),
                user: try row.decode("user_name", as: String?.self) ?? "",
                applicationName: try row.decode("application_name", as: String?.self) ?? "",
                clientAddress: try row.decode("client_address")
            )
        }
    }
}

/// What a database remembers of one migration or object that was applied to it: a row of `pgsync.migrations`.
package struct SchemaRecord: Sendable, Equatable {
    package let path: String
    /// The place in the order of migrations; nil for an object.
    package let number: Int?
    package let checksum: String
    package let isBreaking: Bool
    package let appliedAt: Timestamp
    package let appliedBy: String
    package let binaryVersion: String

    package init(
        path: String,
        number: Int?,
        checksum: String,
        isBreaking: Bool = false,
        appliedAt: Timestamp = Timestamp(microsecondsSinceEpoch: 0),
        appliedBy: String = "",
        binaryVersion: String = ""
    ) {
        self.path = path
        self.number = number
        self.checksum = checksum
        self.isBreaking = isBreaking
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
        self.binaryVersion = binaryVersion
    }
}
