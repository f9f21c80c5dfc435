// Long because one book serves every trial.
import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync rules check, test, diff", .timeLimit(.minutes(10)))
struct RulesTrialTests {
    @Test("checks files against the database, and says what it had to believe")
    func checks() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule())
            let right = await book.rules("check", path)
            #expect(right.output == "no problem in 1 rule and 3 examples\n" && right.errors == "")
            let json = try await book.rules("check", path, "--json").json
            #expect(json["rules"]?[0]?["columns"] == ["state", "day", "total"] && json["problems"] == [])
            let early = await book.rules(
                "check",
                try book.write(RuleBook.rule(on: "public.later"), as: "later")
            )
            #expect(early.exitCode == .success)
            #expect(
                early.errors
                    == "public.later does not exist yet; its columns are taken as the rules declare them\n"
            )
            try await book.database.query("alter table sales alter total type text")
            let wrong = await book.rules("check", path, "--json")
            #expect(wrong.exitCode == .wrongRules)
            let problem = try wrong.json["problems"]?[0]
            #expect(problem?["line"] == 3 && problem?["column"] == 16)
            #expect(problem?["message"] == "total is text in public.sales, which cannot be read as money")
        }
    }

    @Test(
        "refuses what makes no sense",
        arguments: [
            (["check"], "missing argument PATH"), (["check", "/nonexistent"], "No such file or directory"),
            (["check", "x", "--offline"], "--offline needs the accounts"),
            (["check", "x", "--chart", "y"], "--chart goes with --offline"),
            (["diff", "x", "--rows", "--since", "2026-01-01"], "--rows uses present rows"),
            (["diff", "x", "--since", "2026-02-01", "--until", "2026-01-01"], "is before --since"),
            (["diff", "x", "--since", "yesterday"], "a day such as 2026-01-31"),
            (["diff", "x", "--until", "10000-01-01"], "0001-01-01 to 9999-12-31"),
            (["apply", "x", "--from", "10000-01-01"], "0001-01-01 to 9999-12-31"),
            (["retire", "x", "--from", "10000-01-01"], "0001-01-01 to 9999-12-31"),
            (["check", "/"], "no file in this directory ends in .rules"),
        ]
    )
    func refusals(words: [String], text: String) async {
        let run = await CommandLineRun(["rules"] + words)
        #expect(run.exitCode == .usage)
        #expect(run.errors.contains(text), "\(run.errors)")
    }

    @Test("runs each example in both places, for whoever may read")
    func tests() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule())
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_reader to \(role)")
                let run = await book.rules("test", path, as: role)
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(run.output.contains(/\nok +sale@1 +a total +posts 2 lines\n/))
                #expect(run.output.contains(/\nok +sale@1 +no total +fails data.missing\n/))
                #expect(run.output.hasSuffix("3 examples, all passed, in pgsync and in PostgreSQL\n"))
            }
            let json = try await book.rules("test", path, "--json").json
            #expect(
                json.array?.map { $0["in_database"] } == [
                    "posts 2 lines", "posts nothing", "fails data.missing",
                ]
            )
        }
    }

    @Test("says what is to be granted to who may not try rules")
    func mayNotTry() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule())
            try await book.database.withRole { role in
                try await book.database.query(
                    "grant pgsync_reader to \(role); revoke temporary on database \(book.database.name) from public"
                )
                let run = await book.rules("test", path, as: role)
                #expect(run.exitCode == .notPermitted)
                #expect(run.errors.contains("grant temporary on database"), "\(run.errors)")
            }
        }
    }

    @Test("shows an example that has another result")
    func failingExample() async throws {
        try await RuleBook.with { book in
            let text = RuleBook.rule().replacing("posts debit 1000 118.00", with: "posts debit 1000 119.00")
                .replacing("credit 4000 118.00", with: "credit 4000 119.00")
            let run = await book.rules("test", try book.write(text))
            #expect(run.exitCode == .wrongRules)
            #expect(run.output.contains(/\nFAIL +sale@1 +a total +posts 2 lines\n/))
            #expect(run.output.hasSuffix("1 of 3 examples failed\n"))
            #expect(run.errors.contains("the example 'a total' has another result"))
            #expect(run.errors.contains("help: it posts debit 1000 118.00 credit 4000 118.00"))
        }
    }

    // MARK: Diff

    /// A second version that posts fees where the total is round, and the same elsewhere.
    private static let candidate = RuleBook.rule(version: 2).replacing(
        "credit  4000",
        with: "credit  if total = 100 then 4100 else 4000"
    )

    @Test("shows exactly what a new version would post otherwise, and changes nothing")
    func diff() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            try await book.database.query(
                """
                select pgsync.attach('sales');
                insert into sales values (0, 100, 'final', '2026-01-05');
                truncate sales;
                insert into sales
                select g, case when g in (7, 8) then 100 else g end, 'final', '2026-01-05'
                from generate_series(1, 20) as g;
                update sales set total = 99 where id = 8;
                insert into sales values (30, 100, 'final', '2026-01-05'), (31, 100, 'draft', '2026-01-05'),
                    (32, null, 'final', '2026-01-05');
                delete from sales where id = 30;
                """
            )
            let path = try book.write(Self.candidate)
            for basis in [["--since", "2020-01-01"], ["--rows"]] {
                let words = ["rules", "diff", path, "--json"] + basis
                let run = await CommandLineRun(
                    words,
                    environment: ["PGSYNC_DATABASE_URL": book.database.url()]
                )
                #expect(run.exitCode == .success, "\(run.errors)")
                let json = try run.json
                #expect(json["rules"] == ["sale@2"] && json["records"] == 22 && json["differing"] == 1)
                #expect(json["failures"] == ["before": 1, "after": 1])
                let difference = json["differences"]?[0]
                #expect(difference?["record"] == "7" && difference?["table"] == "public.sales")
                #expect(
                    difference?["before"]?["rule"] == "sale@1" && difference?["after"]?["rule"] == "sale@2"
                )
                #expect(difference?["before"]?["lines"]?[1]?["account"] == "4000")
                #expect(difference?["after"]?["lines"]?[1]?["account"] == "4100")
                #expect(
                    json["trial_balance"] == [
                        [
                            "account": "4000", "name": "Sales", "currency": "INR", "before": "-394.00",
                            "after": "-294.00", "difference": "100.00",
                        ],
                        [
                            "account": "4100", "name": "Fees", "currency": "INR", "before": "0.00",
                            "after": "-100.00",
                            "difference": "-100.00",
                        ],
                    ]
                )
            }
            let text = await book.rules("diff", path).output
            #expect(
                text.contains(
                    /public.sales 7 +sale@1: 2026-01-05 Total +sale@2: 2026-01-05 Total\n +credit 4000 100.00 +credit 4100 100.00\n +and 1 line alike\n/
                ),
                "\(text)"
            )
            #expect(text.contains(/4100 +Fees +0.00 +-100.00 +-100.00 +INR/))
            #expect(text.hasSuffix("sale@2 would change the entries of 1 of 22 records\n"), "\(text)")
            #expect(
                await book.rules("diff", path, "--until", "2020-01-01").output.hasPrefix("no captured change")
            )
            #expect(try await book.rules("list", "--json").json.array?.count == 1)
        }
    }

    private static let long = RuleBook.rule(version: 2).replacing("'Total'", with: "'Total ' || state")
        .replacing("state = 'final'", with: "state <> 'draft'")
        .replacing("credit  4000  total", with: "credit  4000  total  party state  dimension state state")

    @Test(
        "knows what is longer than the journal takes, as posting does",
        arguments: [
            (995, "a description has 1001 characters; the limit is 1000"),
            (201, "a party has 201 characters; the limit is 200"),
        ]
    )
    func lengths(length: Int, message: String) async throws {
        try await RuleBook.posting { book in
            let state = String(repeating: "é", count: length)
            try await book.database.query("insert into sales values (1, 100, '\(state)', '2026-01-05')")
            let example = """
                  example 'a long text'
                    given { "total": "118.00", "state": "\(state)", "day": "2026-01-05" }
                    fails data.length

                """
            let path = try book.write(Self.long + example)
            let tested = await book.rules("test", path)
            #expect(tested.exitCode == .success, "\(tested.output)\(tested.errors)")
            let wrong = await book.rules(
                "test",
                try book.write(Self.long + example.replacing("fails data.length", with: "posts nothing"))
            )
            #expect(wrong.output.contains(message) || wrong.errors.contains(message), "\(wrong)")
            _ = try book.write(Self.long + example)
            let compared = try await book.rules("diff", path, "--since", "2020-01-01", "--json").json
            #expect(compared["failures"] == ["before": 0, "after": 1])
            #expect(await book.rules("apply", path, "--from", "2026-01-01").exitCode == .success)
            try await book.post()
            #expect(
                try await book.database.query(
                    "select error_class || ': ' || error_message from pgsync.sync_queue"
                )
                    == ["data.length: \(message)"]
            )
            let same = try await book.rules("diff", path, "--since", "2020-01-01", "--json").json
            #expect(same["failures"] == ["before": 1, "after": 1] && same["differing"] == 0, "\(same)")
        }
    }

    @Test(
        "needs no rule in force and no right but to read what pgsync has, and reads no table but as its owner"
    )
    func firstVersion() async throws {
        try await RuleBook.with { book in
            try await book.database.query(
                "insert into sales values (1, 5, 'final', '2026-01-05'), (2, 6, 'final', null)"
            )
            let path = try book.write(RuleBook.rule())
            let refused = await book.rules("diff", path, "--rows")
            #expect(refused.exitCode != .success)
            #expect(refused.errors.contains("public.sales is not attached, so that"), "\(refused.errors)")
            try await book.database.query("select pgsync.attach('sales')")
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_reader to \(role)")
                let run = await book.rules("diff", path, "--rows", as: role)
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(
                    run.output.contains(
                        /public.sales 1 +nothing +sale@1: 2026-01-05 Total\n +debit 1000 5.00\n/
                    )
                )
                #expect(run.output.contains("day is missing (data.missing)"))
                #expect(
                    run.output.hasSuffix(
                        "sale@1 would change the entries of 2 of 2 records; 0 failed before, 1 after\n"
                    )
                )
            }
        }
    }

    @Test("runs what the owner of a table has put there as him alone, and looks nothing up where he says")
    func codeOfOwner() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule())
            try await book.database.withRole { seller in
                // The predicate is evaluated whenever a statement on the table is planned.
                try await book.database.query(
                    """
                    insert into sales values (1, 5, 'final', '2026-01-05');
                    alter table sales owner to \(seller); grant create on schema public to \(seller);
                    select pgsync.attach('sales');
                    set role \(seller);
                    create function public.split_part(text, text, int) returns text language plpgsql as $$begin
                        raise exception 'looked up where he says, as %', current_user;
                    end$$;
                    create function public.note(int) returns boolean language plpgsql immutable as $$begin
                        if current_user <> '\(seller)' then raise exception 'run as %', current_user; end if;
                        perform set_config('search_path', 'public, pg_catalog', false);
                        return true;
                    end$$;
                    create index on sales (total) where public.note(1)
                    """
                )
                let run = await book.rules("diff", path, "--rows", "--json")
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(try run.json["differing"] == 1)
            }
        }
    }

    @Test("takes a backfilled row for newer than a change only if it contains it")
    func backfill() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            // The backfill read the row before a change that was under way, and its id came later.
            try await book.database.query(
                """
                insert into sales values (7, 100, 'final', '2026-01-05');
                select pgsync.attach('sales');
                insert into pgsync.sync_logs (source_table, record_id, action, data, slot)
                select 'sales', '7', 'update', to_jsonb(sales) || '{"total": 99}', 0 from sales;
                insert into pgsync.sync_logs (source_table, record_id, action, data, slot, snapshot)
                select 'sales', '7', 'create', to_jsonb(sales), 0, '1:1:' from sales;
                """
            )
            let path = try book.write(Self.candidate)
            let json = try await book.rules("diff", path, "--json").json
            #expect(json["records"] == 1 && json["differing"] == 0)
        }
    }

    @Test("limits what is shown, and counts the rest")
    func limit() async throws {
        try await RuleBook.with { book in
            try await book.database.query(
                "insert into sales select g, 100, 'final', '2026-01-05' from generate_series(1, 5000) as g;"
                    + "select pgsync.attach('sales')"
            )
            let path = try book.write(RuleBook.rule())
            let run = await book.rules("diff", path, "--rows", "--limit", "2")
            #expect(run.output.contains("and 4998 more; use --limit to see more\n"))
            #expect(run.errors.contains("comparing"), "a progress report")
            let json = try await book.rules("diff", path, "--rows", "--limit", "0", "--json").json
            #expect(json["differing"] == 5000 && json["differences"] == [])
            #expect(json["trial_balance"]?[0]?["difference"] == "500000.00")
        }
    }
}
