package import PGSyncCore
package import Postgres

/// Reads what `pgsync doctor` judges; works for any user, and says why for each part that the user may not
/// read.
package struct ServerFactsReader {
    let session: Session
    private let expectedRoles: [String]
    let now: () -> Duration

    /// Receives the time of this machine, since 1970, from outside.
    package init(_ session: Session, expectedRoles: [String], now: @escaping () -> Duration) {
        self.session = session
        self.expectedRoles = expectedRoles
        self.now = now
    }

    /// Reads everything except the state of the schema, which is passed in.
    package func facts(schema: Reading<ServerFacts.Schema>) -> ServerFacts {
        ServerFacts(
            server: reading(server),
            schema: schema,
            capture: reading { try capture(in: schema) },
            rules: reading { try rules(in: schema) },
            posting: reading { try posting(in: schema) },
            ledger: reading { try ledger(in: schema) },
            roles: reading(roles),
            grants: reading(grants),
            settings: reading(settings),
            standbys: readingOfOthers(standbys),
            connection: reading(connection),
            occupancy: reading(occupancy),
            foreignLocks: reading { try foreignLocks(in: schema) },
            heldSnapshots: readingOfOthers(heldSnapshots),
            preparedTransactions: reading(preparedTransactions),
            replicationSlots: reading(replicationSlots),
            notificationQueueUsage: reading(notificationQueueUsage),
            clock: reading(clock)
        )
    }

    // MARK: Refusals

    private func reading<Value>(_ read: () throws -> Value) -> Reading<Value> {
        do {
            return .known(try read())
        } catch {
            return .unknown("It could not be read: \(error).")
        }
    }

    /// The activity of other users' sessions is only shown in full to users with access to statistics.
    private func readingOfOthers<Value>(_ read: () throws -> Value) -> Reading<Value> {
        let missing = reading {
            try session.query(
                """
                select
                    case
                        when not pg_has_role('pg_read_all_stats', 'usage')
                            then 'grant pg_monitor to ' || quote_ident(current_user) || ';'
                    end
                """
            ).onlyRow().decode(0, as: String?.self)
        }
        switch missing {
        case .known(nil): return reading(read)
        case .known(let grant?):
            return .unknown("Only users with access to statistics can read it.", remedy: grant)
        case .unknown(let reason, let remedy): return .unknown(reason, remedy: remedy)
        }
    }

    // MARK: Parts

    private func server() throws -> ServerFacts.Server {
        let row = try session.query(
            """
            select
                current_setting('server_encoding') as encoding,
                pg_is_in_recovery() as is_standby,
                current_setting('default_transaction_read_only')::boolean as is_read_only,
                current_database()::text as database
            """
        ).onlyRow()
        return ServerFacts.Server(
            version: session.serverVersion,
            encoding: try row.decode("encoding"),
            isStandby: try row.decode("is_standby"),
            isReadOnly: try row.decode("is_read_only"),
            database: try row.decode("database")
        )
    }

    private func roles() throws -> ServerFacts.Roles {
        let me = try session.query(
            """
            select
                current_user::text as user_name,
                (select me.rolsuper from pg_roles as me where me.rolname = current_user) as is_superuser
            """
        ).onlyRow()
        let existing = try session.query(
            """
            select
                role.rolname::text as name,
                pg_has_role(
                    role.oid,
                    case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end
                ) as may_act
            from pg_roles as role
            where role.rolname = any(\(expectedRoles))
            """
        ).map { row in (try row.decode("name", as: String.self), try row.decode("may_act", as: Bool.self)) }
        return ServerFacts.Roles(
            user: try me.decode("user_name"),
            isSuperuser: try me.decode("is_superuser"),
            existing: Dictionary(existing) { first, _ in first },
            expected: expectedRoles
        )
    }

    private func grants() throws -> ServerFacts.Grants {
        let row = try session.query(
            """
            select
                coalesce(
                    (
                        select has_schema_privilege('public', schema.oid, 'create')
                        from pg_namespace as schema
                        where schema.nspname = 'public'
                    ),
                    false
                ) as creates,
                array(
                    select schema.nspname::text
                    from pg_namespace as schema
                    where schema.nspname in ('pgsync', 'ledger')
                        and has_schema_privilege('public', schema.oid, 'usage')
                    order by schema.nspname
                ) as open
            """
        ).onlyRow()
        return ServerFacts.Grants(
            publicCreatesInPublic: try row.decode("creates"),
            schemasOpenToPublic: try row.decode("open")
        )
    }

    private func settings() throws -> ServerFacts.Settings {
        let entries = try session.query(
            "select name, setting, source from pg_settings where name = any(\(ServerFacts.settingNames))"
        ).map { row in
            let entry = ServerFacts.Settings.Entry(
                try row.decode("setting", as: String.self),
                source: try row.decode("source", as: String.self)
            )
            return (try row.decode("name", as: String.self), entry)
        }
        return ServerFacts.Settings(Dictionary(entries) { first, _ in first })
    }

    private func standbys() throws -> [ServerFacts.Standby] {
        try session.query(
            "select application_name, sync_state in ('sync', 'quorum') as is_synchronous from pg_stat_replication"
        ).map { row in
            ServerFacts.Standby(
                name: try row.decode("application_name"),
                isSynchronous: try row.decode("is_synchronous")
            )
        }
    }

    private func connection() throws -> ServerFacts.Connection {
        let row = try session.query(
            """
            select
                coalesce(host(inet_client_addr()) in ('127.0.0.1', '::1'), true) as is_local,
                pg_backend_pid() as process_id,
                (
                    select encryption.version
                    from pg_stat_ssl as encryption
                    where encryption.pid = pg_backend_pid() and encryption.ssl
                ) as encryption
            """
        ).onlyRow()
        return ServerFacts.Connection(
            isLocal: try row.decode("is_local"),
            encryption: try row.decode("encryption"),
            // A pooler answers a connection with a number of its own.
            isPooled: try session.isPooled || row.decode("process_id", as: Int32.self) != session.processID
        )
    }

    private func occupancy() throws -> ServerFacts.Occupancy {
        let used = try session.query("select sum(numbackends)::bigint from pg_stat_database").onlyRow()
        return ServerFacts.Occupancy(used: try used.decode(0))
    }

    private func notificationQueueUsage() throws -> Double {
        try session.query("select pg_notification_queue_usage()").onlyRow().decode(0)
    }
}
