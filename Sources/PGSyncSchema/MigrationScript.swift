/// The SQL of a plan: the migrator runs it statement by statement, and users can run it as a whole in psql.
package struct MigrationScript: Sendable, Equatable {
    /// The version of pgsync that is recorded with every step.
    package let binaryVersion: String
    /// How long to wait for any lock before giving up.
    package let lockTimeout: Duration

    package init(binaryVersion: String, lockTimeout: Duration) {
        self.binaryVersion = binaryVersion
        self.lockTimeout = lockTimeout
    }

    /// The key of the advisory lock that lets one migrator at a time into a database: "pgsync" in ASCII.
    package static let advisoryLock = 0x7067_7379_6e63

    // MARK: For psql

    /// A script for `psql -X -v ON_ERROR_STOP=1` that does what the migrator would do.
    package func text(for plan: SchemaPlan) -> String {
        guard !plan.steps.isEmpty else { return "-- Nothing to do: the schema is up to date.\n" }
        return ([Self.preamble] + plan.steps.map(transaction)).joined(separator: "\n")
    }

    private func transaction(for step: SchemaPlan.Step) -> String {
        """
        -- \(step)
        begin;
        \(settings)
        do $$ begin perform pg_catalog.pg_advisory_xact_lock(\(Self.advisoryLock)); end $$;
        \(changes(of: step))
        commit;

        """
    }

    private static let preamble = """
        -- Run with: psql -X -v ON_ERROR_STOP=1
        set client_encoding to 'UTF8';
        set search_path to pg_catalog, pg_temp;
        do $$
        begin
            if pg_catalog.current_setting('server_version_num')::integer < \(oldestServer)0000 then
                raise exception 'pgsync needs PostgreSQL \(oldestServer) or later';
            end if;
            if pg_catalog.current_setting('server_encoding') <> 'UTF8' then
                raise exception 'pgsync needs a database encoded in UTF8';
            end if;
        end;
        $$;

        """

    /// The oldest major version of PostgreSQL the schema works on.
    package static let oldestServer = 14

    // MARK: Parts of a transaction

    /// Makes the outcome of a transaction independent of the user who runs it.
    package var settings: String {
        """
        set local search_path to pg_catalog, pg_temp;
        set local standard_conforming_strings to on;
        set local check_function_bodies to off;
        set local lock_timeout to \(max(1, Int(lockTimeout / .milliseconds(1))));
        do $$
        begin
            perform pg_catalog.set_config(setting.name, '0', true)
            from pg_catalog.pg_settings as setting
            where setting.name in (
                'statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout'
            );
        end;
        $$;
        """
    }

    /// Acts as the owner of the schema until the transaction ends; before there is a schema, does nothing.
    package static let actAsOwner = """
        do $$
        begin
            \(setRoleToOwner)
        end;
        $$;
        """

    private static let setRoleToOwner = """
        perform pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(schema.nspowner)::text, true)
        from pg_catalog.pg_namespace as schema
        where schema.nspname = 'pgsync';
        """

    /// Returns to the recorded owner what a restore left with its user, as far as the current user can.
    ///
    /// What pgsync_capture owns stays with it, and capture functions are given to it when the migration
    /// finishes.
    private static let giveBack = """
        do $$
        declare
            v_user constant name := current_user;
            v_owner name;
            v_statement text;
        begin
            \(setRoleToOwner)
            if to_regclass('pgsync.schema_objects') is null then
                perform pg_catalog.set_config('role', v_user::text, true);
                return;
            end if;
            select role.rolname
            into v_owner
            from pgsync.schema_objects as recorded
            inner join pg_catalog.pg_roles as role on role.rolname = recorded.owner
            where recorded.kind = 'schema' and recorded.name = 'pgsync' and pg_has_role(
                v_user, role.oid,
                case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end
            );
            if not found then
                v_owner := current_user;
            end if;
            perform pg_catalog.set_config('role', v_user::text, true);

            for v_statement in
                select format('alter %s owner to %I', object.name, v_owner)
                from (
                    select 1 as place, format('schema %I', schema.nspname) as name, schema.nspowner as owner
                    from pg_catalog.pg_namespace as schema
                    where schema.nspname in ('pgsync', 'ledger', 'pgsync_read')
                    union all
                    select
                        2,
                        format(
                            '%s %I.%I',
                            case relation.relkind
                                when 'v' then 'view' when 'S' then 'sequence' when 'c' then 'type' else 'table'
                            end,
                            schema.nspname, relation.relname
                        ),
                        relation.relowner
                    from pg_catalog.pg_namespace as schema
                    inner join pg_catalog.pg_class as relation on relation.relnamespace = schema.oid
                    where schema.nspname in ('pgsync', 'ledger')
                        and relation.relkind in ('r', 'p', 'v', 'S', 'c')
                        -- The sequence of a column goes with its table.
                        and not exists (
                            select
                            from pg_catalog.pg_depend as link
                            where link.classid = 'pg_catalog.pg_class'::regclass
                                and link.objid = relation.oid
                                and relation.relkind = 'S'
                                and link.deptype in ('a', 'i')
                        )
                    union all
                    select 3, format('type %I.%I', schema.nspname, type.typname), type.typowner
                    from pg_catalog.pg_namespace as schema
                    inner join pg_catalog.pg_type as type on type.typnamespace = schema.oid
                    where schema.nspname in ('pgsync', 'ledger') and type.typtype in ('e', 'd')
                    union all
                    select 4, format('routine %s', routine.oid::regprocedure), routine.proowner
                    from pg_catalog.pg_namespace as schema
                    inner join pg_catalog.pg_proc as routine on routine.pronamespace = schema.oid
                    where schema.nspname in ('pgsync', 'ledger')
                ) as object
                where pg_get_userbyid(object.owner) not in (v_owner, 'pgsync_capture')
                order by object.place
            loop
                execute v_statement;
            end loop;
        end;
        $$;
        """

    private static let finish = """
        do $$
        begin
            if to_regprocedure('pgsync.finish_migration()') is not null then
                perform pgsync.finish_migration();
            end if;
        end;
        $$;
        """

    /// What a step changes, and the record of it.
    package func changes(of step: SchemaPlan.Step) -> String {
        switch step {
        case .roles(let roles):
            // As the current user, who may be allowed what the owner is not; recorded with the objects, because at
            // first there is no table to record it in.
            roles.text
        case .migration(let migration):
            """
            \(Self.actAsOwner)
            \(migration.text)
            \(record(of: [row(for: migration)]));
            """
        case .objects(let objects):
            """
            \(Self.giveBack)
            \(Self.actAsOwner)
            \(objects.filter { $0.kind != .roles }.map(\.text).joined(separator: "\n"))
            \(record(of: objects.map(row)))
            on conflict (path) do update
            set checksum = excluded.checksum,
                applied_at = excluded.applied_at,
                applied_by = excluded.applied_by,
                binary_version = excluded.binary_version;
            \(Self.finish)
            """
        }
    }

    // MARK: Records

    private func record(of rows: [String]) -> String {
        """
        insert into pgsync.migrations (path, kind, number, name, checksum, breaking, binary_version)
        values
        \(rows.joined(separator: ",\n"))
        """
    }

    private func row(for migration: Migration) -> String {
        "(\(literal(migration.path)), 'migration', \(migration.number), \(literal(migration.name)), "
            + "\(literal(migration.checksum)), \(migration.isBreaking), \(literal(binaryVersion)))"
    }

    private func row(for object: SQLObject) -> String {
        "(\(literal(object.path)), 'object', null, \(literal(object.name)), "
            + "\(recordedChecksum(of: object)), false, \(literal(binaryVersion)))"
    }

    /// `SQLObject.recordedChecksum`, computed in the database because roles may have appeared since the plan.
    private func recordedChecksum(of object: SQLObject) -> String {
        guard object.kind == .grants else { return literal(object.checksum) }
        return """
            (
                select encode(
                    sha256(
                        convert_to(
                            \(literal(object.checksum + " "))
                            || coalesce(string_agg(role.rolname, ',' order by role.rolname collate "C"), ''),
                            'UTF8'
                        )
                    ),
                    'hex'
                )
                from pg_catalog.pg_roles as role
                where role.rolname in (\(SchemaDefinition.roles.map(literal).joined(separator: ", ")))
            )
            """
    }

    private func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
