import PGSyncCluster
import PGSyncSchema
import Postgres
import Subprocesses
import TestSupport
import Testing

extension MigratorTests {
    @Test("uses no schema, as a superuser, whose owner could run code as him")
    func refusesStrangers() async throws {
        try await TestDatabase.with(owner: .plain) { database in
            try await database.run(
                """
                create schema pgsync; create table pgsync.ran (by_role text);
                create table pgsync.migrations (
                    path text, kind text, number integer, name text, checksum text, breaking boolean, applied_at timestamptz,
                    applied_by text, binary_version text
                );
                insert into pgsync.migrations values ('x', 'migration', 1, 'x', 'x', false, now(), 'a', 'a');
                create function pgsync.trap() returns boolean language plpgsql as $$begin
                    perform set_config('role', 'none', true);
                    if current_user <> '\(database.owner)' then raise exception 'ran as %', current_user; end if;
                    return true;
                end$$;
                alter table pgsync.migrations enable row level security, force row level security;
                create policy trap on pgsync.migrations using (pgsync.trap())
                """
            )
            let options = database.superuser
            try await database.connect(as: options) { connection in
                let refusal = SchemaError.ownedByStranger(
                    schema: "pgsync",
                    owner: database.owner,
                    user: PrivateCluster.superuser
                )
                await #expect(throws: refusal) { try await migrator.status(on: connection, comparing: true) }
                await #expect(throws: refusal) { try await migrator.migrate(on: connection) }
            }
            // With less rights there is less to take.
            try await database.connect { connection in
                let status = try await migrator.status(on: connection)
                #expect(status.plan.conflict != nil)
            }
        }
    }

    @Test("works where nobody may create roles, says what is missing, and grants once the roles are there")
    func worksWithoutRoles() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(owner: .plain, on: cluster) { database in
                var notices: [ServerNotice] = []
                _ = try await database.connect { connection in
                    try await migrator.migrate(on: connection) { event in
                        if case .notice(let notice) = event { notices.append(notice) }
                    }
                }
                let warning = try #require(notices.first { $0.isWarning })
                #expect(warning.message.hasPrefix("missing roles: pgsync_api_admin, pgsync_api_audit"))
                #expect(warning.hint?.contains("sql/roles.sql") == true)

                let before = try await database.run(CatalogDump.query, as: database.superuser)
                #expect(try await migrate(database) == [])
                #expect(try await database.run(CatalogDump.query, as: database.superuser) == before)

                let roles = try #require(SchemaDefinition.embedded.objects.first { $0.kind == .roles })
                try await database.psql(roles.text, role: "postgres")
                #expect(try await migrate(database) == ["sql/ (1 object)"])
                let isReadable = try await database.run(
                    "select has_table_privilege('pgsync_reader', 'pgsync.migrations', 'select')"
                )
                #expect(isReadable == ["t"])
                #expect(try await migrate(database) == [])
            }
        }
    }
}
