import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite(
    "Everything in migrations and sql",
    .migrated,
    .timeLimit(.minutes(10))
)
struct SchemaObjectsTests {
    @Test("passes plpgsql_check")
    func passesPlpgsqlCheck() async throws {
        let database = TestDatabase.current
        let complaints = try await database.run(
            """
            create extension plpgsql_check; create extension pgcrypto; select pgsync.make_encryption();
            select format('%s line %s: %s %s', p.oid::regprocedure, c.lineno, c.level, c.message)
            from pg_proc as p
            inner join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
            left join pg_trigger as t on t.tgfoid = p.oid
            cross join plpgsql_check_function_tb(
                p.oid, coalesce(t.tgrelid, 0), oldtable => t.tgoldtable, newtable => t.tgnewtable,
                other_warnings => true, security_warnings => true, performance_warnings => true
            ) as c
            where p.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
            """
        )
        #expect(complaints == [])
    }

    @Test("pins the search path of every function and describes every object")
    func pinsAndDescribes() async throws {
        let database = TestDatabase.current
        let found = try await database.run(
            """
            select p.oid::regprocedure::text from pg_proc as p
            where p.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                and (
                    (
                        p.prosqlbody is null  -- Bound when created, it looks for no name.
                        and not 'search_path=pg_catalog, pgsync, pg_temp' = any(coalesce(p.proconfig, '{}'))
                    )
                    or obj_description(p.oid, 'pg_proc') is null
                )
            union all
            select c.oid::regclass::text from pg_class as c
            where c.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                and c.relkind in ('r', 'v', 'p', 'm') and obj_description(c.oid, 'pg_class') is null
            union all
            select c.oid::regclass || '.' || a.attname from pg_class as c
            inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                and c.relkind = 'v' and col_description(c.oid, a.attnum) is null
            union all
            select t.tgname::text from pg_trigger as t inner join pg_class as c on c.oid = t.tgrelid
            where c.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and not t.tgisinternal
                and t.tgparentid = 0
                and (t.tgenabled <> 'A' or obj_description(t.oid, 'pg_trigger') is null)
            """
        )
        #expect(found == [])
    }

    @Test("lets each role do all that a function it may call does")
    func grantsWhatFunctionsNeed() async throws {
        let refused = try await TestDatabase.current.run(
            """
            create function pg_temp.refused() returns setof text language plpgsql as $$
            declare
                v_role text;
                v_call regprocedure;
            begin
                for v_role, v_call in
                    select role.rolname, routine.oid
                    from pg_proc as routine
                    inner join pg_roles as role
                        on role.rolname in (
                            'pgsync_worker', 'pgsync_operator', 'pgsync_reader', 'pgsync_auditor',
                            'pgsync_site_reader', 'pgsync_dashboard', 'pgsync_api_read', 'pgsync_api_images',
                            'pgsync_api_operate', 'pgsync_api_admin', 'pgsync_api_audit', 'pgsync_api_site'
                        )
                        and has_function_privilege(role.oid, routine.oid, 'execute')
                    where routine.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                        and routine.pronargs = routine.pronargdefaults
                        and routine.prorettype <> 'trigger'::regtype
                loop
                    begin
                        execute format('set local role %I', v_role);
                        execute format('select * from %s()', v_call::regproc);
                        raise no_data_found;  -- Undoes what it did.
                    exception
                        when insufficient_privilege then
                            return next format('%s calls %s: %s', v_role, v_call, sqlerrm);
                        when others then null;
                    end;
                end loop;
            end;
            $$;
            select * from pg_temp.refused();
            """
        )
        #expect(refused == [])
    }

    @Test("leaves nothing to PUBLIC")
    func leavesNothingToPublic() async throws {
        for owner in TestDatabase.Owner.allCases {
            try await TestDatabase.with(owner: owner) { database in
                _ = try await database.connect { try await Migrator(binaryVersion: "1.0").migrate(on: $0) }
                let found = try await database.run(
                    """
                    select 'function ' || p.oid::regprocedure from pg_proc as p,
                        aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
                    where p.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and a.grantee = 0
                    union all
                    select 'relation ' || c.oid::regclass from pg_class as c, aclexplode(c.relacl) as a
                    where c.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and a.grantee = 0
                    union all
                    select 'schema ' || n.nspname from pg_namespace as n, aclexplode(n.nspacl) as a
                    where n.nspname in ('pgsync', 'ledger') and a.grantee = 0
                    """
                )
                #expect(found == [])
            }
        }
    }

    @Test("makes every object again without a change, bodies checked")
    func isRerunnable() async throws {
        let database = TestDatabase.current
        let before = try await database.run(CatalogDump.query)
        for object in SchemaDefinition.embedded.objects {
            try await database.run(
                "begin; set local role pgsync_owner; set local search_path to pg_catalog, pg_temp; \(object.kind == .roles ? "reset role;" : "") \(object.text) commit;"
            )
        }
        #expect(try await database.run(CatalogDump.query) == before)
    }
}
