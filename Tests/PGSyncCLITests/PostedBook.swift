import Arguments
import TestSupport

@testable import PGSyncCLI

extension RuleBook {
    /// Sales that are posted and fees that no rule posts, both attached, in a year that is open.
    static func posting(_ body: @Sendable (RuleBook) async throws -> Void) async throws {
        let template = DatabaseTemplate.commandLine("posting_rules") { database in
            try await prepare(database)
            try await database.query(
                """
                select ledger.open_period('2026', '2026-01-01', '2026-12-31');
                select pgsync.attach('sales');
                select pgsync.attach('fees');
                """
            )
            try await withDirectory { directory in
                let book = RuleBook(database: database, directory: directory)
                let applied = await book.rules("apply", try book.write(rule()))
                guard applied.exitCode == .success else { throw BookError(text: applied.errors) }
            }
        }
        try await with(copyOf: template) { book in
            try book.write(rule())
            try await body(book)
        }
    }

    /// Posts what can be posted now, as a worker called tester.
    func post() async throws {
        try await database.query("select * from pgsync.process_batch('tester', 100, 0)")
    }

    /// Inserts sales of 100 with these numbers, and posts them.
    func sell(_ ids: Int...) async throws {
        for id in ids {
            try await database.query("insert into sales values (\(id), 100, 'final', '2026-01-05')")
        }
        try await post()
    }

    struct BookError: Error {
        let text: String
    }
}
