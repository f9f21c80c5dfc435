import Postgres

/// One run of the benchmark of posting in its database.
struct PostingBenchmarkRun: Sendable {
    let plan: PostingBenchmark.Plan
    let options: ConnectionOptions
    let administrator: PostgresConnection

    /// Ours and the limit's rates, in turns, as one figure.
    func compare(
        _ measurement: PostingMeasurement,
        _ name: String,
        batch: Int,
        connections: Int = 1,
        bar: Double? = nil,
        withPgQ: Bool = false
    ) async throws -> [PostingFigure] {
        let posters: [BenchPoster] =
            try await hasPgQ() && withPgQ ? [.pgsync, .limit, .pgq] : [.pgsync, .limit]
        // One change at a time is a matter of round trips and commits; a few show it.
        let changes = batch == 1 ? min(plan.changes, 2_000) : plan.changes
        let cells = try await BenchDatabase.withConnections(connections, to: options) { connections in
            var cells: [[DrainCell]] = []
            for round in 0..<plan.rounds {
                try await calm()
                var turn: [DrainCell] = []
                for place in posters.indices {
                    turn.append(
                        try await DrainCell.run(
                            posters[(place + round) % posters.count],
                            changes: changes,
                            batch: batch,
                            on: connections,
                            administrator
                        )
                    )
                }
                cells.append(turn)
            }
            return cells
        }
        return posters.filter { $0 != .limit }.map { figure(measurement, name, of: $0, cells, bar: bar) }
    }

    private func figure(
        _ measurement: PostingMeasurement,
        _ name: String,
        of poster: BenchPoster,
        _ rounds: [[DrainCell]],
        bar: Double?
    ) -> PostingFigure {
        let own = rounds.flatMap { $0.filter { $0.poster == poster } }
        let limits = rounds.flatMap { $0.filter { $0.poster == .limit } }
        let ratio = BenchReport.median(zip(own, limits).map { $0.rate / $1.rate })
        return PostingFigure(
            measurement: measurement,
            name: poster == .pgsync ? name : "\(name), \(poster.rawValue)",
            value: BenchReport.median(own.map(\.rate)),
            unit: "changes/s",
            limit: BenchReport.median(limits.map(\.rate)),
            limitName: "by hand",
            ratio: ratio,
            bar: poster == .pgsync ? bar.map { .atLeast($0, ratio) } : nil,
            processors: .init(own.map(\.processorMicroseconds), beside: limits.map(\.processorMicroseconds)),
            notes: [
                .init(
                    name: "WAL B/change",
                    value: BenchReport.median(
                        own.map { Double($0.used.walBytes) / Double(max($0.changes, 1)) }
                    )
                ),
                .init(
                    name: "commits/change",
                    value: BenchReport.median(own.map { Double($0.batches) / Double(max($0.changes, 1)) })
                ),
            ]
        )
    }

    /// Does now what else would fall into a round, on one poster alone.
    ///
    /// Not everyone may.
    func calm() async throws {
        try await administrator.withSession { session in
            _ = try? session.execute("checkpoint")
            _ = try? session.execute("vacuum pgsync.sync_queue")
        }
    }

    func hasPgQ() async throws -> Bool {
        try await administrator.withSession { session in
            try session.query("select to_regclass('bench.bills_pgq') is not null").onlyRow().decode(0)
        }
    }

    func checks() async throws -> [PostingReport.Check] {
        try await administrator.withSession { session in
            try session.query(Query(PostingSQL.checks)).map { row in
                PostingReport.Check(promise: try row.decode(0), broken: try row.decode(1))
            }
        }
    }
}
