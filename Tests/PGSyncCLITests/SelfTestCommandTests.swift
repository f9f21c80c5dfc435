// Long because a self-test takes seconds: each test looks at many things in one run.

import Arguments
import JSON
import PGSyncCluster
import PGSyncSchema
import PGSyncSelfTest
import Postgres
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync selftest", .timeLimit(.minutes(10)))
struct SelfTestCommandTests {
    /// What a self-test of this user must leave as it was: databases, roles and their members, and nobody who
    /// is connected.
    private func server(_ database: CommandLineDatabase, _ user: String) async throws -> [String?] {
        // The server ends a session a moment after its client.
        try await eventually {
            try await database.query(
                "select count(*)::text from pg_stat_activity where usename = '\(user)'"
            ) == ["0"]
        }
        return try await database.query(
            """
            select 'database ' || datname from pg_database where pg_get_userbyid(datdba) = '\(user)'
            union all
            select 'role ' || rolname from pg_roles where rolname ~ '^pgsync|\(user)'
            union all
            select concat_ws(' ', 'member', roleid::regrole, member::regrole) from pg_auth_members
            where roleid::regrole::text ~ '^pgsync' and member::regrole::text ~ '^pgsync|\(user)'
            order by 1
            """
        )
    }

    private func counts(_ database: CommandLineDatabase) async throws -> [String?] {
        try await database.query(
            """
            select concat_ws(
                ' ', (select count(*) from pgsync.sync_logs), (select count(*) from pgsync.sync_audit_log),
                (select count(*) from ledger.journal_entries), (select count(*) from pgsync.sync_jobs)
            )
            """
        )
    }

