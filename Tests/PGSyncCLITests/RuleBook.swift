import Arguments
import FoundationEssentials
import TestSupport

@testable import PGSyncCLI

/// A database with accounts and tables of sales, and a directory for rule files, for one test.
struct RuleBook: Sendable {
    let database: CommandLineDatabase
    let directory: String

    static func with(_ body: @Sendable (RuleBook) async throws -> Void) async throws {
        try await with(copyOf: .commandLine("rules", prepare), body)
    }

    static func with(
        copyOf template: DatabaseTemplate,
        _ body: @Sendable (RuleBook) async throws -> Void
    ) async throws {
        try await withDirectory { directory in
            try await CommandLineDatabase.with(copyOf: template) { database in
                try await body(RuleBook(database: database, directory: directory))
            }
        }
    }

    /// Lends a directory.
    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "rules-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    /// Gives a database the accounts and the tables.
    @Sendable static func prepare(_ database: CommandLineDatabase) async throws {
        try await database.query(
            """
            insert into ledger.accounts (code, name, type)
            values ('1000', 'Cash', 'asset'), ('4000', 'Sales', 'income'), ('4100', 'Fees', 'income');
            create table sales (id int primary key, total numeric(12, 2), state text, day date);
            create table fees (id int primary key, total numeric(12, 2), state text, day date);
            """
        )
    }

    /// A rule for sales or fees that posts the total.
    static func rule(
        _ name: String = "sale",
        version: Int = 1,
        on table: String = "public.sales",
        credit: String = "4000"
    ) -> String {
        """
        # \(name)
        rule \(name) version \(version) on \(table)
          column total money
          column state text
          column day   date
          when      state = 'final'
          date      day
          currency  'INR'
          describe  'Total'
          debit   1000  total
          credit  \(credit)  total
          example 'a total'
            given { "total": "118.00", "state": "final", "day": "2026-01-05" }
            posts debit 1000 118.00  credit \(credit) 118.00
          example 'a draft'
            given { "state": "draft" }
            posts nothing
          example 'no total'
            given { "state": "final", "day": "2026-01-05" }
            fails data.missing

        """
    }

    func path(_ name: String) -> String { "\(directory)/\(name).rules" }

    /// Writes a rule file and returns its path.
    @discardableResult
    func write(_ text: String, as name: String = "sale") throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    /// Runs `pgsync rules …`.
    func rules(_ words: String..., as role: String = "postgres") async -> CommandLineRun {
        await CommandLineRun(["rules"] + words, environment: ["PGSYNC_DATABASE_URL": database.url(as: role)])
    }

    /// What the rules in force make of a row, in a few words.
    func posted(day: String, in table: String = "sales") async throws -> [String?] {
        try await database.query(
            """
            select concat_ws(' ', rule, error_class, accounts[2], amounts[2])
            from pgsync.evaluate(
                array['\(table)']::regclass[],
                array[jsonb_build_object('total', 5, 'state', 'final', 'day', '\(day)')]
            )
            order by rule
            """
        )
    }
}
