// Long because each part of the command is tried with what can be wrong outside the database.
import FoundationEssentials
import Glibc
import JSON
import Postgres
import Subprocesses
import TestSupport
import Testing

@testable import Arguments
@testable import PGSyncCLI

@Suite("pgsync audit", .timeLimit(.minutes(10)))
struct AuditCommandTests {
    /// Lends a database with posted sales, and a directory.
    private func withBook(_ body: @Sendable (RuleBook) async throws -> Void) async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                "insert into sales select g, g, 'final', '2026-01-05' from generate_series(1, 20) as g"
            )
            try await book.post()
            try await body(book)
        }
    }

    /// Switches off what refuses changes.
    private func dropGuards(_ database: CommandLineDatabase) async throws {
        try await database.query(
            """
            alter table ledger.journal_lines disable trigger all; alter table pgsync.audit_chain disable trigger all;
            """
        )
    }

    @Test("verifies against anchors, says which it used, and is not satisfied without one")
    func verified() async throws {
        try await withBook { (book) throws in
            let database = book.database
            let file = book.path("anchors")
            #expect(
                await database.run("audit", "anchor", "--to", "file:\(file)").errors.contains(
                    "nothing is chained yet"
                )
            )
            let anchored = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            #expect(anchored.exitCode == .success && anchored.output.contains("block"), "\(anchored.errors)")
            let verified = await database.run("audit", "verify", "--anchors", file)
            #expect(verified.exitCode == .success, "\(verified.output) \(verified.errors)")
            #expect(
                verified.output.contains("verified\n")
                    && verified.output.contains("anchor file:\(file): 1 lines")
            )
            for arguments in [["--anchors", book.path("missing")], []] {
                let unproven = await CommandLineRun(
                    ["audit", "verify"] + arguments,
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                )
                #expect(unproven.exitCode.code == 97)
                #expect(unproven.output.contains("unanchored"))
            }
            let fromVariable = await CommandLineRun(
                ["audit", "verify", "--json"],
                environment: [
                    "PGSYNC_DATABASE_URL": database.url(), "PGSYNC_ANCHOR_TO": "syslog;file:\(file)",
                ]
            )
            #expect(try fromVariable.json["state"] == "verified")
            let since = await database.run("audit", "verify", "--since", "2026-01-01", "--anchors", file)
            #expect(since.exitCode == .success)
            #expect(try await database.run("audit", "status", "--json").json["state"] == "verified")
        }
    }

    @Test("names a changed row, a cut tail and a chain written anew")
    func broken() async throws {
        try await withBook { book in
            let (database, file) = (book.database, book.path("anchors"))
            _ = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            try await dropGuards(database)
            try await database.query(
                "update ledger.journal_lines set amount = amount + 1 where entry_id = 7 and line = 1"
            )
            let changed = try await database.run("audit", "verify", "--anchors", file, "--json").json
            #expect(changed["state"] == "broken" && changed["findings"]?[0]?["finding"] == "changed")
            #expect(changed["findings"]?[0]?["kind"] == "entry" && changed["findings"]?[0]?["key"] == "7")
            try await database.query(
                "truncate pgsync.audit_chain; update pgsync.chain_kinds set system_identifier = null, boundary_at = null"
            )
            let cut = await database.run("audit", "verify", "--anchors", file)
            #expect(cut.exitCode == .problemsFound && cut.output.contains("tail_cut"))
            let refused = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            #expect(
                refused.exitCode == .problemsFound && refused.errors.contains("written anew"),
                "\(refused.errors)"
            )
            let rewritten = await database.run("audit", "verify", "--anchors", file)
            #expect(rewritten.exitCode == .problemsFound && rewritten.output.contains("rewritten"))
        }
    }

    @Test("refuses a file of another database, one that is ahead, and a link; completes a torn line")
    func files() async throws {
        try await withBook { book in
            let (database, file) = (book.database, book.path("anchors"))
            func write(_ text: String) throws {
                try text.write(toFile: file, atomically: true, encoding: .utf8)
            }
            _ = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            let line = try String(contentsOfFile: file, encoding: .utf8)

            try write(line.replacing(/system=\d+/, with: "system=7"))
            var refused = await database.run("audit", "anchor", "--to", "file:\(file)")
            #expect(
                refused.exitCode == .problemsFound && refused.errors.contains("of system 7"),
                "\(refused.errors)"
            )
            try write(line.replacing(/seq=\d+/, with: "seq=999"))
            refused = await database.run("audit", "anchor", "--to", "file:\(file)")
            #expect(refused.exitCode == .problemsFound && refused.errors.contains("had 999 blocks"))
            #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count == 1)

            try write(line + line.prefix(60))
            #expect(await database.run("audit", "anchor", "--to", "file:\(file)").exitCode == .success)
            #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count == 3)
            let verified = try await database.run("audit", "verify", "--anchors", file, "--json").json
            #expect(verified["anchors"]?[0]?["lines"] == 2)

            try FileManager.default.createSymbolicLink(atPath: file + ".link", withDestinationPath: file)
            let linked = await database.run("audit", "anchor", "--to", "file:\(file).link")
            #expect(linked.exitCode == .cannotWrite)
        }
    }

    @Test("hands the line to a program without a shell, with few variables, and tells when it fails")
    func command() async throws {
        try await withBook { book in
            let (database, script) = (book.database, book.path("program"))
            try "#!/bin/sh\ncat > '\(script).line'; env > '\(script).env'; echo \"$@\" > '\(script).words'\n"
                .write(toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
            let run = await database.run(
                "audit",
                "anchor",
                "--extend",
                "--to",
                "command:\(script) $(id) ;file:\(script).anchors"
            )
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(try String(contentsOfFile: script + ".words", encoding: .utf8) == "$(id)\n")
            let lines = try [".line", ".anchors"].map {
                try String(contentsOfFile: script + $0, encoding: .utf8)
            }
            #expect(lines[0].hasPrefix("pgsync-anchor v=1 seq="))
            #expect(try !String(contentsOfFile: script + ".env", encoding: .utf8).contains("PGSYNC"))
            #expect(
                try await database.query("select destination from pgsync.chain_anchors order by 1") == [
                    "\(script) #d7d54e79", script + ".anchors",
                ]
            )
            let failed = await database.run("audit", "anchor", "--to", "command:false")
            #expect(failed.exitCode == .cannotWrite && failed.errors.contains("exit code 1"))
            #expect(await database.run("audit", "anchor", "--to", "ftp:x").exitCode == .usage)
        }
    }

    @Test("anchors in another database, by the name of a service, and reads it back")
    func otherDatabase() async throws {
        try await withBook { book in
            try await CommandLineDatabase.with { archive in
                try await archive.query(
                    """
                    create table public.pgsync_anchors (
                        system_identifier bigint not null, database text not null, seq bigint not null, head text not null,
                        row_count bigint not null, anchored_at timestamptz not null default now(),
                        primary key (system_identifier, database, seq, anchored_at)
                    )
                    """
                )
                let database = book.database
                let unknown = await database.run(
                    "audit",
                    "anchor",
                    "--extend",
                    "--to",
                    "database:no_such_service"
                )
                #expect(
                    unknown.exitCode == .cannotWrite && unknown.errors.contains("no_such_service"),
                    "\(unknown.errors)"
                )
                // libpq finds services by a variable of the process, which nothing else here reads.
                let services = book.path("services")
                let options = try ConnectionOptions(archive.url())
                let settings = ["host", "port", "dbname", "user"].map { "\($0)=\(options[$0] ?? "")" }
                try "[archive]\n\(settings.joined(separator: "\n"))\n"
                    .write(toFile: services, atomically: true, encoding: .utf8)
                _ = unsafe setenv("PGSERVICEFILE", services, 1)
                func run(_ words: String...) async -> ExitCode {
                    await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": database.url()]).exitCode
                }
                #expect(await run("audit", "anchor", "--to", "database:archive") == .success)
                #expect(await run("audit", "verify", "--anchors", "database:archive") == .success)
                try await archive.query("update public.pgsync_anchors set seq = seq + 1")
                #expect(await run("audit", "anchor", "--to", "database:archive") == .problemsFound)
                #expect(await run("audit", "verify", "--anchors", "database:archive") == .problemsFound)
            }
        }
    }

    @Test("exports files that sha256sum checks, each naming the head before")
    func export() async throws {
        try await withBook { book in
            let (database, directory) = (book.database, book.path("chain"))
            _ = await database.run("audit", "anchor", "--extend", "--to", "file:\(book.path("anchors"))")
            let run = try await database.run("audit", "export", "--output", directory, "--json").json
            let blocks = try #require(run["blocks"]?.number.flatMap { Int("\($0)") })
            var check = Invocation("sha256sum", ["-c", "--quiet", "--strict", "heads.txt", "lists.txt"])
            check.workingDirectory = directory
            #expect(try await ChildProcess.run(check, timeout: .seconds(60)).status.isSuccess)
            let heads = try String(contentsOfFile: directory + "/heads.txt", encoding: .utf8).split(
                separator: "\n"
            )
            #expect(heads.count == blocks && blocks > 3)
            for number in 2...blocks {
                let block = try String(contentsOfFile: "\(directory)/\(number).block", encoding: .utf8)
                #expect(block.contains("64:" + heads[number - 2].prefix(64)))
            }
            let list = try String(contentsOfFile: "\(directory)/\(blocks).list", encoding: .utf8)
            #expect(list.split(separator: "\n").count > 1)
        }
    }

    private func runScript(_ book: RuleBook, _ file: String) async throws -> ProcessOutput {
        let options = try ConnectionOptions(book.database.url())
        var script = Invocation(Repository.path(of: "contrib/verify-chain/verify-chain"), [file])
        script.environment = .merging([
            "PGHOST": options["host"], "PGPORT": options["port"], "PGDATABASE": options["dbname"],
            "PGUSER": options["user"],
        ])
        return try await ChildProcess.run(script, timeout: .seconds(100))
    }

    @Test("is checked by a script that needs no code of pgsync")
    func script() async throws {
        try await withBook { book in
            let (database, file) = (book.database, book.path("anchors"))
            func verify() async throws -> Subprocesses.ExitStatus { try await runScript(book, file).status }
            try "".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await verify() == .exited(2))
            _ = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            #expect(try await verify() == .exited(0))
            try await dropGuards(database)
            try await database.query("update pgsync.audit_chain set chained_by = 'x' where seq = 2")
            #expect(try await verify() == .exited(1))
            try await database.query("update pgsync.audit_chain set chained_by = 'postgres' where seq = 2")
            #expect(try await verify() == .exited(0))
            try await database.query(
                "update ledger.journal_lines set party = 'x' where entry_id = 3 and line = 1"
            )
            #expect(try await verify() == .exited(1))
        }
    }

    @Test("is checked by the script after ranges were dropped, and beside the anchors of other databases")
    func scriptAfterDrop() async throws {
        try await withBook { book in
            let (database, file) = (book.database, book.path("anchors"))
            func anchor() async -> ExitCode {
                await database.run("audit", "anchor", "--extend", "--to", "file:\(file)").exitCode
            }
            try await database.query(
                """
                select setval('pgsync.sync_logs_id_seq', 4100000); select pgsync.remember_growth(settling => '0');
                alter table pgsync.sync_logs_000001 disable trigger all;
                update pgsync.sync_logs_000001 set captured_at = captured_at - interval '8 days';
                alter table pgsync.sync_audit_log_000001 disable trigger all;
                update pgsync.sync_audit_log_000001 set recorded_at = recorded_at - interval '9 years';
                insert into pgsync.id_ranges (table_name, range_name, from_id, until_id, state, frozen_at)
                values ('sync_logs', 'of two  words', 4900000, 5000000, 'frozen', now());
                """
            )
            for _ in 1...2 {
                #expect(await anchor() == .success)
                #expect(await database.run("cleanup").exitCode == .success)
            }
            #expect(
                try await database.query(
                    "select state from pgsync.id_ranges where range_name = 'sync_audit_log_000001'"
                )
                    == ["dropped"]
            )
            let line = try String(contentsOfFile: file, encoding: .utf8)
            let other = line.replacing(/head=......../, with: "head=00000000")
            try
                (other.replacing(/system=\d+/, with: "system=7")
                + other.replacing("database=", with: "database=x%20")
                + line).write(toFile: file, atomically: true, encoding: .utf8)
            let run = try await runScript(book, file)
            #expect(run.status == .exited(0), "\(run.standardError.text)")
            #expect(run.standardOutput.text.contains("20 rows dropped with their range, 2 anchors"))
            let verified = await database.run("audit", "verify", "--anchors", file)
            #expect(verified.exitCode == .success && verified.output.contains("20 dropped with their range"))
            #expect(verified.errors.contains("lines of file:\(file) are of other databases"))

            try await database.query(
                """
                alter table pgsync.id_ranges disable trigger all;
                update pgsync.id_ranges set until_id = 10 where range_name = 'sync_audit_log_000001'
                """
            )
            let changed = try await runScript(book, file)
            #expect(changed.status == .exited(1))
            #expect(changed.standardError.text.contains("range sync_audit_log_000001: changed or gone"))
            #expect(changed.standardError.text.contains("audit 7.1: changed or gone"))

            // Somebody deletes entries of the audit log, and invents a range.
            try await database.query(
                """
                update pgsync.id_ranges set until_id = 4000000 where range_name = 'sync_audit_log_000001';
                insert into pgsync.id_ranges (
                    table_name, range_name, from_id, until_id, state, frozen_at, dropped_at, dropped_by, inserted
                )
                values ('sync_audit_log', 'invented', 5, 6, 'dropped', now(), now(), 'x', 1)
                """
            )
            #expect(await anchor() == .success)
            let invented = try await runScript(book, file)
            #expect(invented.status == .exited(1))
            #expect(invented.standardError.text.contains("invented: 1 rows are gone, and its totals have 0"))
        }
    }

    @Test("lets auditors verify and export but not anchor, and readers see the status only")
    func rights() async throws {
        try await withBook { book in
            let (database, file) = (book.database, book.path("anchors"))
            _ = await database.run("audit", "anchor", "--extend", "--to", "file:\(file)")
            for (role, verifies, anchors) in [
                ("pgsync_auditor", true, false), ("pgsync_operator", true, true),
                ("pgsync_reader", false, false),
            ] {
                try await database.withRole { user in
                    try await database.query("grant \(role) to \(user)")
                    #expect(await database.run("audit", "status", as: user).exitCode == .success)
                    let verified = await database.run("audit", "verify", "--anchors", file, as: user).exitCode
                    #expect(verified == (verifies ? .success : .notPermitted), "\(role)")
                    let export = await database.run(
                        "audit",
                        "export",
                        "--output",
                        book.path("e-\(role)"),
                        as: user
                    )
                    #expect(export.exitCode == .success, "\(export.errors)")
                    let anchored = await database.run(
                        "audit",
                        "anchor",
                        "--to",
                        "file:\(book.path("a-\(role)"))",
                        as: user
                    )
                    #expect(
                        anchored.exitCode == (anchors ? .success : .notPermitted),
                        "\(role): \(anchored.errors)"
                    )
                    // Findings and verifications are kept, so what the role did stays.
                    try await database.query("reassign owned by \(user) to postgres")
                }
            }
        }
    }
}
