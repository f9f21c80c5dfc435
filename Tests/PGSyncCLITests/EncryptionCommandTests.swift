import Arguments
import FoundationEssentials
import JSON
import Subprocesses
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("Encrypted images on the command line", .timeLimit(.minutes(10)))
struct EncryptionCommandTests {
    /// Sales that are posted, whose images are encrypted for the first key.
    static func withBook(_ body: @Sendable (RuleBook) async throws -> Void) async throws {
        try await RuleBook.posting { book in
            try await book.database.query("create extension pgcrypto")
            let added = await book.database.run("image-keys", "add", "clinic", ImageKeyPair.first.publicPath)
            #expect(added.exitCode == .success, "\(added.errors)")
            #expect(added.output.contains(/added clinic, OpenPGP number [0-9A-F]{16}\n/))
            let attached = await book.database.run("attach", "sales", "--encrypt", "clinic")
            #expect(attached.exitCode == .success, "\(attached.errors)")
            try await body(book)
        }
    }

    private static func drain(_ database: CommandLineDatabase, keysIn path: String) async -> CommandLineRun {
        await database.run("worker", "--drain", "--quiet", "--image-key-file", path)
    }

    @Test("a worker posts with the private key, and does not start without it")
    func worker() async throws {
        try await Self.withBook { book in
            let database = book.database
            try await database.query("insert into sales values (1, 100, 'final', '2026-01-05')")
            let refused = await database.run("worker", "--drain", "--quiet")
            #expect(refused.exitCode == .keyMissing)
            #expect(
                refused.errors.contains(
                    "images of public.sales are encrypted for the image key clinic, and no private key was given"
                )
            )
            let wrong = await Self.drain(database, keysIn: ImageKeyPair.second.privatePath)
            #expect(wrong.exitCode == .keyMissing)
            #expect(wrong.errors.contains("none of the private keys given opens it"))
            let noKey = await Self.drain(database, keysIn: ImageKeyPair.first.publicPath)
            #expect(noKey.exitCode == .wrongFile)
            #expect(noKey.errors.contains("there is no OpenPGP private key in ASCII armor in it"))
            // Others, for tables that are not encrypted, need none.
            let other = await database.run("worker", "--drain", "--quiet", "--sources", "fees")
            #expect(other.exitCode == .success, "\(other.errors)")
            for extra in [[], ["--poll"]] {
                try await database.query(
                    "insert into sales select max(id) + 1, 100, 'final', '2026-01-05' from sales"
                )
                let run = await CommandLineRun(
                    ["worker", "--drain", "--json", "--quiet"] + extra,
                    environment: [
                        "PGSYNC_DATABASE_URL": database.url(),
                        "PGSYNC_IMAGE_KEY_FILE": ImageKeyPair.first.privatePath,
                    ]
                )
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(try run.json["posted"] == (extra.isEmpty ? 2 : 1))
            }
        }
    }

    @Test(
        "a worker stops before it sends its key when the server begins to log",
        arguments: [[], ["--poll"]]
    )
    func leaksLater(options: [String]) async throws {
        try await Self.withBook { book in
            let database = book.database
            let key = ImageKeyPair.first.privatePath
            async let ended = CommandLineRun(
                ["worker", "--quiet", "--image-key-file", key] + options,
                environment: ["PGSYNC_DATABASE_URL": database.url()]
            )
            try await database.query("insert into sales values (1, 100, 'final', '2026-01-05')")
            try await eventually {
                try await database.query("select count(*) from ledger.journal_entries") == ["1"]
            }
            // New sessions have it, and the worker makes one when it has lost its own.
            try await database.query(
                """
                alter database \(database.name) set log_min_duration_statement = 0;
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name = 'pgsync worker';
                """
            )
            try await database.query("insert into sales values (2, 100, 'final', '2026-01-05')")
            let run = await ended
            #expect(run.exitCode == .unsuitableServer, "\(run.errors)")
            #expect(run.errors.contains("would write private keys into its log"))
            #expect(try await database.query("select attempts from pgsync.sync_queue") == ["0"])
        }
    }

    @Test("a private key is not sent to the database")
    func privateKey() async throws {
        try await Self.withBook { book in
            let run = await book.database.run("image-keys", "add", "other", ImageKeyPair.first.privatePath)
            #expect(run.exitCode == .wrongFile)
            #expect(run.errors.contains("it holds a private key"), "\(run.errors)")
        }
    }

    @Test("a worker does not send its key to a server that would log it, and doctor says so")
    func leaks() async throws {
        try await Self.withBook { book in
            let database = book.database
            try await database.query("alter database \(database.name) set log_min_duration_statement = 0")
            let words = ["worker", "--drain", "--quiet", "--image-key-file", ImageKeyPair.first.privatePath]
            let environment: Environment = ["PGSYNC_DATABASE_URL": database.url()]
            let run = await CommandLineRun(words, environment: environment)
            #expect(run.exitCode == .unsuitableServer)
            #expect(
                run.errors.contains("would write private keys into its log: log_min_duration_statement = 0")
            )
            let doctor = await database.run("doctor")
            #expect(
                doctor.output.contains("images of 1 table are encrypted, but for this login"),
                "\(doctor.output)"
            )
            try await database.query("alter database \(database.name) set log_parameter_max_length = 0")
            #expect(await CommandLineRun(words, environment: environment).exitCode == .success)
            #expect(await database.run("doctor").output.contains("images of 1 table encrypted"))
        }
    }

    @Test("the private key is nowhere in the server's files, and the plain row not in a dump of pgsync")
    func nowhere() async throws {
        try await Self.withBook { book in
            let database = book.database
            let added = await database.run("image-keys", "add", "third", ImageKeyPair.third.publicPath)
            #expect(added.exitCode == .success)
            #expect(await database.run("attach", "sales", "--encrypt", "third").exitCode == .success)
            try await database.query("insert into sales values (1, 100, 'Grimaldi', '2026-01-05')")
            let run = await Self.drain(database, keysIn: ImageKeyPair.third.privatePath)
            #expect(run.exitCode == .success, "\(run.errors)")
            try await database.query("checkpoint")
            let line = try #require(
                ImageKeyPair.third.privateKey.split(separator: "\n").dropFirst(8).first.map(String.init)
            )
            #expect(try await Self.files(of: database, with: line) == [])
            // The row itself is in the table, where the search finds it.
            #expect(try await Self.files(of: database, with: "Grimaldi") != [])
            #expect(
                try await database.query(
                    "select count(*) from pgsync.sync_logs as log where log::text like '%Grimaldi%'"
                )
                    == ["0"]
            )
        }
    }

    /// What the server has written that contains a text: its log and the WAL included.
    private static func files(of database: CommandLineDatabase, with text: String) async throws -> [Substring]
    {
        let directory = try await database.query("select current_setting('data_directory')")[0] ?? ""
        let grep = Invocation("grep", ["-rlaF", "--", text, "\(directory)/.."])
        return try await ChildProcess.run(grep, timeout: .seconds(200)).standardOutput.text.split(
            separator: "\n"
        )
    }

    @Test("a change and the trace of its record are shown to who has the key")
    func showing() async throws {
        try await Self.withBook { book in
            let database = book.database
            try await database.query("insert into sales values (1, 100, 'Grimaldi', '2026-01-05')")
            let key = ImageKeyPair.first.privatePath
            for words in [["queue", "show", "1"], ["trace", "sales", "1"]] {
                let environment: Environment = ["PGSYNC_DATABASE_URL": database.url()]
                let closed = await CommandLineRun(words + ["--images"], environment: environment)
                #expect(closed.output.contains("encrypted for clinic") && !closed.output.contains("Grimaldi"))
                let open = await CommandLineRun(
                    words + ["--images", "--image-key-file", key],
                    environment: environment
                )
                #expect(open.output.contains("Grimaldi"), "\(open.output) \(open.errors)")
            }
        }
    }

    @Test("rules diff runs over encrypted changes with the key, and without it over rows only")
    func diff() async throws {
        try await Self.withBook { book in
            let database = book.database
            try await database.query("insert into sales values (1, 100, 'final', '2026-01-05')")
            let rules = try book.write(RuleBook.rule(version: 2, credit: "4100"), as: "second")
            let closed = await book.rules("diff", rules)
            #expect(closed.exitCode == .keyMissing)
            #expect(closed.errors.contains("encrypted changes that no private key was given for: 1"))
            #expect(await book.rules("diff", rules, "--rows").exitCode == .success)
            let open = await book.rules("diff", rules, "--image-key-file", ImageKeyPair.first.privatePath)
            #expect(open.exitCode == .success, "\(open.errors)")
            #expect(open.output.contains("4100"), "\(open.output)")
        }
    }

    @Test("keys are listed with their tables, and are part of a configuration")
    func listing() async throws {
        try await Self.withBook { book in
            let database = book.database
            #expect(await database.run("image-keys", "list").output.contains(/clinic .*public\.sales/))
            let list = try await database.run("image-keys", "list", "--json").json
            #expect(list[0]?["image_key"] == "clinic" && list[0]?["tables"] == ["public.sales"])
            #expect(await database.run("names", "image-keys").output == "clinic\n")
            let export = await database.run("config", "export")
            #expect(
                export.output.contains(/table public.sales\n  key +id\n  encrypt +clinic\n/),
                "\(export.output)"
            )
            #expect(await database.run("attach", "sales").exitCode == .success)
            #expect(try await database.run("sources", "--json").json[1]?["image_key"] == "clinic")
            #expect(await database.run("attach", "sales", "--encrypt", "none").exitCode == .success)
            #expect(try await database.run("sources", "--json").json[1]?["image_key"] == .null)
            let unknown = await database.run("attach", "sales", "--encrypt", "other")
            #expect(unknown.exitCode == .refused)
            #expect(unknown.errors.contains("there is no image key 'other'"), "\(unknown.errors)")
        }
    }

    @Test("a configuration encrypts a table, and one that does not say so ends it, as its plan says before")
    func configuration() async throws {
        try await Self.withBook { book in
            let database = book.database
            let directory = "\(book.directory)/exported"
            #expect(await database.run("config", "export", "--output", directory).exitCode == .success)
            let path = "\(directory)/pgsync.conf"
            #expect(await database.run("attach", "sales", "--encrypt", "none").exitCode == .success)
            let key = "select image_key from pgsync.sources where table_name = 'public.sales'"
            #expect(try await database.query(key) == [nil])
            let plan = await database.run("config", "apply", path, "--dry-run")
            #expect(plan.output.contains(/encryption.*none.*clinic/), "\(plan.output)")
            #expect(await database.run("config", "apply", path).exitCode == .success)
            #expect(try await database.query(key) == ["clinic"])
            let page = try String(contentsOfFile: path, encoding: .utf8)
            try page.replacing("  encrypt  clinic\n", with: "").write(
                toFile: path,
                atomically: true,
                encoding: .utf8
            )
            #expect(await database.run("config", "apply", path).exitCode == .success)
            #expect(try await database.query(key) == [nil])
            try page.replacing("  encrypt  clinic\n", with: "  encrypt  other\n").write(
                toFile: path,
                atomically: true,
                encoding: .utf8
            )
            let unknown = await database.run("config", "apply", path)
            #expect(unknown.exitCode != .success && unknown.errors.contains("there is no image key 'other'"))
        }
    }

    @Test("gpg alone reads an image with the private key")
    func referee() async throws {
        try await Self.withBook { book in
            let database = book.database
            try await database.query("insert into sales values (1, 100, 'Grimaldi', '2026-01-05')")
            let stored = try await database.query(
                """
                select unnest(array[encode(encrypted_secret, 'base64'), encode(encrypted_image, 'base64')])
                from pgsync.sync_logs
                """
            ).map { $0 ?? "" }
            var gpg = Invocation(
                "bash",
                [
                    "-euc",
                    """
                    umask 077
                    export GNUPGHOME=$(mktemp -d)
                    trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
                    gpg --quiet --batch --import "$1"
                    base64 -d <<<"$2" | gpg --quiet --batch --decrypt >"$GNUPGHOME/secret"
                    base64 -d <<<"$3" >"$GNUPGHOME/image"
                    gpg --quiet --batch --pinentry-mode loopback --passphrase-file "$GNUPGHOME/secret" --decrypt \
                        "$GNUPGHOME/image"
                    """,
                    "gpg", ImageKeyPair.first.privatePath, stored[0], stored[1],
                ]
            )
            gpg.environment = .inherited
            let output = try await ChildProcess.run(gpg, timeout: .seconds(60)).checked()
            let image = try JSONValue(parsing: output.standardOutput.text)
            #expect(image["data"]?["state"] == "Grimaldi" && image["old_data"] == .null)
        }
    }
}
