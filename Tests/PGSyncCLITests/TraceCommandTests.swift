import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync trace", .timeLimit(.minutes(10)))
struct TraceCommandTests {
    private static func events(_ run: CommandLineRun) throws -> [JSONValue] {
        try run.json["events"]?.array ?? []
    }

    /// The kinds of events in order, an attempt by its outcome.
    private static func story(_ run: CommandLineRun) throws -> [String] {
        try events(run).compactMap { event in
            let key = event["event"] == "attempt" ? "outcome" : event["event"] == "entry" ? "purpose" : ""
            return event["details"]?[key]?.string ?? event["event"]?.string
        }
    }

    @Test(
        "tells the whole life of a record in order: changes, attempts, entries, reversals, what stands and waits"
    )
    func life() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await book.sell(1)
            try await database.query("update sales set total = 120 where id = 1")
            try await book.post()
            try await database.query("update sales set total = null where id = 1")
            try await book.post()
            try await database.query("delete from sales where id = 1")
            try await book.post()
            try await database.query("insert into sales values (1, 5, 'final', '2026-01-05')")
            let run = await database.run("trace", "sales", "1", "--json")
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(
                try Self.story(run) == [
                    "change", "posted", "posting", "change", "amended", "reversal", "posting", "change",
                    "failed",
                    "change", "reversed", "reversal", "superseded", "change", "standing", "waiting",
                ]
            )
            let posted = try #require(try Self.events(run).first { $0["event"] == "entry" })
            #expect(posted["details"]?["lines"]?.array?.map { $0["account"] } == ["1000", "4000"])
            #expect(posted["details"]?["reversed_by"] != .null && posted["details"]?["rule"] == "sale@1")
            let text = await database.run("trace", "sales", "1")
            #expect(text.output.contains("failed (data.missing)"), "\(text.output)")
            #expect(text.output.contains(/entry +\d+ +reversal of \d+, dated/))
            #expect(
                text.output.contains("  debit  1000  100.00\n")
                    && text.output.contains("    credit 4000  100.00\n")
            )
            #expect(text.output.contains(/now +waiting +\d+ +ready to post/))
        }
    }

    @Test("shows no row contents unless asked")
    func images() async throws {
        try await RuleBook.posting { book in
            try await book.sell(1)
            #expect(!(await book.database.run("trace", "sales", "1").output.contains("\"state\"")))
            #expect(
                await book.database.run("trace", "sales", "1", "--images").output.contains(
                    #""state":"final""#
                )
            )
            let json = try await Self.events(book.database.run("trace", "sales", "1", "--images", "--json"))
            #expect(json[0]["details"]?["data"]?["state"] == "final")
        }
    }

    @Test("follows a record through failures, retries and skips, whatever was last")
    func chain() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await book.sell(1)
            for total in ["null", "7", "null"] {
                try await database.query("update sales set total = \(total) where id = 1")
                try await book.post()
            }
            try await database.query("update sales set total = 8 where id = 1")
            _ = await database.run("queue", "skip", "5", "4", "--reason", "twice")
            let run = await database.run("trace", "sales", "1", "--json")
            #expect(
                try Self.story(run).filter { !["change", "posting", "reversal", "standing"].contains($0) }
                    == [
                        "posted", "failed", "amended", "superseded", "failed", "skipped", "skipped",
                    ]
            )
            #expect(try Self.events(run).count { $0["event"] == "change" } == 5)
        }
    }

    @Test("keeps the thread when an attempt fails alone")
    func isolatedFailure() async throws {
        try await RuleBook.posting { book in
            try await book.sell(1)
            try await book.database.query(
                """
                update sales set total = 1 where id = 1;
                select pgsync.fail_claim(pgsync.claim_one(2), 'unexpected', 'it broke', 'tester', now());
                """
            )
            let run = await book.database.run("trace", "sales", "1", "--json")
            #expect(try Self.story(run).prefix(5) == ["change", "posted", "posting", "change", "failed"])
            #expect(try Self.events(run).last?["details"]?["state"] == "scheduled")
        }
    }

    @Test("has the emptying of the table in the life of each record")
    func truncate() async throws {
        try await RuleBook.posting { book in
            try await book.sell(1, 2)
            try await book.database.query("truncate sales")
            try await book.post()
            let run = await book.database.run("trace", "sales", "1", "--json")
            #expect(
                try Self.story(run) == [
                    "change", "posted", "posting", "change", "reversed", "reversal", "standing",
                ]
            )
            #expect(try Self.events(run)[4]["details"]?["entries"]?.array?.count == 1)
        }
    }

    @Test(
        "takes a key of several columns as words or as one JSON array, however its values are written",
        arguments: [["a \"b\"", "7"], ["a \"b\"", "007"], [#"["a \"b\"", 7]"#]]
    )
    func compositeKey(words: [String]) async throws {
        try await RuleBook.with { book in
            try await book.database.query(
                """
                create table pairs (a text, b int, primary key (a, b));
                select pgsync.attach('pairs');
                insert into pairs values ('a "b"', 7);
                """
            )
            let run = await CommandLineRun(
                ["trace", "pairs", "--json", "--"] + words,
                environment: ["PGSYNC_DATABASE_URL": book.database.url()]
            )
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(try run.json["record"] == .string(#"["a \"b\"", 7]"#))
            #expect(try Self.story(run) == ["change", "waiting"])
        }
    }

    @Test(
        "says what is wrong with a table or a key",
        arguments: [
            (["trace", "sales", "99"], UInt8(67), "no captured change of public.sales 99"),
            (["trace", "sales", "x"], 64, "invalid input syntax for type integer"),
            (["trace", "sales", "1", "2"], 64, "the key of public.sales is: id"),
            (["trace", "sales"], 64, "KEY"),
            (["trace", "loose", "1"], 65, "is not attached"),
            (["trace", "sals", "1"], 66, "did you mean 'sales'?"),
        ]
    )
    func refusals(words: [String], code: UInt8, text: String) async throws {
        try await RuleBook.posting { book in
            try await book.database.query("create table loose (id int primary key)")
            let run = await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": book.database.url()])
            #expect(run.exitCode.code == code, "\(run.errors)")
            #expect(run.errors.contains(text), "\(run.errors)")
        }
    }
}
