import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite("Rules in SQL", .migrated, .timeLimit(.minutes(10)))
struct RulesTests {
    /// A rule that posts the amount of a row, its version as the account; written by hand where the compiler
    /// would write it.
    private static func version(_ number: Int, from day: String = "-infinity", of name: String = "bill")
        -> String
    {
        let query = """
            select
                case when image ->> 'amount' is null then 'data.missing' end, null::text, null::text,
                (image ->> 'day')::date, 'INR'::text, ''::text, array['\(number)', '0'],
                array[(image ->> 'amount')::bigint, - (image ->> 'amount')::bigint], null::text[], null::jsonb[]
            where image ->> 'status' is distinct from 'draft'
            """
        return """
            set role pgsync_owner;
            \(LittleLedger.rule(name, version: number, query))
            insert into pgsync.rules (
                name, version, table_name, source_table, content, checksum, columns, function_name, function_checksum,
                currency, active_from
            )
            values (
                '\(name)', \(number), 'public.bills', 'bills', 'as written', encode(sha256('as written'), 'hex'),
                '{amount,day}', 'rule_\(name)_v\(number)', pgsync.rule_checksum('rule_\(name)_v\(number)'), 'INR', '\(day)'
            );
            reset role;
            """
    }

    private static let refresh = "set role pgsync_owner; select from pgsync.refresh_evaluate(); reset role;"

    private func run(_ script: String) async throws -> [String?] {
        try await TestDatabase.current.run(script)
    }

    /// What is posted for a row of the table: the rule, or why none could.
    private func posted(_ image: String, in table: String = "bills") async throws -> [String?] {
        try await run(
            """
            select concat_ws(' ', rule, error_class, accounts[1], amounts[1])
            from pgsync.evaluate(array['\(table)']::regclass[], array['\(image)']::jsonb[])
            order by rule
            """
        )
    }

    @Test("yield nothing while there are none")
    func none() async throws {
        _ = try await run("create table bills (id int primary key)")
        #expect(try await posted(#"{"amount": 5}"#) == [])
        _ = try await run(Self.refresh)
        #expect(try await posted(#"{"amount": 5}"#) == [])
    }

    @Test("are chosen by the day on the document, to the day")
    func days() async throws {
        _ = try await run(
            "create table bills (id int primary key); create table others (id int);"
                + Self.version(1) + Self.version(2, from: "2026-04-01") + Self.refresh
        )
        #expect(try await posted(#"{"amount": 5, "day": "2026-03-31"}"#) == ["bill@1 1 5"])
        #expect(try await posted(#"{"amount": 5, "day": "2026-04-01"}"#) == ["bill@2 2 5"])
        #expect(try await posted(#"{"amount": 5, "day": "0001-01-01"}"#) == ["bill@1 1 5"])
        #expect(try await posted(#"{"amount": 5, "day": "2026-04-01"}"#, in: "others") == [])
        #expect(try await posted(#"{"amount": 5, "day": "2026-04-01", "status": "draft"}"#) == [])
    }

    @Test("report what has no day by the version that is for today")
    func undated() async throws {
        _ = try await run(
            "create table bills (id int primary key);" + Self.version(1)
                + Self.version(2, from: "2020-01-01") + Self.version(3, from: "9999-01-01") + Self.refresh
        )
        #expect(try await posted("{}") == ["bill@2 data.missing 2"])
    }

