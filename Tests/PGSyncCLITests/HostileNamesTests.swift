import Arguments
import FoundationEssentials
import JSON
import Testing

@testable import PGSyncCLI

/// Names and contents that try to steer the terminal of whoever looks at them.
@Suite("Hostile names", .timeLimit(.minutes(10)))
struct HostileNamesTests {
    /// Sets a title, clears the screen, turns the text around, hides signs and ends lines.
    private static let escapes =
        "\u{1B}]0;pwned\u{7}\u{1B}[2J\u{9B}31m\u{202E}\u{2066}\u{200B}\u{FEFF}\u{2028}\u{85}\u{7F}\r\t\u{8}\nlevel=error forged"
    private static let table = "esc \(escapes)"
    private static let record = "key \(escapes)"

    /// What reaches a terminal as it is; tabs do no harm, and ends of lines are right where we write them.
    private static func invisible(in text: String, besides kept: String) -> [String] {
        var found: Set<String> = []
        for scalar in text.unicodeScalars where !kept.unicodeScalars.contains(scalar) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                found.insert("U+" + String(scalar.value, radix: 16, uppercase: true))
            default: break
            }
        }
        return found.sorted()
    }

    private static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func identifier(_ text: String) -> String { "\"\(text)\"" }

    /// A source with such a name, column and key, posted records with such texts, and a dead letter.
    private static func prepare(_ book: RuleBook) async throws {
        let (table, column) = (identifier(Self.table), identifier("col \(escapes)"))
        try await book.database.query(
            """
            select ledger.open_period('2026', '2026-01-01', '2026-12-31');
            select pgsync.attach('sales');
            create table \(table) (id text primary key, \(column) int, day date, amount numeric, note text);
            select pgsync.attach(\(literal(table)));
            insert into ledger.accounts (code, name, type) values ('4200', \(literal("name \(escapes)")), 'income');
            create table notes (id text primary key, day date, amount numeric, note text);
            select pgsync.attach('notes');
            """
        )
        let rule = """
            rule note version 1 on public.notes
              column amount money
              column day date
              column note text
              date day
              currency 'INR'
              describe 'X ' || note
              assert amount > 0 'not above zero'
              debit 1000 amount party note
              credit 4200 amount dimension place note
              example 'a note'
                given { "amount": 1, "day": "2026-01-05", "note": "a" }
                posts debit 1000 1.00 credit 4200 1.00

            """
        let applied = await book.rules("apply", try book.write(rule, as: "note"))
        try #require(applied.exitCode == .success, "\(applied.errors)")
        try await book.database.query(
            """
            select set_config('pgsync.origin', \(literal("origin \(escapes)")), false),
                set_config('pgsync.correlation_id', \(literal("corr \(escapes)")), false);
            insert into notes values
                (\(literal(record)), '2026-01-05', 5, \(literal("note \(escapes)"))),
                (\(literal("bad \(escapes)")), '2026-01-05', 0.001, \(literal("note \(escapes)")));
            insert into \(table) values (\(literal(record)), 1, '2026-01-05', 5, \(literal("note \(escapes)")));
            """
        )
        try await book.post()
        try await book.database.query("alter table \(table) disable trigger \"000_pgsync_insert\"")
    }

    /// What shows names and contents, and what repeats what it was given; ARG stands for a word full of escapes.
    private static let commands: [[String]] = [
        ["status"], ["status", "--json"], ["sources"], ["sources", "--json"], ["doctor"],
        ["doctor", "--json"],
        ["queue", "list"], ["queue", "list", "--json"], ["dead", "list"], ["dead", "list", "--json"],
        ["dead", "show", "DEAD"], ["dead", "show", "DEAD", "--images"],
        ["dead", "show", "DEAD", "--images", "--json"],
        ["queue", "show", "DEAD", "--images"], ["dead", "resolve", "DEAD", "--reason", "ARG"],
        ["trace", "notes", "RECORD"], ["trace", "notes", "RECORD", "--images"],
        ["trace", "notes", "RECORD", "--images", "--json"], ["trace", "TABLE", "RECORD"],
        ["trace", "notes", "ARG"],
        ["trace", "ARG", "ARG"], ["top"], ["top", "--json"],
        ["attach", "TABLE", "--dry-run"], ["attach", "TABLE", "--renew", "--dry-run", "--json"],
        ["attach", "ARG"],
        ["attach", "TABLE", "--key", "ARG"], ["backfill", "TABLE"], ["backfill", "ARG"], ["pause", "TABLE"],
        ["resume", "TABLE"], ["pause", "ARG"], ["retry", "--source", "TABLE"], ["retry", "--source", "ARG"],
        ["retry", "--class", "ARG"], ["queue", "list", "--source", "ARG"], ["detach", "TABLE", "--dry-run"],
        ["ledger", "entries"], ["ledger", "entries", "--json"], ["ledger", "accounts"],
        ["ledger", "accounts", "--json"],
        ["ledger", "statement", "4200"], ["ledger", "statement", "ARG"], ["ledger", "trial-balance"],
        ["ledger", "trial-balance", "--format", "csv"], ["ledger", "trial-balance", "--format", "hledger"],
        ["ledger", "export"], ["ledger", "export", "--format", "csv"],
        ["ledger", "export", "--format", "jsonl"],
        ["ledger", "check"], ["ledger", "import-chart", "ARG"],
        ["rules", "list"], ["rules", "list", "--json"], ["rules", "show", "ARG"], ["rules", "check", "ARG"],
        ["rules", "check", "WRONG"], ["rules", "check", "WRONG", "--json"], ["rules", "apply", "WRONG"],
        ["rules", "test", "WRONG"], ["rules", "diff", "OTHER"], ["rules", "diff", "OTHER", "--rows"],
        ["rules", "diff", "OTHER", "--json"], ["rules", "retire", "ARG", "--from", "2026-01-01"],
        ["config", "list"], ["config", "get", "ARG"], ["config", "set", "ARG", "ARG"],
        ["config", "set", "queue_batch_size", "ARG"], ["config", "set", "books_time_zone", "ARG"],
        ["period", "close", "ARG"], ["period", "reopen", "2026", "--reason", "ARG"], ["migrate", "--status"],
        ["ARG"], ["status", "--ARG"], ["status", "ARG"], ["worker", "--sources", "ARG", "--drain"],
    ]

    @Test("reach the terminal, JSON and the formats of other programs escaped, whatever command shows them")
    func escaped() async throws {
        try await RuleBook.with { book in
            try await Self.prepare(book)
            let dead = try #require(
                try await book.database.query(
                    "select log_id from pgsync.sync_queue where sync_status = 'failed' order by 1"
                )
                .last ?? nil
            )
            let text = try String(contentsOfFile: book.path("note"), encoding: .utf8)
            let other = try book.write(
                text.replacing("version 1", with: "version 2").replacing(
                    "'X ' || note",
                    with: "'Y ' || note"
                ),
                as: "other"
            )
            let wrong = try book.write(
                "rule \"\(Self.escapes)\" version 1 on public.\"\(Self.escapes)\"\n  \(Self.escapes)\n" + text
                    + "  \(Self.escapes) 'x'\n",
                as: "wrong"
            )
            for words in Self.commands {
                let line = words.map { word in
                    switch word {
                    case "DEAD": dead
                    case "RECORD": Self.record
                    case "TABLE": Self.identifier(Self.table)
                    case "OTHER": other
                    case "WRONG": wrong
                    default: word.replacing("ARG", with: Self.escapes)
                    }
                }
                let run = await CommandLineRun(
                    line,
                    environment: ["PGSYNC_DATABASE_URL": book.database.url()]
                )
                // A cell of CSV may have several lines, in its quotes, and its rows end as RFC 4180 has it.
                let isCSV = words.contains("csv")
                let shown = "\(words): \(run.output)\(run.errors)"
                let output = isCSV ? run.output.replacing("\r\n", with: "\n") : run.output
                #expect(Self.invisible(in: output, besides: "\n\t") == [], "\(shown)")
                #expect(Self.invisible(in: run.errors, besides: "\n\t") == [], "\(shown)")
                let lines = (run.output + run.errors).split(whereSeparator: \.isNewline)
                if !isCSV { #expect(!lines.contains { $0.hasPrefix("level=error") }, "\(shown)") }
                if words.contains("--json"), run.exitCode == .success {
                    #expect(throws: Never.self) { try run.json }
                }
            }
        }
    }

    @Test("are told as they are in JSON")
    func kept() async throws {
        try await RuleBook.with { book in
            try await Self.prepare(book)
            let listed = await book.database.run("dead", "list", "--json")
            #expect(try listed.json.array?.contains { $0["record"]?.string == "bad \(Self.escapes)" } == true)
        }
    }
}
