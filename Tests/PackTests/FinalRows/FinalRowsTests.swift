import Postgres
import TestSupport
import Testing

@Suite("The ledger, against the interpreter", .editedClinic, .timeLimit(.minutes(60)))
struct FinalRowsTests {
    private let database = TestDatabase.current

    private let replay: Replay

    init() throws {
        replay = Replay(try Pack.clinic.rules())
    }

    @Test("is what the final rows post, adds up to zero, and no entry was ever changed")
    func finalRows() async throws {
        let bills = Profile.size(2_000, full: 200_000)
        let seed = UInt64.random(in: 0 ... .max)
        print("\(bills) bills of seed \(seed)")
        var life = ClinicLife(in: database, bills: bills, rounds: 8, seed: seed)
        let lived = try await ContinuousClock().measure { try await life.run() }
        let rows = FinalRows(database: database, replay: replay)
        let begun = ContinuousClock.now
        let report = try await rows.compare()
        #expect(report.faultCount == 0, "seed \(seed): \(report.faults.joined(separator: "\n"))")
        #expect(try await rows.brokenSeals() == [], "seed \(seed)")

        let counts = try await database.counts()
        print("posted in \(lived), compared in \(ContinuousClock.now - begun)")
        print(
            "rows \(report.rows), posting \(report.posting), failing \(report.failing), kept \(report.kept)"
        )
        print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        // What shall have happened did, and often.
        for (what, least) in [
            "posted": bills / 2, "amended": bills / 20, "reversed": bills / 20, "superseded": bills / 20,
            "unchanged": bills / 100, "failed": bills / 100, "deleted": bills / 50, "back again": bills / 200,
            "seals": 8,
        ] {
            #expect(counts[what, default: 0] >= least, "seed \(seed): \(what) \(counts[what] ?? 0)")
        }
        #expect(report.rows > bills && report.kept > bills / 500 && report.failing.count > 4, "\(report)")
        // None was left out: what waits is what fails, and each failure was replayed.
        #expect(counts["waiting"] == report.failing.values.reduce(0, +))
        #expect(counts["failed"] == report.failedAttempts)
    }

    @Test("takes the largest amount that a rule posts, and a larger one fails in the rule")
    func largest() async throws {
        try await database.run(
            """
            insert into public.consultation_invoices (id, invoice_number, patient_id, amount, status)
            values (1, 'C-1', 7, 10000000000000, 'final'), (2, 'C-2', 7, 10000000000000.01, 'final'),
                (3, 'C-3', 7, 92233720368547758.07, 'final');
            select pgsync.process_batch('test', 100);
            """
        )
        let report = try await FinalRows(database: database, replay: replay).compare()
        #expect(report.faultCount == 0, "\(report.faults)")
        #expect(report.posting == 1 && report.failing == ["data.range": 2])
    }

    @Test("agrees no more once anything is altered behind its back")
    func altered() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var life = ClinicLife(in: database, bills: 200, rounds: 3, seed: seed)
        try await life.run()
        let sound = FinalRows(database: database, replay: replay)
        let report = try await sound.compare()
        #expect(report.faultCount == 0, "seed \(seed): \(report.faults.joined(separator: "\n"))")
        #expect(try await sound.brokenSeals() == [])
        for damage in Damage.all {
            try await TestDatabase.with(copyOf: database.name) { copy in
                try await copy.run(
                    """
                    alter table ledger.journal_entries disable trigger all;
                    alter table ledger.journal_lines disable trigger all;
                    alter table public.lab_bills disable trigger all;
                    \(damage.script)
                    """
                )
                let rows = FinalRows(database: copy, replay: replay)
                let (faults, seals) = (try await rows.compare().faults, try await rows.brokenSeals())
                #expect(
                    faults.isEmpty != damage.breaksComparison,
                    "\(damage.testDescription), seed \(seed): \(faults)"
                )
                #expect(
                    seals.isEmpty != damage.breaksSeal,
                    "\(damage.testDescription), seed \(seed): \(seals)"
                )
            }
        }
    }
}

extension TestDatabase {
    /// How often what happened, over all.
    fileprivate func counts() async throws -> [String: Int] {
        try await session { session in
            let rows = try session.runScript(
                """
                select outcome::text, count(*) from pgsync.sync_audit_log group by outcome
                union all select 'changes', count(*) from pgsync.sync_logs
                union all select 'waiting', count(*) from replay.waiting
                union all select 'entries', count(*) from ledger.journal_entries
                union all select 'lines', count(*) from ledger.journal_lines
                union all select 'seals', count(*) from replay.seals
                union all select 'batches', count(distinct (recorded_xid)) from pgsync.sync_audit_log
                union all select 'deleted', count(*) from pgsync.sync_logs where action = 'delete'
                union all
                select 'back again', count(*) from (
                    select action, lag(action) over (partition by source_table, record_id order by id) as before
                    from pgsync.sync_logs
                ) as life
                where life.action = 'create' and life.before = 'delete'
                """
            )
            return Dictionary(
                try rows.map { (try $0.decode(0, as: String.self), try $0.decode(1, as: Int.self)) },
                uniquingKeysWith: +
            )
        }
    }
}
