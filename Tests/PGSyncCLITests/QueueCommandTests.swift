import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync queue, dead, retry, pause, resume", .timeLimit(.minutes(10)))
struct QueueCommandTests {
    /// Changes 1 and 2 are dead letters (data.missing, rule.missing), 3 waits to be posted.
    private func withQueue(_ body: @Sendable (RuleBook) async throws -> Void) async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                """
                insert into sales values (1, null, 'final', '2026-01-05');
                insert into fees values (7, 5, 'final', '2026-01-05');
                """
            )
            try await book.post()
            try await book.database.query("insert into sales values (3, 5, 'final', '2026-01-05')")
            try await body(book)
        }
    }

    private static func ids(_ run: CommandLineRun) throws -> [Int] {
        try run.json.array?.compactMap { $0["change"]?.number?.integer() } ?? []
    }

    @Test("lists what waits, and of it what one asks for")
    func list() async throws {
        try await withQueue { book in
            let database = book.database
            let all = try await Self.ids(database.run("queue", "list", "--json"))
            #expect(all == [1, 2, 3])
            #expect(try await Self.ids(database.run("queue", "list", "--json", "--state", "ready")) == [3])
            #expect(
                try await Self.ids(database.run("queue", "list", "--json", "--source", "sales")) == [1, 3]
            )
            #expect(try await Self.ids(database.run("queue", "list", "--json", "--class", "data.*")) == [1])
            #expect(try await Self.ids(database.run("dead", "list", "--json")) == [1, 2])
            #expect(try await Self.ids(database.run("dead", "list", "--json", "--source", "fees")) == [2])
            let table = await database.run("queue", "list", "--limit", "1")
            #expect(
                table.output.contains(/1 +public\.sales +1 +create +dead .* data\.missing/),
                "\(table.output)"
            )
            #expect(table.errors == "showing the oldest 1; use --limit to see more\n")
        }
    }

    @Test("says clearly when nothing matches, which is no failure")
    func nothing() async throws {
        try await RuleBook.posting { book in
            for (words, text) in [
                (["queue", "list"], "no waiting changes\n"), (["dead", "list"], "no dead letters\n"),
                (["queue", "list", "--class", "x"], "no waiting change matches\n"),
                (["dead", "list", "--class", "x"], "no dead letter matches\n"),
            ] {
                let run = await CommandLineRun(
                    words,
                    environment: ["PGSYNC_DATABASE_URL": book.database.url()]
                )
                #expect(run.exitCode == .success && run.errors == text && run.output == "", "\(run.errors)")
            }
            let retry = await book.database.run("retry", "--all")
            #expect(retry.exitCode == .success && retry.output == "nothing matched; nothing was changed\n")
        }
    }

    @Test("shows a change with its attempts, and its row only when asked")
    func show() async throws {
        try await withQueue { book in
            let dead = await book.database.run("dead", "show", "1")
            #expect(dead.output.contains("attempt 1") && dead.output.contains("failed (data.missing)"))
            #expect(dead.output.contains("pgsync dead retry 1") && !dead.output.contains("2026-01-05"))
            #expect(
                await book.database.run("dead", "show", "1", "--images").output.contains(
                    #""day":"2026-01-05""#
                )
            )
            let json = try await book.database.run("queue", "show", "1", "--images", "--json").json
            #expect(json["queued"]?["state"] == "dead" && json["attempts"]?.array?.count == 1)
            #expect(json["data"]?["day"] == "2026-01-05")
            try await book.post()
            #expect(await book.database.run("queue", "show", "3").output.contains("finished: posted"))
            let none = await book.database.run("queue", "show", "99")
            #expect(none.exitCode == .noSuchChange && none.errors.contains("unknown change 99"))
        }
    }

    @Test("has failed changes tried again, by class, and once")
    func retryClass() async throws {
        try await withQueue { book in
            let rule = RuleBook.rule("fee", on: "public.fees", credit: "4100")
            #expect(await book.rules("apply", try book.write(rule, as: "fee")).exitCode == .success)
            let run = await book.database.run("retry", "--class", "rule.missing")
            #expect(run.exitCode == .success && run.output == "1 change is ready to be retried\n")
            let again = await book.database.run("retry", "--class", "rule.missing", "--json")
            #expect(try again.json["retried"] == 0)
            try await book.post()
            #expect(try await Self.ids(book.database.run("queue", "list", "--json")) == [1])
            #expect(
                try await book.database.query(
                    "select outcome::text from pgsync.sync_audit_log where log_id = 2 order by attempt"
                )
                    == ["failed", "posted"]
            )
        }
    }

    @Test("retries what is named, and says of the others why not")
    func retryNamed() async throws {
        try await withQueue { book in
            let run = await book.database.run("retry", "1", "3", "99")
            #expect(run.exitCode == .noSuchChange)
            #expect(run.output == "1 change is ready to be retried\n")
            #expect(run.errors == "3: it waits to be posted\n99: unknown change\n")
            let dead = await book.database.run("dead", "retry", "1", "2")
            #expect(dead.exitCode == .noSuchChange)
            #expect(dead.output == "1 dead letter is ready to be retried\n")
            #expect(dead.errors == "1: not a dead letter, it waits to be posted\n")
        }
    }

    @Test("ends a change for a reason that the audit log keeps")
    func skip() async throws {
        try await withQueue { book in
            let run = await book.database.run("queue", "skip", "3", "--reason", "entered twice")
            #expect(run.exitCode == .success && run.output == "1 change is skipped\n")
            let reasons = try await book.database.query(
                "select error_message from pgsync.sync_audit_log where log_id = 3"
            )
            #expect(reasons == ["entered twice"])
            let again = await book.database.run("queue", "skip", "3", "--reason", "entered twice")
            #expect(again.exitCode == .noSuchChange && again.errors == "3: it is finished: skipped\n")
        }
    }

    @Test("resolves dead letters and nothing else")
    func resolve() async throws {
        try await withQueue { book in
            let run = await book.database.run("dead", "resolve", "1", "3", "--reason", "by hand", "--json")
            #expect(run.exitCode == .noSuchChange)
            let json = try run.json
            #expect(json["resolved"] == 1)
            #expect(json["others"]?[0]?["reason"] == "not a dead letter, it waits to be posted")
            #expect(try await Self.ids(book.database.run("queue", "list", "--json")) == [2, 3])
        }
    }

    @Test("lets a table wait and go on, and everything")
    func pauses() async throws {
        try await withQueue { book in
            let pause = await book.database.run("pause", "sales")
            #expect(pause.exitCode == .success)
            #expect(
                pause.output
                    == "paused public.sales; to continue: pgsync resume public.sales\n"
            )
            try await book.post()
            #expect(
                try await Self.ids(book.database.run("queue", "list", "--json", "--state", "paused")) == [3]
            )
            _ = await book.database.run("pause")
            let table = await book.database.run("resume", "sales")
            #expect(table.errors == "all posting is still paused; to continue: pgsync resume\n")
            try await book.post()
            #expect(try await Self.ids(book.database.run("queue", "list", "--json")) == [1, 2, 3])
            #expect(await book.database.run("resume").output == "resumed all posting\n")
            try await book.post()
            #expect(try await Self.ids(book.database.run("queue", "list", "--json")) == [1, 2])
        }
    }

    @Test(
        "refuses what makes no sense, each kind with its exit code",
        arguments: [
            (["retry"], UInt8(64), "choose the changes"),
            (["retry", "1", "--all"], 64, "name changes, or choose"),
            (["retry", "--all", "--class", "x"], 64, "--all cannot be combined"),
            (["queue", "skip", "1"], 64, "--reason"),
            (["queue", "skip", "--reason", "x"], 64, "ID"),
            (["dead", "resolve", "1", "--reason", " "], 64, "--reason must not be empty"),
            (["retry", "--source", "sale"], 66, "did you mean 'sales'?"),
            (["pause", "loose"], 65, "is not attached"),
            (["queue", "list", "--state", "dea"], 64, "dead"),
        ]
    )
    func refusals(words: [String], code: UInt8, text: String) async throws {
        try await RuleBook.with { book in
            try await book.database.query("create table loose (id int primary key)")
            let run = await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": book.database.url()])
            #expect(run.exitCode.code == code, "\(run.errors)")
            #expect(run.errors.contains(text), "\(run.errors)")
        }
    }

    @Test("a reader looks, and is told who may act")
    func rights() async throws {
        try await withQueue { book in
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_reader to \(role)")
                #expect(await book.database.run("queue", "list", as: role).exitCode == .success)
                for words in [["retry", "--all"], ["queue", "skip", "1", "--reason", "x"], ["pause"]] {
                    let run = await CommandLineRun(
                        words,
                        environment: ["PGSYNC_DATABASE_URL": book.database.url(as: role)]
                    )
                    #expect(run.exitCode == .notPermitted)
                    #expect(run.errors.contains("grant pgsync_operator to \"\(role)\";"), "\(run.errors)")
                }
                try await book.database.query("grant pgsync_operator to \(role)")
                #expect(await book.database.run("retry", "--all", as: role).exitCode == .success)
            }
        }
    }
}
