import Concurrency
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
    /// Whether it is broken in the database of the tables instead.
    var isInSource = false

    var testDescription: String { name }

    static let all: [Sabotage] = [
        .init(
            name: "capture that is off",
            after: .configuration,
            failing: .rows,
            sql: "alter table sales disable trigger \"000_pgsync_insert\"",
            words: "public.sales: insert of made-up rows: 0 changes were captured, not 1"
        ),
        .init(
            name: "a reader that is gone",
            after: .configuration,
            failing: .rows,
            sql: """
                do $do$ begin
                    execute (
                        select format('drop function %s', routine.oid::regprocedure)
                        from pgsync.sources as source
                        inner join pg_proc as routine on routine.proname = source.function_name || '_read'
                        where source.source_table = 'sales'::regclass
                    );
                end; $do$
                """,
            words: "public.sales cannot be read: function ",
            isInSource: true
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
        .init(
            name: "an entry that was altered after it was chained",
            after: .faults,
            failing: .books,
            sql: """
                alter table ledger.journal_entries disable trigger user;
                update ledger.journal_entries set description = 'altered'
                where id = (select min(id) from ledger.journal_entries)
                """,
            words: "the chain is broken"
        ),
    ]
}

@Suite("A self-test that must fail", .timeLimit(.minutes(10)))
struct FailingSelfTestTests {
    private struct Stopped: Error {}

    /// A self-test of made-up rows.
    private func selfTest(of database: CommandLineDatabase) throws -> SelfTest {
        var test = SelfTest(
            on: try ConnectionOptions(database.url()),
            worker: WorkerRun.optionsHere,
            logger: Logger(handler: StreamLogHandler.standardError(format: nil), level: .error)
        )
        test.rows = 0
        return test
    }

    private func exists(_ name: String, _ database: CommandLineDatabase) async throws -> Bool {
        try await database.query("select datname::text from pg_database where datname = '\(name)'") == [name]
    }

    @Test("finds what is broken, names it, and runs no further stage", arguments: Sabotage.all)
    func sabotaged(_ sabotage: Sabotage) async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let report = try await selfTest(of: database).run(explain: ErrorExplanation.message) {
                stage,
                name in
                guard stage.name == sabotage.after else { return }
                try await database.query(sabotage.sql, database: sabotage.isInSource ? nil : name)
            }
            #expect(report.verdict == .failed)
            let stage = try #require(report.stages.first { $0.state == .failed })
            #expect(stage.name == sabotage.failing)
            #expect(stage.problems.contains { $0.contains(sabotage.words) }, "\(stage.problems)")
            let later = report.stages.drop { $0.name != sabotage.failing }.dropFirst()
            #expect(later.allSatisfy { $0.state == .skipped })
            #expect(report.stages.map(\.name) == SelfTestReport.StageName.allCases)
            #expect(try await !exists(report.database, database))
        }
    }

    @Test("names a table that cannot be created")
    func notCreated() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let report = try await selfTest(of: database).run(explain: ErrorExplanation.message) {
                stage,
                name in
                guard stage.name == .schema else { return }
                try await database.query("create table public.sales ()", database: name)
            }
            #expect(report.verdict == .incomplete)
            #expect(report.tables.last?.notTried == ["relation \"sales\" already exists"], "\(report.tables)")
        }
    }

    @Test("ends when its connection is lost, and drops its database all the same")
    func connectionLost() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let scratch = Locked("")
            let error = await #expect(throws: PostgresError.self) {
                try await selfTest(of: database).run(explain: ErrorExplanation.message) { stage, name in
                    guard stage.name == .schema else { return }
                    scratch.withLock { $0 = name }
                    try await database.query(
                        "select pg_terminate_backend(pid)::text from pg_stat_activity where datname = '\(name)'"
                    )
                }
            }
            #expect(error?.isConnectionLost == true)
            let name = scratch.withLock { $0 }
            let remains = try await exists(name, database)
            #expect(!name.isEmpty && !remains)
        }
    }

    @Test("says so when its database cannot be dropped")
    func notDropped() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let scratch = Locked("")
            let error = await #expect(throws: SelfTestError.self) {
                try await selfTest(of: database).run(explain: ErrorExplanation.message) { _, name in
                    scratch.withLock { $0 = name }
                    try await database.query("alter database \(name) is_template true")
                    throw Stopped()
                }
            }
            let name = scratch.withLock { $0 }
            #expect(error?.description.contains("hint: drop database \(name) with (force);") == true)
            #expect(try await exists(name, database))
            try await database.query("alter database \(name) is_template false")
            try await database.query("drop database \(name) with (force)")
        }
    }
}
