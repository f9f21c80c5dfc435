/// The SQL of a plan: the migrator runs it statement by statement, and people may run it as a whole in psql.
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

    /// Makes the outcome of a transaction independent of whoever runs it.
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
            perform pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(schema.nspowner)::text, true)
            from pg_catalog.pg_namespace as schema
            where schema.nspname = 'pgsync';
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
            \(Self.actAsOwner)
            \(objects.filter { $0.kind != .roles }.map(\.text).joined(separator: "\n"))
            \(record(of: objects.map(row)))
            on conflict (path) do update
            set checksum = excluded.checksum,
                applied_at = excluded.applied_at,
                applied_by = excluded.applied_by,
                binary_version = excluded.binary_version;
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
