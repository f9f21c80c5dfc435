package import PGSyncSchema
package import Postgres

/// Measures the trial balance of a journal that it makes, with and without a snapshot, and checks every sum.
///
/// It works in its own database, which it makes and drops.
package struct TrialBalanceBenchmark: Sendable {
    package struct Plan: Sendable {
        package var lines = 1_000_000
        /// How many lines are posted after the snapshot.
        package var tail = 10_000

        package init() {}
    }

    /// How far the benchmark is.
    package enum Stage: Sendable {
        case building(lines: Int)
        case measuring(TrialBalanceReport.Way)
    }

    /// Ends of months and days in the middle; the last but one needs the most sums: two years, eleven months, thirty days.
    private static let days = [
        "2024-02-10", "2024-12-31", "2025-06-17", "2025-11-30", "2026-01-01", "2026-03-31", "2026-07-04",
        "2026-12-30", "2026-12-31",
    ]
    /// Where a measurement reads everything, a few days have to do.
    private static let fewDays = ["2025-06-17", "2026-03-31", "2026-12-31"]

    private static let entriesAtOnce = 50_000

    private let plan: Plan
    private let server: ConnectionOptions
    private let migrator: Migrator

    /// `server` reaches any database of the server as a user who may create one.
    package init(_ plan: Plan, on server: ConnectionOptions, migrator: Migrator) {
        self.plan = plan
        self.server = server
        self.migrator = migrator
    }

    package func run(onStage: @escaping @Sendable (Stage) throws -> Void) async throws -> TrialBalanceReport {
        try await BenchDatabase.with(on: server) { options, _ in
            try await PostgresConnection.withConnection(to: options) { connection in
                try await migrator.migrate(on: connection)
                return try await connection.withSession { try measure($0, onStage) }
            }
        }
    }

    private func measure(
        _ session: Session,
        _ onStage: (Stage) throws -> Void
    ) throws -> TrialBalanceReport {
        try session.runScript(TrialBalanceSQL.preparation)
        let entries = max(1, plan.lines / TrialBalanceSQL.linesPerEntry)
        let tailEntries = max(1, plan.tail / TrialBalanceSQL.linesPerEntry)
        let clock = ContinuousClock()
        let before = try BenchUsage.read(session)
        let building = try clock.measure {
            try post(1...entries, of: entries, session) { try onStage(.building(lines: $0)) }
            // As it would long have been done by itself.
            try session.execute("vacuum (analyze) ledger.journal_entries")
            try session.execute("vacuum (analyze) ledger.journal_lines")
        }
        let used = try BenchUsage.read(session) - before
        func time(_ way: TrialBalanceReport.Way, tail: Int, _ days: [String]) throws
            -> TrialBalanceReport.Line
        {
            try onStage(.measuring(way))
            let sql = way == .plain ? TrialBalanceSQL.plainSum : TrialBalanceSQL.trialBalance
            let before = try BenchUsage.read(session)
            let milliseconds = try days.map { day in
                try clock.measure { try session.query(Query(sql, [day])) } / .milliseconds(1)
            }
            let used = try BenchUsage.read(session) - before
            return TrialBalanceReport.Line(
                way: way,
                tail: tail,
                milliseconds: milliseconds,
                processorMilliseconds: used.microseconds(each: days.count) / 1_000
            )
        }
        let plain = try time(.plain, tail: 0, Self.fewDays)
        let tailOnly = try time(.tailOnly, tail: entries * TrialBalanceSQL.linesPerEntry, Self.fewDays)
        let takingSnapshot = try clock.measure { try session.execute("select ledger.take_snapshot()") }
        let snapshot = try time(.snapshot, tail: 0, Self.days)
        try post(entries + 1...entries + tailEntries, of: entries + tailEntries, session) { _ in }
        let both = try time(.snapshotAndTail, tail: tailEntries * TrialBalanceSQL.linesPerEntry, Self.days)
        return TrialBalanceReport(
            settings: try BenchSettings.read(session),
            lines: entries * TrialBalanceSQL.linesPerEntry,
            building: building,
            processorMicrosecondsPerLine: used.microseconds(each: entries * TrialBalanceSQL.linesPerEntry),
            takingSnapshot: takingSnapshot,
            results: [plain, tailOnly, snapshot, both],
            proofs: try Self.fewDays.map { try proof($0, session) }
        )
    }

    private func post(
        _ range: ClosedRange<Int>,
        of total: Int,
        _ session: Session,
        _ onLines: (Int) throws -> Void
    ) throws {
        var first = range.lowerBound
        while first <= range.upperBound {
            let last = min(first + Self.entriesAtOnce - 1, range.upperBound)
            try session.execute(Query(TrialBalanceSQL.posting, [first, last, total]))
            try onLines(last * TrialBalanceSQL.linesPerEntry)
            first = last + 1
        }
    }

    private func proof(_ day: String, _ session: Session) throws -> TrialBalanceReport.Proof {
        let row = try session.query(Query(TrialBalanceSQL.comparison, [day])).onlyRow()
        return TrialBalanceReport.Proof(
            day: day,
            balances: try row.decode("balances"),
            different: try row.decode("different"),
            isBalanced: try row.decode("is_balanced")
        )
    }
}
