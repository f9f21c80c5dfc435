import Arguments
import JSON
import Testing

@testable import PGSyncCLI

/// Rows that are hard to show, and tables that are gone.
@Suite("Odd records", .timeLimit(.minutes(10)))
struct OddRecordsTests {
    @Test(
        "of a dropped table are found by its name and number, and its faults are not those of its successor"
    )
    func dropped() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await book.sell(1)
            let number = try #require(
                try await database.query("select 'sales'::regclass::oid::text").first ?? nil
            )
            try await database.query("drop table sales")
            for name in ["sales", "public.sales", number] {
                let run = await database.run("trace", name, "1")
                #expect(run.exitCode == .success && run.output.contains("posted"), "\(name): \(run.errors)")
            }
            try await database.query(
                """
                create table sales (id int primary key, total numeric(12, 2), state text, day date);
                select pgsync.attach('sales'); insert into sales values (2, 5, 'draft', '2026-01-05')
                """
            )
            #expect(await database.run("trace", number, "1").output.contains("posted"))
            #expect(await database.run("trace", "sales", "1").exitCode == .noSuchChange)
            #expect(await database.run("trace", "sales", "2").exitCode == .success)
            let sources = try await database.run("sources", "--json").json.array ?? []
            let findings = sources.filter { $0["table"] == "public.sales" }.map {
                $0["findings"]?.array?.count ?? -1
            }
            #expect(findings.sorted() == [0, 1])
        }
    }

    @Test("that are nested more deeply than JSON is read are shown as texts")
    func deep() async throws {
        try await RuleBook.with { book in
            let database = book.database
            try await database.query(
                """
                create table deep (id int primary key, doc jsonb); select pgsync.attach('deep');
                insert into deep values (1, (repeat('[', 300) || repeat(']', 300))::jsonb)
                """
            )
            try await book.post()
            for words in [
                ["dead", "show", "1", "--images"], ["trace", "deep", "1", "--images"],
                ["queue", "show", "1", "--images"],
            ] {
                let run = await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": database.url()])
                #expect(run.exitCode == .success && run.output.contains("[[[["), "\(words): \(run.errors)")
                let json = await CommandLineRun(
                    words + ["--json"],
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                )
                #expect(json.exitCode == .success && json.output.contains("[[[["), "\(words): \(json.errors)")
                #expect(throws: Never.self) { try json.json }
            }
        }
    }

    @Test("that cannot be read are left out of a comparison, and named; all others are compared")
    func unreadable() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await database.query("alter table sales add extra json; select pgsync.reattach('sales')")
            try await book.sell(1, 2)
            try await database.query(
                #"insert into sales values (3, 5, 'final', '2026-01-05', '{"a": "\u0000"}')"#
            )
            let text = RuleBook.rule(version: 2, credit: "4100").replacing(
                "  debit   1000  total\n",
                with: "  if extra is not null\n    assert total > 0\n  debit   1000  total\n"
            ).replacing(
                "  column day   date\n",
                with: "  column day   date\n  column extra list (price money)\n"
            )
            .replacing(
                "  if extra is not null\n    assert total > 0\n",
                with: "  for each extra as e\n    assert e.price > 0\n"
            )
            .replacing(#""state": "final""#, with: #""extra": [], "state": "final""#)
            let run = await book.rules("diff", try book.write(text, as: "next"), "--rows", "--json")
            #expect(run.exitCode == .success, "\(run.errors)")
            let json = try run.json
            // What jsonb refuses is a text in an image, and so it is here; a rule takes it for no list.
            #expect(json["records"] == 3 && json["left_out_count"] == 0, "\(json)")
        }
    }

    @Test("posted by an earlier version are counted when another is applied to their days")
    func postedByOthers() async throws {
        try await RuleBook.posting { book in
            try await book.sell(1, 2)
            let path = try book.write(RuleBook.rule(version: 2, credit: "4100"), as: "next")
            let dry = await book.rules("apply", path, "--from", "2026-01-01", "--dry-run")
            #expect(
                dry.errors.contains("2 records") && dry.errors.contains("pgsync rules diff"),
                "\(dry.errors)"
            )
            let run = await book.rules("apply", path, "--from", "2026-01-01")
            #expect(
                run.errors.contains("2 records") && run.errors.contains("pgsync backfill public.sales"),
                "\(run.errors)"
            )
            let later = try book.write(RuleBook.rule(version: 3), as: "later")
            #expect(
                try await book.rules("apply", later, "--from", "2026-02-01", "--json").json["rules"]?.array?
                    .first?["posted_by_other_versions"] == 0
            )
        }
    }

    @Test(
        "of a column that came after its table was attached are a fault of the rule, until the table is renewed"
    )
    func addedColumn() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await database.query("alter table sales add confirmed_on date")
            let text = RuleBook.rule(version: 2).replacing(
                "  date      day\n",
                with: "  date      confirmed_on\n"
            )
            .replacing(#""day":"#, with: #""confirmed_on":"#).replacing(
                "column day   date",
                with: "column confirmed_on date"
            )
            let path = try book.write(text, as: "next")
            let refused = await book.rules("check", path)
            #expect(refused.exitCode == .wrongRules)
            #expect(
                refused.errors.contains("pgsync attach public.sales --renew --backfill"),
                "\(refused.errors)"
            )
            #expect(await database.run("attach", "sales", "--renew").exitCode == .success)
            let applied = await book.rules("apply", path, "--from", "2026-01-01")
            #expect(applied.exitCode == .success, "\(applied.errors)")
        }
    }

    @Test("that wait, are dead or are paused are findings of doctor")
    func doctor() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await database.query("insert into sales values (1, null, 'final', '2026-01-05')")
            try await book.post()
            try await database.query("insert into sales values (2, 5, 'final', '2026-01-05')")
            let idle = await database.run("doctor")
            #expect(idle.output.contains("1 dead letter: 1 data.missing"), "\(idle.output)")
            #expect(idle.output.contains("no worker runs; 1 change waits"))
            _ = await database.run("pause")
            #expect(await database.run("doctor").output.contains("posting is paused; 1 change waits"))
        }
    }
}
