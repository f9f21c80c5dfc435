import Arguments
import JSON
import Postgres
import Testing

@testable import PGSyncCLI

@Suite("pgsync rules apply, list, show, retire", .timeLimit(.minutes(10)))
struct RulesApplyTests {
    @Test("puts rules into force, says what is left to do, and finds nothing to do the second time")
    func applies() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            try book.write(RuleBook.rule("fee", on: "public.fees", credit: "4100"), as: "fee")
            try await book.database.query(
                """
                select pgsync.attach('fees');
                insert into fees values (1, 5, 'final', '2026-01-05'), (2, 5, 'final', '2026-01-05');
                update pgsync.sync_queue set sync_status = 'failed', error_class = 'rule.missing';
                """
            )
            let run = await book.rules("apply", book.directory)
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(
                run.output.contains(/applied +fee@1 +public.fees +all\napplied +sale@1 +public.sales +all\n/)
            )
            #expect(
                run.errors.contains("public.sales is not attached, so nothing of it is posted: pgsync attach")
            )
            #expect(run.errors.contains("2 changes of public.fees found no rule before: pgsync retry"))
            #expect(!run.errors.contains("public.fees is not attached"))
            #expect(try await book.posted(day: "2026-01-05") == ["sale@1 4000 -500"])
            #expect(try await book.posted(day: "1999-01-05", in: "fees") == ["fee@1 4100 -500"])

            let again = try await book.rules("apply", book.directory, "--json").json
            #expect(again["rules"]?.array?.map { $0["outcome"] } == ["unchanged", "unchanged"])
            #expect(again["tables"]?[0]?["dead_letters"] == 2 && again["tables"]?[1]?["attached"] == false)
        }
    }

    @Test("applies nothing when one of several files is wrong")
    func transactional() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            try book.write(RuleBook.rule("fee", on: "public.fees", credit: "4200"), as: "fee")
            let run = await book.rules("apply", book.directory)
            #expect(run.exitCode == .wrongRules && run.output == "")
            #expect(run.errors.contains("fee.rules:11:11: error: unknown account 4200\n"))
            #expect(try await book.rules("list", "--json").json == [])
            #expect(
                try await book.database.query(
                    "select proname::text from pg_proc where proname ~ '^rule_(fee|sale)'"
                )
                    == []
            )
        }
    }

    @Test("tries everything in a dry run, and changes nothing")
    func dryRun() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            let run = await book.rules("apply", book.directory, "--dry-run", "--from", "2026-04-01")
            #expect(run.output.contains(/applied +sale@1 +public.sales +from 2026-04-01\n/), "\(run.errors)")
            #expect(run.errors.contains("nothing was changed"))
            #expect(try await book.rules("list", "--json").json == [])
        }
    }

    @Test("keeps a version as it is, and lets the next one take over on its day")
    func versions() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            try book.write(RuleBook.rule(credit: "4100"))
            let refused = await book.rules("apply", book.directory)
            #expect(refused.exitCode == .wrongRules)
            #expect(
                refused.errors.contains(
                    ":2:19: error: version 1 of sale is already applied, with other content"
                )
            )
            #expect(refused.errors.contains("help: a version never changes: give this one version 2"))

            try book.write(RuleBook.rule(version: 2, credit: "4100"))
            let second = await book.rules("apply", book.directory, "--from", "2026-04-01")
            #expect(
                second.output.contains(/applied +sale@2 +public.sales +from 2026-04-01\n/),
                "\(second.errors)"
            )
            #expect(try await book.posted(day: "2026-03-31") == ["sale@1 4000 -500"])
            #expect(try await book.posted(day: "2026-04-01") == ["sale@2 4100 -500"])
            #expect(try await book.posted(day: "2026-02-30") == ["sale@2 data.date"])

            try book.write(RuleBook.rule(version: 3))
            _ = await book.rules("apply", book.directory)
            let today = try await book.database.query("select current_date::text")[0] ?? ""
            let list = try await book.rules("list", "--json").json
            #expect(list.array?.map { $0["days"]?["from"] } == [.null, "2026-04-01", .string(today)])
            #expect(list[2]?["in_force"] == true && list[1]?["in_force"] == false)
            #expect(try await book.posted(day: today) == ["sale@3 4000 -500"])
            let table = await book.rules("list").output
            #expect(table.contains(/sale@1 +public.sales +before 2026-04-01 +/), "\(table)")
        }
    }

    @Test("lets two who apply the same at once both succeed, and of two that differ one")
    func together() async throws {
        try await RuleBook.with { book in
            let same = try book.write(RuleBook.rule())
            async let first = book.rules("apply", same, "--json")
            async let second = book.rules("apply", same, "--json")
            let outcomes = try await [first.json, second.json].map { $0["rules"]?[0]?["outcome"] }
            #expect(Set(outcomes.map { $0?.string }) == ["applied", "unchanged"])

            let one = try book.write(RuleBook.rule("fee", on: "public.fees"), as: "one")
            let two = try book.write(RuleBook.rule("fee", on: "public.fees", credit: "4100"), as: "two")
            async let third = book.rules("apply", one)
            async let fourth = book.rules("apply", two)
            let codes = await [third.exitCode, fourth.exitCode]
            #expect(Set(codes) == [.success, .wrongRules])
        }
    }

    @Test("is for who may act as the owner, and tells others what an administrator runs")
    func rights() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule())
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_operator to \(role)")
                let run = await book.rules("apply", path, as: role)
                #expect(run.exitCode == .notPermitted)
                #expect(run.errors.contains("grant \"pgsync_owner\" to \"\(role)\";"))
                let list = await book.rules("list", as: role)
                #expect(list.exitCode == .success && list.errors.contains("there are no rules"))
            }
        }
    }

    @Test("refuses a table that is not there, and a column that is not captured")
    func tables() async throws {
        try await RuleBook.with { book in
            let path = try book.write(RuleBook.rule(on: "public.sale"))
            let run = await book.rules("apply", path)
            #expect(run.errors.contains(":2:24: error: unknown table public.sale\n"), "\(run.errors)")
            #expect(run.errors.contains("help: did you mean public.sales?"))
            try await book.database.query("select pgsync.attach('sales', exclude => array['state'])")
            let other = await book.rules("apply", try book.write(RuleBook.rule()))
            #expect(
                other.errors.contains(":4:10: error: public.sales has a column state, but it is not captured")
            )
        }
    }

    @Test("shows what is applied, a rule file by itself, or what it was compiled to")
    func shows() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            let shown = await book.rules("show", "sale")
            #expect("# sale\n\(shown.output)" == RuleBook.rule())
            let again = await book.rules("apply", try book.write(shown.output, as: "again"), "--json")
            #expect(try again.json["rules"]?[0]?["outcome"] == "unchanged")
            let sql = await book.rules("show", "sale", "--version", "1", "--sql").output
            #expect(sql.hasPrefix("CREATE OR REPLACE FUNCTION pgsync.rule_sale_v1(image jsonb)"), "\(sql)")
            let unknown = await book.rules("show", "sales")
            #expect(unknown.exitCode == .noTable && unknown.errors.contains("did you mean 'sale'?"))
            #expect(await book.rules("show", "sale", "--version", "7").errors.contains("only 1\n"))
        }
    }

    @Test("retires a rule once; a new version takes it up again")
    func retires() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            let run = await book.rules("retire", "sale", "--from", "2026-06-01")
            #expect(
                run.output == "sale is retired: no version posts documents from 2026-06-01 on\n",
                "\(run.errors)"
            )
            #expect(try await book.posted(day: "2026-05-31") == ["sale@1 4000 -500"])
            #expect(try await book.posted(day: "2026-06-01") == [])
            let again = await book.rules("retire", "sale", "--from", "2026-05-01")
            #expect(again.errors.contains("sale is already retired from 2026-06-01"))
            #expect(await book.rules("retire", "sale").exitCode == .usage)
            #expect(
                await book.rules("retire", "sale", "--from", "2026-02-30").errors.contains("a day such as")
            )
            try book.write(RuleBook.rule(version: 2, credit: "4100"))
            _ = await book.rules("apply", book.directory, "--from", "2026-08-01")
            #expect(try await book.posted(day: "2026-07-31") == [])
            #expect(try await book.posted(day: "2026-08-01") == ["sale@2 4100 -500"])
        }
    }

    @Test("doctor finds what keeps a rule from posting, and its remedy works")
    func doctor() async throws {
        try await RuleBook.with { book in
            try book.write(RuleBook.rule())
            _ = await book.rules("apply", book.directory)
            func findings() async throws -> [String: JSONValue] {
                let all = try await book.database.run("doctor", "--json").json["findings"]?.array ?? []
                let pairs = all.compactMap { finding in finding["finding"]?.string.map { ($0, finding) } }
                return Dictionary(pairs) { first, _ in first }
            }
            #expect(try await findings()["rules.not_attached"]?["severity"] == "warning")
            try await book.database.query("select pgsync.attach('sales'); select pgsync.attach('fees')")
            let attached = try await findings()
            #expect(attached["rules.not_attached"] == nil)
            #expect(attached["rules.missing"]?["found"]?.string?.hasPrefix("public.fees: ") == true)
            #expect(
                attached.keys.filter { $0.hasPrefix("rules.function") || $0 == "rules.not_evaluated" }.isEmpty
            )

            try await book.database.query("alter function pgsync.rule_sale_v1(jsonb) volatile")
            #expect(try await findings()["rules.function_changed"]?["severity"] == "problem")
            try await book.database.query("drop function pgsync.rule_sale_v1(jsonb) cascade")
            let broken = try await findings()
            #expect(broken["rules.function_missing"]?["severity"] == "problem")
            #expect(broken["rules.not_evaluated"]?["severity"] == "problem")
            #expect(
                broken["rules.function_missing"]?["remedy"]
                    == "pgsync rules show sale --version 1 > sale.rules && pgsync rules apply sale.rules"
            )
            let path = try book.write(await book.rules("show", "sale", "--version", "1").output)
            let repaired = await book.rules("apply", path)
            #expect(repaired.output.contains(/recompiled +sale@1/), "\(repaired.errors)")
            #expect(try await book.posted(day: "2026-01-05") == ["sale@1 4000 -500"])
            #expect(try await findings().keys.filter { $0.hasPrefix("rules.function") }.isEmpty)
            #expect(
                try await book.database.query(
                    "set role pgsync_worker; select count(*)::text from pgsync.evaluate('{}', '{}')"
                ) == ["0"]
            )

            // What the rule reads cannot be left out any more; a column that comes later can be missing.
            await #expect(throws: PostgresError.self) {
                try await book.database.query(
                    "select pgsync.attach('sales', columns => array['total', 'state'])"
                )
            }
        }
    }
}