    @Test("are for each day one version, whatever the order of their beginnings")
    func spans() async throws {
        _ = try await run(
            "create table bills (id int primary key);" + Self.version(1)
                + Self.version(2, from: "2026-04-01") + Self.version(3, from: "2026-01-01")
                + Self.version(1, of: "other") + Self.refresh
        )
        let spans = "select concat_ws(' ', name, version, days) from pgsync.rule_spans order by name, version"
        #expect(
            try await run(spans) == [
                "bill 1 [-infinity,2026-01-01)", "bill 2 empty", "bill 3 [2026-01-01,)",
                "other 1 [-infinity,)",
            ]
        )
        _ = try await run("update pgsync.rules set active_until = '2026-06-01' where name = 'bill'")
        #expect(
            try await run(spans).prefix(3) == [
                "bill 1 [-infinity,2026-01-01)", "bill 2 empty", "bill 3 [2026-01-01,2026-06-01)",
            ]
        )
        let body = try await run("select pg_get_functiondef('pgsync.evaluate'::regproc)")[0] ?? ""
        #expect(body.contains("bill@3") && !body.contains("bill@2"))
    }

    @Test(
        "never change but to be retired, once",
        arguments: [
            "update pgsync.rules set content = 'x', checksum = encode(sha256('x'), 'hex')",
            "update pgsync.rules set active_from = '2020-01-01'",
            "update pgsync.rules set active_until = '2026-02-01'",
            "update pgsync.rules set active_until = null",
            "delete from pgsync.rules", "truncate pgsync.rules",
            "set session_replication_role = replica; delete from pgsync.rules",
        ]
    )
    func immutable(statement: String) async throws {
        _ = try await run(
            "create table bills (id int primary key);" + Self.version(1)
                + "update pgsync.rules set active_until = '2026-01-01'"
        )
        let error = await #expect(throws: PostgresError.self) { try await run(statement) }
        #expect(error?.sqlState == SQLState("55000"))
        #expect(error?.hint?.contains("pgsync rules retire") == true)
    }

    @Test("let their table be dropped, and then post nothing")
    func dropped() async throws {
        _ = try await run("create table bills (id int primary key);" + Self.version(1) + Self.refresh)
        _ = try await run("drop table bills; create table bills (id int primary key)")
        #expect(try await posted(#"{"amount": 5}"#) == [])
    }

    @Test("become part of the query that asks, in one pass over the batch")
    func inlined() async throws {
        _ = try await run(
            "create table bills (id int primary key);" + Self.version(1) + Self.version(2, from: "2026-04-01")
                + Self.refresh
        )
        let plan = try await run(
            """
            set role pgsync_worker;
            explain (verbose)
            select * from pgsync.evaluate(array['bills']::regclass[], array['{}']::jsonb[])
            """
        ).compactMap(\.self).joined(separator: "\n")
        #expect(!plan.contains("Function Scan on pgsync."), "\(plan)")
        #expect(plan.contains("CTE batch") && !plan.contains("Join"), "\(plan)")
    }

    @Test("can be run by who reads or posts, also after the grants are made anew, and by nobody else")
    func rights() async throws {
        let ask =
            "select count(*)::text from pgsync.evaluate(array['bills']::regclass[], array['{}']::jsonb[])"
        _ = try await run("create table bills (id int primary key);" + Self.version(1) + Self.refresh)
        let grants = try #require(SchemaDefinition.embedded.objects.first { $0.kind == .grants })
        for again in ["", "set search_path to pg_catalog, pg_temp; \(grants.text)"] {
            _ = try await run(again)
            for role in ["pgsync_reader", "pgsync_auditor", "pgsync_operator", "pgsync_worker"] {
                #expect(try await run("set role \(role); \(ask)") == ["1"], "\(role)")
            }
            #expect(
                try await run(
                    """
                    select p.oid::regprocedure::text
                    from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
                    where p.pronamespace = 'pgsync'::regnamespace and a.grantee = 0
                    """
                ) == []
            )
        }
        let error = await #expect(throws: PostgresError.self) {
            try await run("set role pgsync_operator; insert into pgsync.rules (name) values ('x')")
        }
        #expect(error?.sqlState == .insufficientPrivilege)
    }

    @Test("stay when the schema is migrated again")
    func migrated() async throws {
        let database = TestDatabase.current
        _ = try await run("create table bills (id int primary key);" + Self.version(1) + Self.refresh)
        _ = try await run(
            "update pgsync.migrations set checksum = repeat('0', 64) where kind = 'object' and path <> 'sql/roles.sql'"
        )
        _ = try await database.connect { try await Migrator(binaryVersion: "2.0").migrate(on: $0) }
        #expect(try await posted(#"{"amount": 5}"#) == ["bill@1 1 5"])
    }

    @Test("show a function that was changed by its checksum")
    func checksum() async throws {
        _ = try await run("create table bills (id int primary key);" + Self.version(1))
        let same = "select (function_checksum = pgsync.rule_checksum(function_name))::text from pgsync.rules"
        #expect(try await run(same) == ["true"])
        _ = try await run("alter function pgsync.rule_bill_v1(jsonb) volatile")
        #expect(try await run(same) == ["false"])
        _ = try await run("drop function pgsync.rule_bill_v1(jsonb)")
        #expect(try await run(same) == [nil])
        _ = try await run("update pgsync.rules set function_checksum = null")
    }

    @Test("refuse what is no rule", arguments: [("Bill", 1), ("bill", 0), ("b'", 1), ("", 1)])
    func refusals(name: String, version: Int) async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await TestDatabase.current.session { session in
                try session.runScript("create table bills (id int primary key)")
                try session.execute(
                    """
                    insert into pgsync.rules (
                        name, version, table_name, source_table, content, checksum, columns, function_name, currency
                    )
                    select
                        \(name), \(version)::integer, 'public.bills', 'bills', '', encode(sha256(''), 'hex'), '{}',
                        'rule_' || \(name) || '_v' || \(version), 'INR'
                    """
                )
            }
        }
        #expect(error?.sqlState == .checkViolation, "\(String(describing: error))")
    }
}
