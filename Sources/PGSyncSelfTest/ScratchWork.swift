import PGSyncLedger
import PGSyncOperations
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import Telemetry

/// What workers and operators do in the scratch database of a self-test.
struct ScratchWork: Sendable {
    let options: ConnectionOptions
    let worker: WorkerOptions
    let logger: Logger

    // MARK: Posting

    /// Posts all that waits, and checks that every change has ended in exactly one way.
    func drain(_ connection: PostgresConnection) async throws {
        var worker = worker
        worker.goal = .untilDrained
        worker.posters = 1
        let report = try await Worker(
            worker,
            connection: options,
            logger: logger,
            metrics: WorkerMetrics(in: MetricsRegistry())
        ).run(until: Shutdown())
        guard let left = report.waiting else {
            throw StageFailure(problems: ["the worker ended before the queue was drained"])
        }
        let waiting = left.ready + left.scheduled + left.paused
        let uneven = try await figures(connection).filter { figures in
            figures.captured != figures.outcomes.values.reduce(0, +) + figures.dead.values.reduce(0, +)
        }
        try StageFailure.check(
            (waiting > 0 ? ["\(waiting) changes still wait after the queue was drained"] : [])
                + uneven.map { figures in
                    "\(figures.name): \(figures.captured) changes were captured, with the outcomes \(figures.outcomes), "
                        + "and dead letters \(figures.dead)"
                }
        )
    }

    /// What became of the changes of each table so far.
    func figures(_ connection: PostgresConnection) async throws -> [SelfTestReport.Table] {
        try await connection.withSession { session in
            var tables: [String: SelfTestReport.Table] = [:]
            let rows = try session.query(
                """
                select pgsync.qualified_name(log.source_table) as name, 'captured' as kind, null::text as class, count(*) as number
                from pgsync.sync_logs as log
                group by log.source_table
                union all
                select pgsync.qualified_name(audit.source_table), 'outcome', audit.outcome::text, count(*)
                from pgsync.sync_audit_log as audit
                where audit.outcome <> 'failed'
                group by audit.source_table, audit.outcome
                union all
                select pgsync.qualified_name(log.source_table), 'dead', queue.error_class, count(*)
                from pgsync.sync_queue as queue
                inner join pgsync.sync_logs as log on log.id = queue.log_id
                where queue.sync_status = 'failed'
                group by log.source_table, queue.error_class
                """
            )
            for row in rows {
                let name: String = try row.decode("name")
                let number: Int = try row.decode("number")
                let word = try row.decode("class", as: String?.self) ?? "unknown"
                switch try row.decode("kind", as: String.self) {
                case "captured": tables[name, default: .init(name: name)].captured = number
                case "dead": tables[name, default: .init(name: name)].dead[word] = number
                default: tables[name, default: .init(name: name)].outcomes[word] = number
                }
            }
            return tables.values.sorted { $0.name < $1.name }
        }
    }

    // MARK: Verification

    /// Verifies everything, and returns what was found, of which there is about as much as was planted.
    func verify(
        _ healing: VerifyScope.Healing = .none,
        planted: Int = 0,
        _ connection: PostgresConnection
    ) async throws -> [Difference] {
        let report = try await VerifyRunner(to: options, share: 1)
            .run(VerifyScope(healing: healing), until: Shutdown()) { _ in }
        return try await connection.withSession { session in
            let found = DifferenceStore(session)
            let states: [Difference.State] = [.open, .investigating, .healed]
            guard report.step?.state == .completed, try !found.totals(of: report.job).isPartial else {
                let unreadable = try found.list(kind: "unreadable", job: report.job, limit: 10)
                throw StageFailure(
                    problems: ["the verification could not look at everything"] + unreadable.map(\.words)
                )
            }
            if healing == .heal, let reason = try VerifyStore(session).healStopped(report.job) {
                throw StageFailure(problems: ["healing stopped: \(reason)"])
            }
            return try found.list(states: states, job: report.job, limit: max(1_000, 2 * planted))
        }
    }

    /// Posts all that waits; then the tables and the ledger must agree.
    func settle(_ connection: PostgresConnection) async throws {
        try await drain(connection)
        let found = try await verify(.none, connection)
        try StageFailure.check(found.map { "verify finds \($0.words)" })
    }

    // MARK: The books

    /// Chains what there is.
    func extendChain(_ connection: PostgresConnection) async throws {
        var hasMore = true
        while hasMore {
            hasMore = try await connection.withTransaction {
                try ChainStore($0).extend(limit: 10_000).hasMore
            }
        }
    }

    /// Compares both sides of the books and verifies the chain; returns what was looked at, in words.
    func checkBooks(_ connection: PostgresConnection) async throws -> String {
        let balance = try await connection.withTransaction(.init(isolation: .repeatableRead)) { session in
            try BalanceReader(session, Book(session)).trialBalance(
                at: PeriodBook(session).list().last?.lastDay
            )
        }
        try StageFailure.check(
            balance.totals.filter { $0.debit != $0.credit }.map { total in
                "\(total.currency.code): debits are \(total.debit), and credits \(total.credit)"
            }
        )
        try await extendChain(connection)
        let id = try await connection.withTransaction { try ChainStore($0).beginVerification(since: nil).id }
        var isDone = false
        while !isDone { isDone = try await connection.withTransaction { try ChainStore($0).verifyStep(id) } }
        let (chain, findings) = try await connection.withTransaction { session in
            let store = ChainStore(session)
            return (try store.endVerification(id), try store.findings(of: id, limit: 10))
        }
        guard chain.state != "broken" else {
            throw StageFailure(problems: findings.map { "the chain is broken: \($0.found)" })
        }
        let totals = balance.totals.map { "\($0.currency.code) \($0.debit)" }.joined(separator: ", ")
        return "\(totals.isEmpty ? "nothing" : totals) on both sides, \(chain.rowsChecked) rows chained"
    }
}

extension Difference {
    /// What it is and where, and what was found.
    var words: String {
        let place = [table, record.map { "record \($0)" }, entry.map { "entry \($0)" }].compactMap(\.self)
        return ([kind] + (place.isEmpty ? [] : ["of \(place.joined(separator: ", "))"])).joined(
            separator: " "
        ) + ": \(found)"
    }
}
