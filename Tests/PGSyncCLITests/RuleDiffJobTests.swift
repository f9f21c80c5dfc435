import Arguments
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("The job rules_diff", .timeLimit(.minutes(5)))
struct RuleDiffJobTests {
    /// Sales that version 1 posts, but for one without an amount; and the text of version 2.
    private func prepared(_ book: RuleBook) async throws -> String {
        try book.write(RuleBook.rule())
        #expect(await book.rules("apply", book.path("sale")).exitCode == .success)
        try await book.database.query(
            """
            select pgsync.attach('sales');
            insert into sales select n, n, 'final', '2026-01-05' from generate_series(1, 12) as n;
            insert into sales values (13, null, 'final', '2026-01-05');
            """
        )
        return RuleBook.rule(version: 2, credit: "4100")
    }

    private func request(_ text: String, _ book: RuleBook, rest: String = "") async throws -> Int64 {
        let quoted = text.replacing("'", with: "''")
        let job = try await book.database.query(
            "set role pgsync_operator; select pgsync.request_rule_diff('sale', '\(quoted)'\(rest))::text"
        )
        return Int64((job.first ?? nil) ?? "") ?? 0
    }

    /// Runs it as a worker does, who may do no more than that.
    private func run(_ book: RuleBook) async throws -> String? {
        let name = "worker_\(UInt32.random(in: 0 ... .max))"
        try await book.database.query("create role \(name) login in role pgsync_worker")
        let result: Result<String?, any Error>
        do {
            let options = try ConnectionOptions(book.database.url(as: name)).likePsql
            result = .success(
                try await PostgresConnection.withConnection(to: options) { connection in
                    let operations = JobOperations.all.filter { $0.kind == "rules_diff" }
                    return try await JobRunner(operations).runNext(on: connection, until: Shutdown())?.state
                        .rawValue
                }
            )
        } catch { result = .failure(error) }
        try await book.database.query("drop owned by \(name); drop role \(name)")
        return try result.get()
    }

    @Test("finds what the command finds, and keeps it with both sides of each record")
    func same() async throws {
        try await RuleBook.with { book in
            let text = try await prepared(book)
            let job = try await request(text, book)
            #expect(try await run(book) == "completed")
            let told = try await book.rules("diff", book.write(text, as: "other"), "--json").json
            let kept = try await book.database.query(
                """
                select concat_ws(
                    ' ', candidates[1], records, differing, failures_before, failures_after, left_out, state, done, expected
                )
                from pgsync.rule_diffs as own
                inner join pgsync.job_states as state on own.job = state.id
                where own.job = \(job)
                """
            )
            #expect(kept == ["sale@2 13 12 1 1 0 completed 13 13"])
            #expect(told["records"] == 13 && told["differing"] == 12, "\(told)")
            let sums = try await book.database.query(
                """
                select account || ' ' || ledger.amount_text(after - before, currency) from pgsync.rule_diff_sums
                where job = \(job) and after <> before order by account
                """
            )
            #expect(sums == ["4000 78.00", "4100 -78.00"])
            #expect(
                told["trial_balance"]?.array?.map {
                    "\($0["account"]?.string ?? "") \($0["difference"]?.string ?? "")"
                }
                    == sums.compactMap { $0 }
            )
            let pairs = try await book.database.query(
                """
                select concat_ws(
                    ' ', table_name, record_id, before #>> '{lines,1,account}', after #>> '{lines,1,account}', after #>> '{lines,1,credit}'
                )
                from pgsync.rule_diff_records where job = \(job) order by number limit 2
                """
            )
            #expect(pairs == ["public.sales 1 4000 4100 1.00", "public.sales 2 4000 4100 2.00"])
            // Nothing is left of the trial, and nothing was applied.
            #expect(
                try await book.database.query(
                    "select string_agg(name || '@' || version, ',') from pgsync.rules"
                )
                    == ["sale@1"]
            )
        }
    }

    @Test(
        "leaves alone what was captured later, or outside of its days, and continues where it was interrupted"
    )
    func limits() async throws {
        try await RuleBook.with { book in
            let text = try await prepared(book)
            let job = try await request(text, book)
            try await book.database.query("insert into sales values (14, 1, 'final', '2026-01-05')")
            // As after an interruption: ten of them are done.
            try await book.database.query(
                """
                update pgsync.rule_diffs set done_through = (
                    select id from pgsync.sync_logs order by id offset 9 limit 1
                ), records = 10
                """
            )
            #expect(try await run(book) == "completed")
            #expect(
                try await book.database.query(
                    "select concat_ws(' ', records, differing, (select max(record_id) from pgsync.rule_diff_records)) from pgsync.rule_diffs where job = \(job)"
                ) == ["13 2 12"]
            )
            let later = try await request(text, book, rest: ", since => '2020-01-01', until => '2020-12-31'")
            #expect(try await run(book) == "completed")
            #expect(
                try await book.database.query(
                    "select records::text from pgsync.rule_diffs where job = \(later)"
                )
                    == ["0"]
            )
        }
    }

    @Test("leaves encrypted changes out, and says of how many it cannot tell")
    func encrypted() async throws {
        try await EncryptionCommandTests.withBook { book in
            try await book.database.query(
                "insert into sales select n, n, 'final', '2026-01-05' from generate_series(1, 3) as n"
            )
            let job = try await request(RuleBook.rule(version: 2, credit: "4100"), book)
            #expect(try await run(book) == "completed")
            #expect(
                try await book.database.query(
                    "select concat_ws(' ', candidates[1], records, left_out) from pgsync.rule_diffs where job = \(job)"
                ) == ["sale@2 0 3"]
            )
        }
    }

    @Test("fails with the line of a text that is wrong, is cancelled, and is one at a time for a rule")
    func wrong() async throws {
        try await RuleBook.with { book in
            let text = try await prepared(book)
            let job = try await request(text.replacing("credit  4100", with: "credit  9999"), book)
            await #expect(throws: PostgresError.self) { _ = try await request(text, book) }
            #expect(try await run(book) == "failed")
            let message = try await book.database.query(
                "select error_message from pgsync.sync_jobs where id = \(job)"
            )
            #expect(message.first??.contains("line ") == true, "\(message)")
            let second = try await request(text, book)
            try await book.database.query("select pgsync.cancel_job(\(second))")
            #expect(try await run(book) == nil)
            #expect(
                try await book.database.query("select state from pgsync.sync_jobs where id = \(second)")
                    == ["cancelled"]
            )
            // What nobody asked for in full has nothing to compare.
            try await book.database.query("select pgsync.request_job('rules_diff', 'sale')")
            #expect(try await run(book) == "failed")
            // The result goes with the job.
            try await book.database.query("delete from pgsync.sync_jobs where id = \(job)")
            #expect(
                try await book.database.query(
                    "select count(*)::text from pgsync.rule_diffs where job = \(job)"
                )
                    == ["0"]
            )
        }
    }
}
