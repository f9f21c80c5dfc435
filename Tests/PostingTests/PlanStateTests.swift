import Postgres
import TestSupport
import Testing

/// Plans live as long as a session, whatever becomes of the tables: so a session makes all its plans in each of the
/// states that the statistics can be in, the tables grow, and then nothing that is done reads them whole.
@Suite("Plans that were made at a bad moment", .posting, .timeLimit(.minutes(5)))
struct PlanStateTests {
    enum Statistics: String, CaseIterable, Sendable {
        case none, empty, full, stale
    }

    /// How many records each step is about, and how many there are besides.
    private static let batch = 30
    private static let rest = 700

    /// A step: what the application does, and what is then done about it.
    private struct Step {
        let name: String
        var change = ""
        var work = "select pgsync.process_batch('test', 1000)"
        var records = PlanStateTests.batch
    }

    /// What is done in turn to the bills from one number to another.
    private static func steps(_ first: Int, _ last: Int) -> [Step] {
        let these = "id between \(first) and \(last)"
        let bad = "update bills set account = 'none' where id in (\(first), \(last))"
        return [
            Step(
                name: "post",
                change:
                    "insert into bills (id, amount) select g, 1 from generate_series(\(first), \(last)) as g"
            ),
            Step(name: "amend", change: "update bills set amount = 2 where \(these)"),
            Step(name: "fail", change: "update bills set amount = -2 where \(these)"),
            Step(name: "mend", change: "update bills set amount = 3 where \(these)"),
            Step(
                name: "fail one by one",
                change: bad,
                work: "select pgsync.process_batch('test', 1000, isolate => true)"
            ),
            Step(name: "mend them", change: "update bills set account = '4200' where \(these)"),
            Step(
                name: "post one",
                change: "update bills set amount = 4 where id = \(first)",
                work: "select pgsync.post_now('bills', '\(first)')",
                // It looks at the last thousand changes for its own.
                records: 60
            ),
            Step(
                name: "post carefully",
                change: "update bills set amount = 5 where id = \(first)",
                work:
                    "select pgsync.process_one('test', pgsync.begin_careful('test', holds_slot => false), false)"
            ),
            Step(
                name: "skip",
                change: "update bills set amount = null where id = \(last)",
                work: "select pgsync.skip_changes(array[max(log_id)], 'test') from pgsync.sync_queue"
            ),
            Step(
                name: "post the newest of several",
                change: """
                    insert into moves (id, amount) select g, 1 from generate_series(\(first), \(last)) as g;
                    update moves set amount = 2 where \(these)
                    """
            ),
            Step(
                name: "set aside",
                change:
                    "select pgsync.pause('notes'); insert into notes select g, 1 from generate_series(\(first), \(last)) as g"
            ),
            Step(name: "post by hand", work: post(first)),
            Step(
                name: "reverse by hand",
                work: "select ledger.reverse_entry(\(entry(first)), '2026-04-11', 'test')"
            ),
            Step(name: "post again by hand", work: post(first)),
            Step(
                name: "look up keys",
                work:
                    "select count(*) from ledger.already_posted(array['none \(first)', 'none \(last)'], array[null, null]::bytea[])"
            ),
            Step(name: "delete", change: "delete from bills where \(these)"),
            Step(name: "sum up", work: "select ledger.take_snapshot()", records: PlanStateTests.rest),
            Step(name: "truncate", change: "truncate moves", records: PlanStateTests.rest),
        ]
    }

    private static func post(_ number: Int) -> String {
        """
        select ledger.post_entry(
            '2026-04-10', 'INR', 'By hand', '[{"account": "1000", "debit": 5}, {"account": "4000", "credit": 5}]', 'hand \(number)'
        )
        """
    }

    private static func entry(_ number: Int) -> String {
        "(select id from ledger.journal_entries where idempotency_key = 'hand \(number)')"
    }

    @Test("read what a batch is about and no table whole", arguments: Statistics.allCases)
    func proportional(_ statistics: Statistics) async throws {
        let database = TestDatabase.current
        let growth = """
            insert into parts (id, amount) select 1 + g % 6, 1 from generate_series(0, 5) as g;
            insert into bills (id, amount) select g, 1 from generate_series(100001, \(100_000 + Self.rest)) as g;
            """
        let post = "select pgsync.process_batch('test', \(2 * Self.rest))"
        switch statistics {
        case .none: break
        case .empty: try await database.run("vacuum analyze")
        case .full:
            try await database.run(growth + post)
            try await database.run("vacuum analyze")
        case .stale:
            try await database.run("insert into bills (id, amount) values (-1, 1); \(post)")
            try await database.run("vacuum analyze")
            try await database.run(growth + post)
        }
        try await database.session { session in
            // As after the sixth time that a statement is run.
            _ = try session.runScript("set plan_cache_mode = force_generic_plan")
            for round in 1...2 {
                for step in Self.steps(100 * round, 100 * round + 19) {
                    _ = try session.runScript(step.change)
                    _ = try session.runScript(step.work)
                }
            }
            if statistics == .none || statistics == .empty {
                _ = try session.runScript(growth)
                _ = try session.runScript(post)
            }
            _ = try session.runScript(
                "insert into moves (id, amount) select g, 1 from generate_series(100001, \(100_000 + Self.rest)) as g"
            )
            _ = try session.runScript(post)
            _ = try session.runScript("select ledger.take_snapshot()")
            for step in Self.steps(1001, 1000 + Self.batch) {
                _ = try session.runScript(step.change)
                _ = try session.runScript("begin")
                let before = try Self.rowsRead(session)
                _ = try session.runScript(step.work)
                for (table, rows) in try Self.rowsRead(session) {
                    #expect(rows - before[table, default: 0] <= 20 * step.records, "\(step.name): \(table)")
                }
                _ = try session.runScript("commit")
            }
        }
    }

    /// How many rows of each of the big tables the session has read and not yet reported, in whatever way.
    private static func rowsRead(_ session: Session) throws -> [String: Int] {
        let rows = try session.runScript(
            """
            select relname::text, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
            from pg_stat_xact_user_tables
            where schemaname in ('pgsync', 'ledger')
                and relname in (
                    'sync_logs_000001', 'sync_queue', 'sync_master_status', 'sync_audit_log', 'journal_entries',
                    'journal_lines'
                )
            """
        )
        return try Dictionary(
            uniqueKeysWithValues: rows.map {
                (try $0.decode(0, as: String.self), try $0.decode(1, as: Int.self))
            }
        )
    }
}
