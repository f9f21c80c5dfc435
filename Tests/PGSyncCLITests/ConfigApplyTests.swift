import Arguments
import FoundationEssentials
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync config apply", .timeLimit(.minutes(10)))
struct ConfigApplyTests {
    @Test("shows the plan, makes it, and finds nothing to do the second time")
    func applies() async throws {
        try await ConfigurationBook.with { book in
            let before = try await book.state()
            let dry = await book.apply("--dry-run")
            #expect(dry.exitCode == .success, "\(dry.errors)")
            #expect(
                dry.output.contains(
                    """
                    ~ setting queue_batch_size: 500 -> 200
                    ~ setting books_time_zone: UTC -> Asia/Kolkata
                    + 34 new accounts; --verbose lists them
                    + excluded hr.%
                    + rule consultation@1: applied, documents all

                    """
                ),
                "\(dry.output)"
            )
            #expect(dry.output.contains("+ table \"My Schema\".\"My Table\"\n"))
            #expect(dry.output.hasSuffix("changes to make; nothing was changed\n"))
            #expect(try await book.state() == before)

            let run = await book.apply()
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output.hasSuffix("changes made\n"))
            #expect(run.errors.contains("existing rows of public.lab_bills are not in the log"))
            #expect(run.errors.contains("pgsync backfill '\"My Schema\".\"My Table\"'"))
            let sources = try await book.database.run("sources", "--json").json
            #expect(
                sources.array?.map(\.["table"]?.string) == [
                    "\"My Schema\".\"My Table\"", "public.lab_bills", "public.payments",
                ]
            )
            #expect(sources[0]?["columns"] == ["Id", "A Note", "amount"])
            #expect(sources[0]?["kind"] == "row" && sources[0]?["before_image"] == true)
            #expect(sources[0]?["actions"] == ["create", "update"])

            let after = try await book.state()
            let again = await book.apply()
            #expect(again.output.hasSuffix("unchanged\nall is as the file says\n"), "\(again.output)")
            #expect(again.errors == "")
            #expect(try await book.state() == after)
            let json = try await book.apply("--json").json
            #expect(json["changes"] == [] && json["not_in_file"] == [] && json["dry_run"] == false)
        }
    }

    @Test("changes nothing for a mistake in the last line, and tells all of them")
    func mistakes() async throws {
        try await ConfigurationBook.with { book in
            let before = try await book.state()
            try book.write(ConfigurationBook.page + "rules rulez\n")
            let last = await book.apply()
            #expect(last.exitCode == .wrongFile && last.output == "")
            #expect(last.errors.contains("pgsync.conf:24:7: error: cannot read rules from"), "\(last.errors)")
            #expect(try await book.state() == before)

            try book.write(
                ConfigurationBook.page.replacing("queue_batch_size", with: "queue_batchsize")
                    .replacing("'Asia/Kolkata'", with: "Mars")
                    .replacing("table public.payments", with: "table public.paiments")
                    .replacing("\"A Note\"", with: "note")
            )
            try book.write(book.read("chart.csv").replacing(",income,", with: ",incom,"), to: "chart.csv")
            let run = await book.apply()
            #expect(run.exitCode == .wrongFile && run.output == "")
            for problem in [
                ":3:3: error: unknown setting queue_batchsize\n",
                "  help: did you mean queue_batch_size?\n",
                ":4:21: error: 'Mars' is not a time zone; see pg_timezone_names\n",
                ":13:7: error: unknown table public.paiments\n",
                "  help: did you mean public.payments?\n",
                ":17:12: error: \"My Schema\".\"My Table\" has no column note\n",
                "chart.csv:23:1: error: the type must be one of asset, ",
            ] {
                #expect(run.errors.contains(problem), "\(problem) is not in \(run.errors)")
            }
            let json = try await book.apply("--json").json
            #expect((json["problems"]?.array?.count ?? 0) > 5)
            #expect(try await book.state() == before)
        }
    }

    @Test(
        "ends with the exit code of the only kind of mistake there is",
        arguments: [
            ("settings\n  queue_batch_size none\n", ExitCode.configuration, "must be a whole number from 1"),
            ("table public.nothing\n", .noTable, "unknown table public.nothing"),
            ("table public.keyless\n", .refused, "has no primary key"),
            ("table public.keyless\n  key a\n", .refused, "cannot be identified by a"),
            ("rules wrong.rules\n", .wrongRules, "wrong.rules:1:24: error: unknown table public.nothing"),
            ("chart none.csv\n", .wrongFile, "No such file or directory"),
            ("settings\n queue_batch_size\n", .wrongFile, "lacks its value"),
            (
                "excluded public.'%' 'None.'\ntable public.payments\n", .refused,
                "the file attaches them: public.payments"
            ),
        ]
    )
    func codes(text: String, code: ExitCode, message: String) async throws {
        try await ConfigurationBook.with { book in
            try await book.database.query("create table keyless (a int)")
            try book.write("rule sale version 1 on public.nothing\n", to: "wrong.rules")
            try book.write(text)
            let run = await book.apply("--dry-run")
            #expect(run.exitCode == code && run.output == "", "\(run.exitCode.code)")
            #expect(run.errors.contains(message), "\(run.errors)")
        }
        #expect(await CommandLineRun("config", "apply", "/none/pgsync.conf").exitCode == .wrongFile)
    }

    @Test("attaches a table otherwise when one option has changed, and a backfill goes on")
    func reattaches() async throws {
        try await ConfigurationBook.with { book in
            try await book.database.query(
                """
                insert into "My Schema"."My Table" select n, 'note', n, 'none' from generate_series(1, 4) as n
                """
            )
            _ = await book.apply()
            try await book.database.query(
                """
                select pgsync.start_backfill('"My Schema"."My Table"');
                select * from pgsync.backfill_step((select max(id) from pgsync.sync_progress), 2);
                """
            )
            try book.write(
                ConfigurationBook.page.replacing("\"A Note\", amount", with: "\"A Note\", amount, secret")
            )
            let run = await book.apply()
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(
                run.output.hasPrefix(
                    """
                    ~ table "My Schema"."My Table": columns Id, A Note, amount -> Id, A Note, amount, secret
                    = 
                    """
                ),
                "\(run.output)"
            )
            #expect(run.output.hasSuffix("1 change made\n"))
            #expect(
                run.errors.contains("are in the log with the earlier options; to renew them: pgsync backfill")
            )
            try await book.database.query(
                """
                select * from pgsync.backfill_step((select max(id) from pgsync.sync_progress), 100);
                """
            )
            let images = try await book.database.query(
                """
                select log.source_version || ' ' || (log.data ? 'secret')::text || ' ' || count(*)
                from pgsync.sync_queue as queue
                inner join pgsync.sync_logs as log on log.id = queue.log_id
                group by log.source_version, log.data ? 'secret'
                order by log.source_version
                """
            )
            #expect(images == ["1 false 2", "2 true 2"])
        }
    }

    @Test("leaves what the file does not say, and says so")
    func leftovers() async throws {
        try await ConfigurationBook.with { book in
            _ = await book.apply()
            _ = await book.database.run("rules", "retire", "lab_bill", "--from", "2026-04-01")
            let before = try await book.state()
            try book.write("code,name,type\n1000,Cash in hand,asset\n", to: "chart.csv")
            try book.write(
                """
                chart chart.csv
                table public.payments
                  exclude remarks
                rules rules/maps.rules, rules/lab.rules
                """
            )
            let run = await book.apply()
            #expect(run.exitCode == .success, "\(run.errors)")
            for name in [
                "setting queue_batch_size = 200", "table public.lab_bills", "table My Schema.My Table",
                "excluded hr.%", "rule payment", "end of rule lab_bill on 2026-04-01",
            ] {
                #expect(run.output.contains("? \(name) is not in the file, kept as it is\n"), "\(name)")
            }
            #expect(
                run.output.contains("? accounts not in the file, kept as they are: 33\n")
            )
            #expect(!run.output.contains("public.payments"), "\(run.output)")
            #expect(try await book.state() == before)
        }
    }

    @Test("applies a changed rule as a new version from its day, and ends one on its day")
    func rules() async throws {
        try await ConfigurationBook.with { book in
            _ = await book.apply()
            let text = try book.read("rules/lab.rules")
            try book.write(text.replacing("describe", with: "# other\n  describe"), to: "rules/lab.rules")
            let same = await book.apply()
            #expect(same.exitCode == .wrongRules)
            #expect(same.errors.contains("version 1 of lab_bill is already applied, with other content"))

            let second = text.replacing("rule lab_bill version 1", with: "rule lab_bill version 2")
            try book.write(second, to: "lab2.rules")
            try book.write(text, to: "rules/lab.rules")
            let page = ConfigurationBook.page
            try book.write(page + "rules rules/maps.rules, lab2.rules from 2026-04-01\n")
            let run = await book.apply()
            #expect(run.output.contains("+ rule lab_bill@2: applied, documents from 2026-04-01\n"))
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(await book.apply().output.hasSuffix("all is as the file says\n"))

            try book.write(page + "rules rules/maps.rules, lab2.rules from 2026-05-01\n")
            let moved = await book.apply()
            #expect(moved.exitCode == .wrongRules)
            #expect(
                moved.errors.contains(
                    """
                    pgsync.conf:24:41: error: lab_bill@2 is already applied, for documents from 2026-04-01 on
                     24 | rules rules/maps.rules, lab2.rules from 2026-05-01
                        |                                         ^^^^^^^^^^
                    """
                ),
                "\(moved.errors)"
            )

            try book.write(page + "rules rules/maps.rules, lab2.rules from 2026-04-01 until 2026-07-01\n")
            let ended = await book.apply()
            #expect(ended.output.contains("~ rule lab_bill@2: ended, documents before 2026-07-01\n"))
            #expect(
                try await book.database.query(
                    "select upper(days)::text from pgsync.rule_spans where name = 'lab_bill' order by version"
                ) == ["2026-04-01", "2026-07-01"]
            )
            #expect(await book.apply().output.hasSuffix("all is as the file says\n"))
        }
    }

    @Test("checks rules against the columns that tables will have")
    func columns() async throws {
        try await ConfigurationBook.with { book in
            let page = ConfigurationBook.page.replacing(
                "table public.payments\n  exclude  remarks",
                with: "table public.payments\n  exclude  remarks, amount"
            )
            try book.write(page)
            let before = try await book.state()
            let refused = await book.apply()
            #expect(refused.exitCode == .wrongRules)
            #expect(refused.errors.contains("amount"), "\(refused.errors)")
            #expect(try await book.state() == before)

            // Attached without a column that the rules of the file read, which the file brings back.
            _ = await book.database.run("attach", "payments", "--exclude", "remarks,amount")
            try book.write(ConfigurationBook.page)
            let run = await book.apply()
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output.contains("~ table public.payments: columns "))
        }
    }
}
