import Postgres
import TestSupport

/// Compares the ledger with what the interpreter makes of all rows as they are, in pages.
struct FinalRows: Sendable {
    let database: TestDatabase
    let replay: Replay
    private static let page = 1_000

    func compare() async throws -> FinalRowsReport {
        try await database.run("call replay.collect()")
        let tables = try await database.run("select table_name from pgsync.sources order by table_name")
            .compactMap(\.self)
        var report = try await withThrowingTaskGroup(of: FinalRowsReport.self) { group in
            for table in tables { group.addTask { try await compare(table) } }
            group.addTask { try await replayFailures() }
            return try await group.reduce(into: FinalRowsReport()) { $0.add($1) }
        }
        for fault in try await database.run("select replay.faults()") { report.add(fault: fault ?? "?") }
        try await compareBalances(in: &report)
        return report
    }

    /// The contents of earlier entries, against what they were when they were sealed.
    func brokenSeals() async throws -> [String] {
        try await database.run("select replay.broken_seals()").compactMap(\.self)
    }

    // MARK: Rows

    private func compare(_ table: String) async throws -> FinalRowsReport {
        try await database.connect { connection in
            var report = FinalRowsReport()
            var last: Int64 = 0
            while true {
                let rows = try await connection.withSession { [last] in
                    try page(of: table, after: last, in: $0)
                }
                for row in rows { try compare(row, of: table, in: &report) }
                guard rows.count == Self.page, let end = rows.last else { return report }
                last = end.id
            }
        }
    }

    private struct Record: Sendable {
        let id: Int64
        let image: String
        let standing: String
        let net: String
        let errorClass: String?
        let isNewest: Bool
        let applied: String?
    }

    private func page(of table: String, after id: Int64, in session: Session) throws -> [Record] {
        // As the rules see it: remarks are not captured. A page costs its rows, not what there is to join.
        try session.runScript(
            """
            select present.id, (to_jsonb(present) - 'remarks')::text, coalesce(posted.standing, ''),
                coalesce(posted.net, ''), waiting.error_class,
                coalesce(waiting.image = to_jsonb(present) - 'remarks', true),
                case when waiting.applied_action <> 'delete' then waiting.applied_image::text end
            from (
                select * from \(table) as own where own.id > \(id) order by own.id limit \(Self.page)
            ) as present
            left join lateral (
                select * from replay.posted as own
                where own.source = '\(table)'::regclass and own.record_id = present.id::text
                offset 0
            ) as posted on true
            left join lateral (
                select * from replay.waiting as own
                where own.source = '\(table)'::regclass and own.record_id = present.id::text
                offset 0
            ) as waiting on true
            order by present.id
            """
        ).map { row in
            Record(
                id: try row.decode(0),
                image: try row.decode(1),
                standing: try row.decode(2),
                net: try row.decode(3),
                errorClass: try row.decode(4),
                isNewest: try row.decode(5),
                applied: try row.decode(6)
            )
        }
    }

    private func compare(_ record: Record, of table: String, in report: inout FinalRowsReport) throws {
        let final = try ReplayedRow(record.image, of: table, by: replay)
        report.rows += 1
        func add(fault: String) { report.add(fault: "\(table) \(record.id) \(fault)\n\(record.image)") }
        if final.failure != record.errorClass {
            add(
                fault: "fails with \(record.errorClass ?? "nothing"), replayed: \(final.failure ?? "nothing")"
            )
        }
        var expected = final
        if let failure = final.failure {
            // It leaves what the last version that could be posted has left.
            report.failing[failure, default: 0] += 1
            expected = try record.applied.map { try ReplayedRow($0, of: table, by: replay) } ?? ReplayedRow()
            if !expected.standing.isEmpty { report.kept += 1 }
            if !record.isNewest { add(fault: "is not what failed") }
            if let failure = expected.failure { add(fault: "was posted as a version that fails: \(failure)") }
        } else if !final.standing.isEmpty {
            report.posting += 1
        }
        if record.standing != expected.standing {
            add(fault: "stands as:\n\(record.standing)\nreplayed:\n\(expected.standing)")
        }
        if record.net != expected.net {
            add(fault: "comes to:\n\(record.net)\nreplayed:\n\(expected.net)")
        }
        report.sums.merge(expected.sums, uniquingKeysWith: +)
    }

    // MARK: Failures and balances

    /// Each attempt that failed, also of versions that were overtaken since.
    private func replayFailures() async throws -> FinalRowsReport {
        try await database.connect { connection in
            var report = FinalRowsReport()
            var last: (change: Int64, attempt: Int) = (0, 0)
            while true {
                let rows = try await connection.withSession { [last] session in
                    try session.runScript(
                        """
                        select audit.log_id, audit.attempt, source.table_name, audit.error_class, log.data::text
                        from pgsync.sync_audit_log as audit
                        inner join pgsync.sync_logs as log on log.id = audit.log_id
                        inner join pgsync.sources as source on source.source_table = audit.source_table
                        where audit.outcome = 'failed' and (audit.log_id, audit.attempt) > (\(last.change), \(last.attempt))
                        order by audit.log_id, audit.attempt
                        limit \(Self.page)
                        """
                    )
                }
                for row in rows {
                    last = (try row.decode(0), try row.decode(1))
                    let errorClass = try row.decode(3, as: String.self)
                    let replayed = try ReplayedRow(row.decode(4), of: row.decode(2), by: replay)
                    report.failedAttempts += 1
                    if replayed.failure != errorClass {
                        report.add(
                            fault: "change \(last.change) failed with \(errorClass), replayed: "
                                + "\(replayed.failure ?? "nothing")"
                        )
                    }
                }
                guard rows.count == Self.page else { return report }
            }
        }
    }

    private func compareBalances(in report: inout FinalRowsReport) async throws {
        let balances = try await database.session { session in
            let rows = try session.runScript(
                "select account || ' ' || currency, amount::bigint from ledger.account_balances where amount <> 0"
            )
            return try rows.map { (try $0.decode(0, as: String.self), try $0.decode(1, as: Int64.self)) }
        }
        let found = Dictionary(balances, uniquingKeysWith: +)
        let expected = report.sums.filter { $0.value != 0 }
        for account in Set(found.keys).union(expected.keys).sorted() where found[account] != expected[account]
        {
            report.add(
                fault:
                    "account \(account) stands at \(found[account] ?? 0), replayed: \(expected[account] ?? 0)"
            )
        }
    }
}
