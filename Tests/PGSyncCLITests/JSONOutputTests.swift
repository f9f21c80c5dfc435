import JSON
import TestSupport
import Testing

@testable import Arguments
@testable import PGSyncCLI

/// The page JSONOutput.md is the contract of `--json`, so what commands print is held against it.
@Suite("--json", .timeLimit(.minutes(10)))
struct JSONOutputTests {
    /// Names and the forms that their values may have.
    private let forms: [String: Set<String>]

    init() throws {
        var forms: [String: Set<String>] = [:]
        for line in try Repository.read("Sources/PGSync.docc/JSONOutput.md").split(separator: "\n") {
            let cells = line.split(separator: " | ").map(String.init)
            guard cells.count == 3, cells[0].hasPrefix("| `") else { continue }
            let name = cells[0].dropFirst(3).dropLast().description
            try #require(forms[name] == nil, "\(name) stands there twice")
            forms[name] = Set(cells[1].split(separator: " or ").map(String.init))
        }
        self.forms = forms
    }

    /// Whatever is below these has names of its users.
    private static let foreign: Set<String> = [
        "data", "old_data", "key", "left_row", "right_row", "metrics", "groups", "dimensions", "files",
        "counts", "settings",
        "frozen_tables", "quarantined_tables",
        "local_row", "remote_row", "base_row", "result_row", "would_be_row",
    ]

    /// What is wrong with a document, each complaint once.
    private func complaints(_ value: JSONValue, _ path: String) -> Set<String> {
        if let array = value.array { return Set(array.flatMap { complaints($0, path) }) }
        guard let object = value.object else { return [] }
        return object.reduce(into: []) { found, member in
            let (name, value) = member
            let place = "\(path).\(name)"
            guard let forms = forms[name] else { return _ = found.insert("\(place) is not on the page") }
            if !forms.contains(where: { Self.suits(value, $0) }) {
                found.insert("\(place) is \(value.text()), not \(forms.sorted())")
            }
            if !Self.foreign.contains(name) { found.formUnion(complaints(value, place)) }
        }
    }

    private static func suits(_ value: JSONValue, _ form: String) -> Bool {
        let text = value.string
        return switch form {
        case _ where value == .null, "any": true
        case "text": text != nil && text?.wholeMatch(of: /\d{4}-\d\d-\d\d[T ].*/) == nil
        case "number": value.number != nil
        case "true/false": value.bool != nil
        case "list": value.array != nil
        case "object": value.object != nil
        case "date": text?.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil
        case "time": text?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil
        case "money": text?.wholeMatch(of: /-?\d+(\.\d+)?/) != nil
        default: false
        }
    }