    @Test("tries the clinic, with its rows and with the examples of its rules, and leaves nothing behind")
    func clinic() async throws {
        try await CommandLineDatabase.migrated { database in
            _ = await database.run(
                "demo",
                "--bills",
                "12",
                "--rate",
                "500",
                "--bad",
                "0",
                "--edits",
                "0",
                "--seed",
                "7"
            )
            try await database.withRole { user in
                try await database.query("alter role \(user) superuser")
                let before = try await (server(database, user), counts(database))
                let run = await database.run("selftest", "--rows", "5", as: user)
                #expect(run.exitCode == .success, "\(run.output) \(run.errors)")
                for stage in SelfTestReport.StageName.allCases {
                    #expect(
                        run.output.contains("\n✓ \(stage.rawValue) ")
                            || run.output.hasPrefix("✓ \(stage.rawValue) ")
                    )
                }
                #expect(
                    run.output.contains("8 of 8 tables") && run.output.contains(" faults found and healed")
                )
                #expect(run.output.contains(/\npublic.pharmacy_bills +\d .*\n/))
                #expect(run.output.contains(/\npublic.\w+ +\d+ made up .*\n/), "\(run.output)")
                #expect(run.output.contains(/\nthe self-test passed in .* s\n$/))
                let after = try await (server(database, user), counts(database))
                #expect(before.0 == after.0 && before.1 == after.1)
            }
        }
    }

    @Test("takes no more rights than it needs, and says which are missing")
    func rights() async throws {
        try await RuleBook.posting { book in
            try await book.database.withRole { role in
                let database = book.database
                try await database.query("grant pgsync_reader to \(role)")
                let stranger = await database.run("selftest", as: role)
                #expect(stranger.exitCode == .notPermitted)
                #expect(stranger.errors.contains("an administrator run: alter role \"\(role)\" createdb;"))
                try await database.query("alter role \(role) createdb")
                let guest = await database.run("selftest", as: role)
                #expect(guest.exitCode == .notPermitted && guest.errors.contains("grant \"pgsync_owner\" to"))
                try await database.query("grant pgsync_owner to \(role)")
                try await database.query(
                    """
                    alter table sales add column secret text not null default 'x';
                    select pgsync.attach('sales', exclude => '{secret}');
                    insert into sales values (1, 100, 'final', '2026-01-05'), (2, 7, 'final', '2026-01-05')
                    """
                )
                let before = try await server(database, role)
                let run = await database.run("selftest", "--sources", "sales", as: role)
                #expect(run.exitCode == .success, "\(run.output) \(run.errors)")
                #expect(try await server(database, role) == before)
            }
        }
    }

    @Test("creates and grants no roles, which would stay")
    func roles() async throws {
        try await OwnCluster.with { cluster in
            let book = CommandLineDatabase(name: "book", cluster: cluster)
            try await book.query(
                "create role plain login; create role helper login createdb createrole in role plain",
                database: "postgres"
            )
            try await book.query("create database book owner plain", database: "postgres")
            #expect(await book.run("migrate", as: "plain").exitCode == .success)
            let run = await book.run("selftest", as: "helper")
            #expect(run.exitCode == .schemaMissing)
            #expect(
                run.errors.contains("the roles pgsync_api_admin, ")
                    && run.errors.contains("would leave them behind")
            )
            #expect(
                try await book.query("select rolname::text from pg_roles where rolname like 'pgsync%'") == []
            )
            #expect(
                try await book.query("select datname::text from pg_database where datname like 'pgsync%'")
                    == []
            )

            let creation = SchemaDefinition.roles.map { "create role \($0);" }.joined()
            try await book.query("set role helper; \(creation)")
            let members =
                "select count(*)::text from pg_auth_members where roleid::regrole::text like 'pgsync%'"
            let before = try await book.query(members)
            let admin = await book.run("selftest", as: "helper")
            #expect(admin.exitCode == .schemaMissing)
            #expect(
                admin.errors.contains(
                    "; grant pgsync_capture to pgsync_owner; grant pgsync_node to pgsync_dashboard; grant pgsync_owner to helper;"
                ),
                "\(admin.errors)"
            )
            #expect(try await book.query(members) == before)
        }
    }

    @Test("copies enums, domains, composite types and renamed columns, and says what it cannot copy")
    func shapes() async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                """
                create schema till;
                create type till.mood as enum ('good', 'bad');
                create domain till.mark as varchar(3) check (value <> 'bad');
                create type till.place as (shelf till.mark, row integer);
                create function till.never(integer) returns boolean language sql as 'select false';
                create table till."Odd" (
                    "a key" till.mark, part smallint, mood till.mood not null, at till.place, moods till.mood[],
                    stamp timestamptz not null default now(), secret text not null check (length(secret) > 90),
                    number numeric, doubled numeric generated always as (number * 2) stored,
                    primary key ("a key", part)
                );
                select pgsync.attach('till."Odd"', exclude => array['secret']);
                alter table till."Odd" rename column number to amount;
                create type till.span as range (subtype = integer);
                create table till.spans (id integer primary key, span till.span);
                select pgsync.attach('till.spans');
                create table till.parts (id integer, year integer, note text, primary key (id, year))
                    partition by list (year);
                create table till.parts_2026 partition of till.parts for values in (2026);
                select pgsync.attach('till.parts', actions => '{create,update}');
                insert into till.parts values (1, 2026, 'kept'), (2, 2026, 'kept');
                -- Its reader reads for its former owner alone.
                alter table till.parts owner to pgsync_reader;
                create table till.narrow (
                    id smallint primary key, share numeric(3, 3), digit numeric(3, 2), hundreds numeric(2, -2),
                    spans int4multirange not null, document jsonb not null
                );
                select pgsync.attach('till.narrow');
                create table till.notes (id smallint primary key, document jsonb not null);
                select pgsync.attach('till.notes');
                insert into till.notes values (32766, 'null'), (32760, '{}');
                create table till.flags (flag boolean primary key, note text);
                select pgsync.attach('till.flags');
                """
            )
            let fee = try book.write(RuleBook.rule("fee", on: "public.fees"), as: "fee")
            #expect(await book.rules("apply", fee).exitCode == .success)
            let stateless = RuleBook.rule("fee", version: 2, on: "public.fees")
                .replacing(/.*(column state|when  ).*\n/, with: "")
                .replacing(/\ *example 'a draft'\n.*\n.*\n/, with: "")
                .replacing("\"state\": \"final\", ", with: "")
            let second = await book.rules(
                "apply",
                try book.write(stateless, as: "stateless"),
                "--from",
                "2026-01-01"
            )
            #expect(second.exitCode == .success, "\(second.errors)")
            try await book.database.query("alter table fees drop column state")
            let run = await book.database.run(
                "selftest",
                "--json",
                "--sources",
                "sales,till.\"Odd\",till.spans,till.parts,sales,till.narrow,till.notes,till.flags,fees"
            )
            #expect(run.exitCode == .notVerified, "\(run.output) \(run.errors)")
            let json = try run.json
            #expect(json["verdict"] == "incomplete")
            let tables = try #require(json["tables"]?.array)
            #expect(
                tables.map { $0["table"]?.string } == [
                    "public.sales", "till.\"Odd\"", "till.spans", "till.parts", "till.narrow", "till.notes",
                    "till.flags", "public.fees",
                ]
            )
            #expect(tables[0]["made_up"] == true && tables[0]["not_tried"] == [])
            #expect(
                tables[1]["rows"] == 3 && tables[1]["failures"]?[0]?["error_class"] == "rule.missing",
                "\(tables[1])"
            )
            #expect(tables[1]["not_tried"]?[0]?.string?.contains("no faults") == true)
            #expect(
                tables[2]["not_tried"] == ["the type till.span has code of its own, or is the row of a table"]
            )
            #expect(tables[2]["captured"] == 0)
            // 3 rows; 5 inserted; an update; an upsert of 2.
            #expect(tables[3]["made_up"] == true && tables[3]["captured"] == 11, "\(tables[3])")
            func notTried(_ table: Int) -> [String] {
                tables[table]["not_tried"]?.array?.compactMap(\.string) ?? []
            }
            #expect(notTried(3)[0].hasPrefix("its own rows, which could not be read: "))
            for table in [4, 5] { #expect(notTried(table) == ["no faults: none of its rows is posted"]) }
            #expect(tables[5]["made_up"] == false && tables[5]["rows"] == 2)
            #expect(notTried(6)[0].hasPrefix("no insert of made-up rows, nor what follows: duplicate key"))
            #expect(tables[6]["captured"] == 0)
            #expect(notTried(7) == ["fee@1: there is no column state"])
        }
    }

    @Test("keeps its database if it is told to, and drops those that were left behind")
    func leftovers() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await database.query(
                """
                select pgsync.attach('sales', site_column => 'state');
                select pgsync.set_configuration('books_time_zone', 'Asia/Kolkata');
                select pgsync.set_configuration('posting_paused', 'true');
                select pgsync.set_configuration('enable_real_time_sync', 'false');
                insert into sales values (2147483646, 5, 'draft', '2026-01-05');
                insert into ledger.currencies (code, name, exponent) values ('XTS', 'Test', 4)
                """
            )
            let second = try book.write(RuleBook.rule(version: 2, credit: "4100"), as: "second")
            #expect(await book.rules("apply", second, "--from", "2026-01-01").exitCode == .success)
            let mark = "Kept by pgsync selftest --keep."
            for suffix in 1...4 {
                // A self-test beside this one drops whatever has such a name and no mark.
                let aside = "aside_\(suffix)_\(UInt32.random(in: 0 ... .max))"
                try await database.query("create database \(aside)")
                if suffix == 1 || suffix == 3 {
                    try await database.query("comment on database \(aside) is '\(mark)'")
                }
                try await database.query("alter database \(aside) rename to \(Self.old)\(suffix)")
            }
            let young = "pgsync_selftest_ffffffff"
            try await database.query("create database \(young)")
            let options = try ConnectionOptions(database.cluster.connectionString(database: "\(Self.old)3"))
            let run = try await PostgresConnection.withConnection(to: options) { _ in
                try await database.query("comment on database \(Self.old)3 is null")
                return await database.run("selftest", "--sources", "sales", "--keep", "--json")
            }
            let name = try #require(try run.json["database"]?.string)
            #expect(
                run.exitCode == .success && run.errors.contains("drop database \(name);"),
                "\(run.errors)"
            )
            // No row of its own is posted, so there are the examples of both versions.
            let table = try #require(try run.json["tables"]?[0])
            #expect(table["rows"] == 3 && table["made_up"] == false && table["not_tried"] == [], "\(table)")
            #expect(
                try await database.query(
                    "select has_database_privilege('public', '\(name)', 'connect, create, temporary')::text"
                ) == ["false"]
            )
            let left = try await database.query(
                """
                select concat_ws(': ', datname, shobj_description(oid, 'pg_database')) from pg_database
                where datname ~ '^\(Self.old)[1234]$' or datname in ('\(young)', '\(name)')
                order by datname
                """
            )
            let expected = ["\(Self.old)1: \(mark)", "\(Self.old)3", "\(name): \(mark)", young]
            #expect(left == expected.sorted())

            let copied = """
                select concat_ws(
                    ' ', pgsync.configuration_text('books_time_zone'),
                    (select exponent from ledger.currencies where code = 'XTS'),
                    (select string_agg(version || ' from ' || active_from, ', ' order by version) from pgsync.rules),
                    (select string_agg(distinct site, ' ') from ledger.journal_entries)
                )
                """
            #expect(
                try await database.query(copied, database: name)
                    == ["Asia/Kolkata 4 1 from -infinity, 2 from 2026-01-01 final"]
            )
            for name in ["\(Self.old)1", "\(Self.old)3", young, name] {
                // A self-test beside this one may have dropped the third.
                try await database.query("drop database if exists \(name) with (force)")
            }
        }
    }

    /// How the names of databases begin that are older than any server.
    private static let old = "pgsync_selftest_0000000"

    @Test("has nothing to say where no table is attached, and refuses one that is not")
    func noTable() async throws {
        try await RuleBook.with { book in
            let run = await book.database.run("selftest")
            #expect(run.exitCode == .notVerified && run.output.contains("no table is attached"))
            let unattached = await book.database.run("selftest", "--sources", "sales")
            #expect(
                unattached.exitCode == .refused && unattached.errors.contains("public.sales is not attached")
            )
        }
    }
}
