import Arguments
import FoundationEssentials
import TestSupport

@testable import PGSyncCLI

/// A database with the tables of the clinic, and a directory with its configuration, for one test.
struct ConfigurationBook: Sendable {
    let database: CommandLineDatabase
    let directory: String

    /// A page as somebody would write it.
    static let page = """
        # The clinic
        settings
          queue_batch_size  200
          books_time_zone   'Asia/Kolkata'

        chart chart.csv

        excluded hr.'%'  'What people earn stays in hr.'

        table public.lab_bills
          key      id
          exclude  remarks
        table public.payments
          exclude  remarks
        table "My Schema"."My Table"
          key      "Id"
          columns  "A Note", amount
          kind     row
          actions  create, update
          before   image
          site     "A Note"

        rules rules

        """

    static func with(_ body: @Sendable (ConfigurationBook) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "config-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withTables { database in
            let book = ConfigurationBook(database: database, directory: directory)
            for name in ["chart.csv", "rules"] {
                try FileManager.default.copyItem(
                    atPath: Repository.path(of: "sql/examples/clinic/\(name)"),
                    toPath: "\(directory)/\(name)"
                )
            }
            try book.write(page)
            try await body(book)
        }
    }

    /// Lends a database of the present schema with the tables.
    static func withTables(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        let template = DatabaseTemplate.commandLine("configuration") { database in
            try await database.query(try Repository.read("sql/examples/clinic/tables.sql"))
            try await database.query(
                """
                create schema "My Schema";
                create table "My Schema"."My Table" ("Id" int primary key, "A Note" text, amount numeric, secret text);
                """
            )
        }
        try await CommandLineDatabase.with(copyOf: template, body)
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    func write(_ text: String, to name: String = "pgsync.conf") throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    /// Applies the configuration, with more words.
    func apply(_ words: String..., to database: CommandLineDatabase? = nil) async -> CommandLineRun {
        await CommandLineRun(
            ["config", "apply", path("pgsync.conf")] + words,
            environment: ["PGSYNC_DATABASE_URL": (database ?? self.database).url()]
        )
    }

    /// All that a configuration can change, with the objects that were made for it.
    func state() async throws -> [String?] {
        try await database.query(
            """
            select string_agg(line, e'\\n' order by line collate "C")
            from (
                select to_jsonb(setting)::text as line from pgsync.sync_configuration as setting
                union all
                select (to_jsonb(source) - 'counted')::text from pgsync.sources as source
                union all
                select to_jsonb(version)::text from pgsync.source_versions as version
                union all
                select to_jsonb(excluded)::text from pgsync.excluded_tables as excluded
                union all
                select to_jsonb(rule)::text from pgsync.rules as rule
                union all
                select to_jsonb(account)::text from ledger.accounts as account
                union all
                select routine.oid || pg_get_functiondef(routine.oid)
                from pg_proc as routine
                where routine.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace, 'pgsync_read'::regnamespace)
                    and routine.prokind = 'f'
                union all
                select pg_get_triggerdef(present.oid) from pg_trigger as present
            ) as known
            """
        )
    }
}