    @Test("gives times, durations and money names that tell")
    func names() {
        #expect(forms.count > 200)
        for (name, forms) in forms {
            let endsInAt = name == "at" || name.hasSuffix("_at") || name == "as_of"
            #expect(forms.contains("time") == endsInAt, "\(name)")
            if name.hasSuffix("seconds") { #expect(forms == ["number"], "\(name)") }
            #expect(!name.hasPrefix("is_"), "\(name)")
        }
    }

    @Test("has no name that the page does not have, and the page none that no source has")
    func sources() throws {
        let code = try ["PGSyncCLI", "PGSyncLedger"].flatMap { module in
            try Repository.tree("Sources/\(module)", endingIn: ".swift")
        }.filter { !$0.contains("/Bench/") }.map(Repository.read)
        var used: Set<String> = []
        for text in code where text.contains("JSON") {
            used.formUnion(text.matches(of: /"([a-z][a-z_]*)": ?(?!")/).map { String($0.1) })
            used.formUnion(text.matches(of: /object\["([a-z_]+)"\] =/).map { String($0.1) })
            used.formUnion(
                text.matches(of: /\("([a-z_]+)", (?:\.string|JSONValue|\w+\??\.map)/).map { String($0.1) }
            )
        }
        let trace = try Repository.read("sql/functions/queue/trace.sql")
        let status = try Repository.read("sql/functions/nodes/master_status.sql")
        let report = try Repository.read("sql/functions/compare/compare_report.sql")
        let differences = try Repository.read("Sources/PGSyncStore/Compare/CompareStore+Reading.swift")
        let words = Set(
            (code + [trace, status, report, differences]).flatMap {
                $0.matches(of: /["']([a-z][a-z_]*)["']/).map { String($0.1) }
            }
        )
        #expect(used.count > 150)
        let missing = used.subtracting(forms.keys).subtracting(["code"])
        #expect(missing.isEmpty, "\(missing.sorted())")
        #expect(Set(forms.keys).subtracting(words).isEmpty)
    }

    /// What is run, after two sales of which one fails, a fee without a rule, and an amended sale.
    private static func lines(_ book: RuleBook) -> [[String]] {
        [
            ["status"], ["verify"], ["differences", "list"], ["differences", "show", "1"],
            ["differences", "investigate", "1"], ["differences", "accept", "1", "--reason", "agreed"],
            ["differences", "reopen", "1"], ["verify", "--source", "sales", "--heal"],
            ["differences", "undo", "4"], ["sources"], ["queue", "list"], ["queue", "show", "1", "--images"],
            ["dead", "list"],
            ["dead", "show", "2", "--images"], ["trace", "sales", "1", "--images"], ["trace", "sales", "2"],
            ["ledger", "trial-balance"], ["ledger", "entries"], ["ledger", "accounts"],
            ["ledger", "statement", "1000"], ["ledger", "check"],
            ["ledger", "import-chart", book.path("chart")],
            ["period", "list"],
            ["period", "open", "2030-01", "--from", "2030-01-01", "--until", "2030-01-31"],
            ["period", "start-closing", "2030-01"], ["period", "close", "2030-01"],
            ["period", "reopen", "2030-01", "--reason", "late bill"],
            ["rules", "check", book.path("sale")], ["rules", "check", book.path("wrong")],
            ["rules", "test", book.path("sale")], ["rules", "list"], ["rules", "show", "sale", "--sql"],
            ["rules", "diff", book.path("other")], ["rules", "apply", book.path("other"), "--dry-run"],
            ["rules", "retire", "sale", "--from", "2031-01-01"],
            ["config", "list"], ["config", "get", "queue_batch_size"],
            ["config", "set", "queue_batch_size", "7"],
            ["config", "reset", "queue_batch_size"],
            ["config", "apply", book.path("configuration")], ["config", "export"], ["doctor"],
            ["migrate", "--status"], ["migrate"],
            ["pause", "sales"], ["worker", "--drain"], ["resume", "sales"], ["retry", "--all"],
            ["dead", "retry", "1"], ["queue", "skip", "999", "--reason", "typo"],
            ["dead", "resolve", "999", "--reason", "typo"], ["attach", "fees", "--dry-run"],
            ["backfill", "sales"], ["detach", "sales", "--dry-run"], ["uninstall", "--dry-run"],
            ["names", "tables"], ["jobs", "list"], ["jobs", "show", "1"], ["jobs", "show", "2"],
            ["jobs", "watch", "1"], ["jobs", "cancel", "2"],
            ["schedule", "list"], ["schedule", "next", "retention"], ["schedule", "run", "retention"],
            ["schedule", "history", "retention"], ["schedule", "set", "retention", "--too-late", "6h"],
            ["schedule", "disable", "retention"], ["schedule", "enable", "retention"],
            ["schedule", "remove", "retention"],
            ["channels", "set", "hear", "--kind", "notify"], ["channels", "list"],
            ["channels", "test", "hear"],
            ["channels", "disable", "hear"], ["channels", "enable", "hear"], ["channels", "remove", "hear"],
            ["image-keys", "add", "clinic", ImageKeyPair.first.publicPath], ["image-keys", "list"],
            ["token", "create", "asha"], ["token", "list"], ["token", "revoke", "1"],
            ["audit", "anchor", "--extend", "--to", "file:\(book.path("anchors"))"], ["audit", "status"],
            ["audit", "verify", "--anchors", book.path("anchors")], ["audit", "verify"],
            ["audit", "export", "--output", book.path("chain")],
            ["alerts", "list"], ["alerts", "check"],
            ["alerts", "ack", "1", "--for", "1h", "--note", "asked"],
            ["alerts", "silence", "--kind", "QUEUE_BACKUP", "--for", "2h", "--reason", "import"],
            ["alerts", "silence", "--end", "1"], ["alerts", "history"],
            ["import", "check", book.path("import")], ["import", "test", book.path("import")],
            ["import", "apply", book.path("import")], ["import", "list"], ["import", "show", "shop"],
            ["import", "diff", book.path("import")], ["endpoint", "list"], ["endpoint", "pause", "shop"],
            ["endpoint", "test", "shop"], ["import", "run", "shop"], ["import", "status"],
            ["import", "cancel", "shop"], ["import", "retry", "shop"], ["endpoint", "resume", "shop"],
            ["endpoint", "show", "shop"],
            ["compare", "check", book.path("compare")], ["compare", "apply", book.path("compare")],
            ["compare", "list"], ["compare", "show", "shop"], ["compare", "diff", book.path("compare")],
            ["compare", "doctor", "shop"], ["compare", "run", "shop", "--sync"],
            ["compare", "history", "shop"],
            ["compare", "differences", "shop"], ["compare", "undo", "shop"],
            ["sync", "on", "items"], ["sync", "on", "items", "--policy", "master"], ["sync", "tables"],
            ["node", "add", "north"], ["node", "list"],
            ["node", "protect", "north", "signed"], ["node", "rotate", "north"], ["node", "resync", "north"],
            ["sync", "join", "http://127.0.0.1:9"], ["sync", "status"], ["sync", "run", "--dry-run"],
            ["sync", "run"], ["sync", "reset"], ["conflicts", "list", "--all"], ["conflicts", "show", "1"],
            ["conflicts", "replay", "--policy", "master"], ["conflicts", "resolve", "1", "--take", "local"],
            ["sync", "leave"], ["sync", "off", "items"], ["node", "remove", "north"],
            ["cleanup", "--dry-run"], ["cleanup"],
            ["selftest", "--sources", "sales"],
        ]
    }

    private static let shop = """
        import shop version 1
          base 'http://127.0.0.1:9'
          budget 60 per minute
          stream items into public.items key id
            get '/items'
            column id bigint
            example 'one' given [ { "id": 1 } ] gives { "id": 1 }
        """

    private static let comparison = """
        compare shop version 1 every 6 h
          settle 0 s
          entity items
            left public.items
            right public.counted
            key id
            groups id
            metrics all_rows count
            heal by copy
        """

    /// A job that ended with failed items, and one that was interrupted.
    private static func leaveJobs(in database: CommandLineDatabase) async throws {
        try await database.query(
            """
            select pgsync.begin_job('import', 'till', 'daily'); select pgsync.note_phase(1, 'items', 'reading', 1, 3);
            select pgsync.put_failed_item(1, '17', 'transient', 'closed', error_column => 'day');
            select pgsync.put_failed_item(1, '18', 'data.date', 'no date'); select pgsync.end_job(1, counts => '{"items": 1}');
            select pgsync.begin_job('verify', 'books', trigger => 'schedule', correlation_id => 'c-2');
            insert into pgsync.sync_alerts (
                kind, class, state, severity, value, words, first_seen_at, last_seen_at, raised_at, since
            )
            values ('RANGES_SHORT', 'few_ranges', 'firing', 'critical', 1, 'few', now(), now(), now(), now());
            insert into pgsync.conflicts (
                source_table, record_id, node, type, policy, resolution, state, local_image, remote_image, base_image,
                local_version, remote_version, base_version, error_class, error_message
            )
            values
            (
                'items', '1', 'north', 'update_origin_differs', 'newer', 'apply_remote', 'settled', '{"id": 1}', '{"id": 1}',
                null, '1@books', '2@north', '1@books', null, null
            ),
            (
                'items', '2', 'north', 'refused', 'newer', 'queued', 'open', '{"id": 2}', '{"id": 2}', '{"id": 2}', '1@books',
                '2@north', '1@books', 'data.missing', 'no price'
            );
            """
        )
    }

    /// What other tests run: these run on, need a server of their own, or measure.
    private static let elsewhere: Set<String> = [
        "up", "top", "alerts watch", "demo", "bench capture", "bench posting", "bench trial-balance",
        "bench import", "bench sync",
        "ledger export", "serve",
        "completions",
    ]

    @Test("prints what the page says, whichever command it is")
    func everyCommand() async throws {
        try await RuleBook.posting { book in
            try book.write(RuleBook.rule(version: 2, credit: "4100"), as: "other")
            try book.write("rule", as: "wrong")
            try book.write(Self.shop, as: "import")
            try book.write(Self.comparison, as: "compare")
            try book.write("settings\n  queue_batch_size 7\n", as: "configuration")
            try book.write("code,name,type\n1000,Till,asset\n9000,New,income\n", as: "chart")
            try await book.database.query(
                """
                create extension pgcrypto; create table items (id bigint primary key);
                create table counted as table items; insert into items values (5);
                set pgsync.origin = 'till'; set pgsync.correlation_id = 'c-1';
                insert into sales values (1, 100, 'final', '2026-01-05'), (2, null, 'final', '2026-01-05');
                insert into fees values (7, 5, 'final', '2026-01-05');
                """
            )
            try await book.post()
            try await book.database.query("update sales set total = 118 where id = 1")
            try await book.post()
            try await book.database.query("insert into sales values (3, 5, 'final', '2026-01-05')")
            try await Self.leaveJobs(in: book.database)
            try await book.database.query(
                """
                alter table sales disable trigger "000_pgsync_insert";
                insert into sales values (9, 5, 'final', '2026-01-05');
                alter table sales enable always trigger "000_pgsync_insert";
                """
            )
            let lines = Self.lines(book)
            for line in lines {
                let run = await CommandLineRun(
                    line + ["--json"],
                    environment: ["PGSYNC_DATABASE_URL": book.database.url()]
                )
                let json = try #require(try? run.json, "\(line): \(run.output) \(run.errors)")
                let found = complaints(
                    json,
                    line.prefix { !$0.hasPrefix("-") }.prefix(2).joined(separator: " ")
                )
                #expect(found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
            }
            let tried = Set(lines.flatMap { [$0[0], $0.prefix(2).joined(separator: " ")] })
            for (path, command) in PGSyncProgram.program.outline.commands where command.subcommands.isEmpty {
                let name = path.split(separator: " ").dropFirst().joined(separator: " ")
                #expect(tried.contains(name) || Self.elsewhere.contains(name), "\(name) is not tried")
            }
        }
    }
}
