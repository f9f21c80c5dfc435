import Arguments
import JSON
import PGSyncCluster
import PGSyncSelfTest
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync selftest", .timeLimit(.minutes(10)))
struct SelfTestCommandTests {
    /// What a self-test of this user must leave as it was: databases, roles, and who is connected where.
    private func server(_ database: CommandLineDatabase, _ user: String) async throws -> [String?] {
        try await database.query(
            """
            select 'database ' || datname from pg_database where pg_get_userbyid(datdba) = '\(user)'
            union all
            select 'role ' || rolname from pg_roles where rolname ~ '^pgsync|\(user)'
            union all
            select 'connection ' || datname from pg_stat_activity where usename = '\(user)'
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
        try await CommandLineDatabase.with { database in
            _ = await database.run("migrate")
            _ = await database.run("demo", "--bills", "12", "--rate", "500", "--bad", "0", "--edits", "0")
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
                #expect(run.output.contains(/\npublic.refunds +\d+ made up .*\n/), "\(run.output)")
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
                let before = try await server(database, role)
                let stranger = await database.run("selftest", as: role)
                #expect(stranger.exitCode == .notPermitted)
                #expect(stranger.errors.contains("an administrator run: alter role \"\(role)\" createdb;"))
                try await database.query("alter role \(role) createdb")
                let guest = await database.run("selftest", as: role)
                #expect(guest.exitCode == .notPermitted && guest.errors.contains("grant \"pgsync_owner\" to"))
                try await database.query("grant pgsync_owner to \(role)")
                try await database.query("insert into sales values (1, 100, 'final', '2026-01-05')")
                let run = await database.run("selftest", "--sources", "sales", as: role)
                #expect(run.exitCode == .success, "\(run.output) \(run.errors)")
                #expect(try await server(database, role) == before)
            }
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
                """
            )
            let run = await book.database.run(
                "selftest",
                "--json",
                "--sources",
                "sales,till.\"Odd\",till.spans"
            )
            #expect(run.exitCode == .notVerified, "\(run.output) \(run.errors)")
            let json = try run.json
            #expect(json["verdict"] == "incomplete")
            let tables = try #require(json["tables"]?.array)
            #expect(tables.map { $0["table"] } == ["public.sales", "till.\"Odd\"", "till.spans"])
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
        }
    }

    @Test("keeps its database if it is told to, and drops those that were left behind")
    func leftovers() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let kept = await database.run("selftest", "--sources", "sales", "--keep", "--json")
            let name = try #require(try kept.json["database"]?.string)
            #expect(kept.exitCode == .success && kept.errors.contains("drop database \(name);"))
            let entries = try await database.query(
                "select count(*)::text from ledger.journal_entries",
                database: name
            )
            #expect(entries != ["0"])
            try await database.query("alter database \(name) rename to pgsync_selftest_00000001")
            try await database.query("create database pgsync_selftest_00000002")
            try await database.query("create database pgsync_selftest_00000003")
            try await database.query("create database pgsync_selftest_ffffffff")
            let options = try ConnectionOptions(
                database.cluster.connectionString(database: "pgsync_selftest_00000003")
            )
            try await PostgresConnection.withConnection(to: options) { _ in
                #expect(await database.run("selftest", "--sources", "sales", "-q").exitCode == .success)
            }
            let suffixes = ["00000001", "00000003", "ffffffff"]
            let left = """
                select datname::text from pg_database
                where datname ~ '^pgsync_selftest_(0000000[123]|ffffffff)$'
                order by 1
                """
            #expect(try await database.query(left) == suffixes.map { "pgsync_selftest_\($0)" })
            for suffix in suffixes {
                try await database.query("drop database pgsync_selftest_\(suffix) with (force)")
            }
        }
    }

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

/// Something that is broken in the database of a self-test, which must find it.
struct Sabotage: Sendable, CustomTestStringConvertible {
    let name: String
    /// After which stage it is broken, and which one must fail.
    let after: SelfTestReport.StageName
    let failing: SelfTestReport.StageName
    let sql: String
    let words: String

    var testDescription: String { name }

    static let all: [Sabotage] = [
        .init(
            name: "capture that is off",
            after: .configuration,
            failing: .rows,
            sql: "alter table sales disable trigger \"000_pgsync_insert\"",
            words: "public.sales: insert of the rows: 0 changes were captured, not 1"
        ),
        .init(
            name: "a rule whose function was changed",
            after: .configuration,
            failing: .rows,
            sql: """
                do $do$ begin
                    execute replace(pg_get_functiondef('pgsync.rule_sale_v1'::regproc), '4000', '4100');
                end; $do$
                """,
            words: "verify finds rule of public.sales"
        ),
        .init(
            name: "changes that are lost",
            after: .rows,
            failing: .changes,
            sql: """
                create function public.lose() returns trigger language plpgsql as 'begin return null; end';
                create trigger lose before insert on pgsync.sync_queue for each row execute function public.lose()
                """,
            words: "changes were captured, with the outcomes"
        ),
        .init(
            name: "a verification that is blind",
            after: .truncation,
            failing: .faults,
            sql: """
                create function public.lose() returns trigger language plpgsql as 'begin return null; end';
                create trigger lose before insert on pgsync.sync_differences
                for each row execute function public.lose()
                """,
            words: "a row changed unseen was not found as"
        ),
        .init(
            name: "books that were altered",
            after: .faults,
            failing: .books,
            sql: """
                alter table ledger.journal_lines disable trigger user;
                update ledger.journal_lines set amount = amount + 1 where line = 1;
                update ledger.balance_snapshots set amount = amount + 1 where account = '1000'
                """,
            words: "INR: debits are"
        ),
    ]
}

@Suite("A self-test that must fail", .timeLimit(.minutes(10)))
struct FailingSelfTestTests {
    @Test("finds what is broken, names it, and runs no further stage", arguments: Sabotage.all)
    func sabotaged(_ sabotage: Sabotage) async throws {
        try await RuleBook.posting { book in
            let database = book.database
            var test = SelfTest(
                on: try ConnectionOptions(database.url()),
                worker: WorkerRun.optionsHere,
                logger: Logger(handler: StreamLogHandler.standardError(format: nil), level: .error)
            )
            test.rows = 0
            let report = try await test.run(explain: ErrorExplanation.message) { stage, name in
                guard stage.name == sabotage.after else { return }
                try await database.query(sabotage.sql, database: name)
            }
            #expect(report.verdict == .failed)
            let stage = try #require(report.stages.first { $0.state == .failed })
            #expect(stage.name == sabotage.failing)
            #expect(stage.problems.contains { $0.contains(sabotage.words) }, "\(stage.problems)")
            let later = report.stages.drop { $0.name != sabotage.failing }.dropFirst()
            #expect(later.allSatisfy { $0.state == .skipped })
            #expect(report.stages.map(\.name) == SelfTestReport.StageName.allCases)
            let left = try await database.query(
                "select datname::text from pg_database where datname = '\(report.database)'"
            )
            #expect(left == [])
        }
    }
}
