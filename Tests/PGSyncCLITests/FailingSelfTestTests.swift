import PGSyncSelfTest
import PGSyncWorker
import Postgres
import Telemetry
import Testing

@testable import PGSyncCLI

/// Something that is broken in the database of a self-test, which must find it.
struct Sabotage: Sendable, CustomTestStringConvertible {
    let name: String
    /// After which stage it is broken, and which one must fail.
    let after: SelfTestReport.StageName
    let failing: SelfTestReport.StageName
    let sql: String
    let words: String

    var testDescription: String { name }

    static let all: [Sabotage] = [
        .init(
            name: "capture that is off",
            after: .configuration,
            failing: .rows,
            sql: "alter table sales disable trigger \"000_pgsync_insert\"",
            words: "public.sales: insert of the rows: 0 changes were captured, not 1"
        ),
        .init(
            name: "a rule whose function was changed",
            after: .configuration,
            failing: .rows,
            sql: """
                do $do$ begin
                    execute replace(pg_get_functiondef('pgsync.rule_sale_v1'::regproc), '4000', '4100');
                end; $do$
                """,
            words: "verify finds rule of public.sales"
        ),
        .init(
            name: "changes that are lost",
            after: .rows,
            failing: .changes,
            sql: """
                create function public.lose() returns trigger language plpgsql as 'begin return null; end';
                create trigger lose before insert on pgsync.sync_queue for each row execute function public.lose()
                """,
            words: "changes were captured, with the outcomes"
        ),
        .init(
            name: "a verification that is blind",
            after: .truncation,
            failing: .faults,
            sql: """
                create function public.lose() returns trigger language plpgsql as 'begin return null; end';
                create trigger lose before insert on pgsync.sync_differences
                for each row execute function public.lose()
                """,
            words: "a row changed unseen was not found as"
        ),
        .init(
            name: "books that were altered",
            after: .faults,
            failing: .books,
            sql: """
                alter table ledger.journal_lines disable trigger user;
                update ledger.journal_lines set amount = amount + 1 where line = 1;
                update ledger.balance_snapshots set amount = amount + 1 where account = '1000'
                """,
            words: "INR: debits are"
        ),
    ]
}

@Suite("A self-test that must fail", .timeLimit(.minutes(10)))
struct FailingSelfTestTests {
    @Test("finds what is broken, names it, and runs no further stage", arguments: Sabotage.all)
    func sabotaged(_ sabotage: Sabotage) async throws {
        try await RuleBook.posting { book in
            let database = book.database
            var test = SelfTest(
                on: try ConnectionOptions(database.url()),
                worker: WorkerRun.optionsHere,
                logger: Logger(handler: StreamLogHandler.standardError(format: nil), level: .error)
            )
            test.rows = 0
            let report = try await test.run(explain: ErrorExplanation.message) { stage, name in
                guard stage.name == sabotage.after else { return }
                try await database.query(sabotage.sql, database: name)
            }
            #expect(report.verdict == .failed)
            let stage = try #require(report.stages.first { $0.state == .failed })
            #expect(stage.name == sabotage.failing)
            #expect(stage.problems.contains { $0.contains(sabotage.words) }, "\(stage.problems)")
            let later = report.stages.drop { $0.name != sabotage.failing }.dropFirst()
            #expect(later.allSatisfy { $0.state == .skipped })
            #expect(report.stages.map(\.name) == SelfTestReport.StageName.allCases)
            let left = try await database.query(
                "select datname::text from pg_database where datname = '\(report.database)'"
            )
            #expect(left == [])
        }
    }
}
