import Postgres

extension PostingBenchmarkRun {
    func drain() async throws -> [PostingFigure] {
        var figures: [PostingFigure] = []
        for batch in plan.batches {
            figures += try await compare(
                .drain,
                "batch \(batch)",
                batch: batch,
                bar: batch == plan.batches.max() ? 0.7 : nil,
                withPgQ: batch == plan.batches.max()
            )
        }
        return figures
    }

    func scale() async throws -> [PostingFigure] {
        var figures: [PostingFigure] = []
        for posters in plan.posters {
            figures += try await compare(
                .scale,
                posters == 1 ? "1 poster" : "\(posters) posters",
                batch: plan.batches.max() ?? 1,
                connections: posters
            )
        }
        return figures
    }

    /// A session that looks at the database as it was keeps the dead entries of the queue from being removed.
    func horizon() async throws -> [PostingFigure] {
        try await against(.horizon, "old snapshot held", bar: .atLeastOwn(0.95), limit: "none held") {
            connection in
            try await PostgresConnection.withConnection(to: options) { holder in
                try await holder.withSession { session in
                    _ = try session.execute("begin isolation level repeatable read")
                    try session.query("select count(*) from bench.bills")
                }
                // Enough dead entries that wading through them would show.
                _ = try await cell(on: connection)
                let held = try await cell(on: connection)
                try await holder.withSession { _ = try $0.execute("commit") }
                return held
            }
        }
    }

    func poison() async throws -> [PostingFigure] {
        try await against(.poison, "1 % bad", bar: .atLeastOwn(0.7), limit: "none bad") { connection in
            try await cell(badEvery: 100, on: connection)
        }
    }

    /// The same backlog with a small journal and with a large one.
    func growth() async throws -> [PostingFigure] {
        try await BenchDatabase.withConnections(1, to: options) { connections in
            var small: [DrainCell] = []
            for _ in 0..<plan.rounds { small.append(try await cell(on: connections[0])) }
            var lines = try await lineCount()
            let first = lines
            while lines < plan.lines {
                let missing = min((plan.lines - lines) / 5 + 1, 100_000)
                _ = try await DrainCell.run(
                    .limit,
                    changes: max(missing, 1_000),
                    batch: 5_000,
                    on: connections,
                    administrator
                )
                lines = try await lineCount()
            }
            try await administrator.withSession { _ = try $0.execute("vacuum analyze") }
            try await calm()
            var large: [DrainCell] = []
            for _ in 0..<plan.rounds { large.append(try await cell(on: connections[0])) }
            let (before, after) = (
                BenchReport.median(small.map(\.rate)), BenchReport.median(large.map(\.rate))
            )
            return [
                PostingFigure(
                    measurement: .growth,
                    name: "\(lines) journal lines",
                    value: after,
                    unit: "changes/s",
                    limit: before,
                    limitName: "\(first) lines",
                    ratio: before / after,
                    bar: .atMost(1.2, before / after, " of the cost"),
                    processors: .init(
                        large.map(\.processorMicroseconds),
                        beside: small.map(\.processorMicroseconds)
                    )
                )
            ]
        }
    }

    private func lineCount() async throws -> Int {
        try await administrator.withSession { session in
            try session.query("select count(*) from ledger.journal_lines").onlyRow().decode(0)
        }
    }

    private func cell(badEvery: Int = 0, on connection: PostgresConnection) async throws -> DrainCell {
        try await DrainCell.run(
            .pgsync,
            changes: plan.changes,
            batch: plan.batches.max() ?? 1,
            badEvery: badEvery,
            on: [connection],
            administrator
        )
    }

    private struct OwnBar {
        let value: Double

        static func atLeastOwn(_ value: Double) -> OwnBar { OwnBar(value: value) }
    }

    /// Our own rate under a hardship, beside our own rate without, in turns.
    private func against(
        _ measurement: PostingMeasurement,
        _ name: String,
        bar: OwnBar,
        limit: String,
        _ hard: (PostgresConnection) async throws -> DrainCell
    ) async throws -> [PostingFigure] {
        try await BenchDatabase.withConnections(1, to: options) { connections in
            var (hardships, plain): ([DrainCell], [DrainCell]) = ([], [])
            for _ in 0..<plan.rounds {
                try await calm()
                plain.append(try await cell(on: connections[0]))
                hardships.append(try await hard(connections[0]))
            }
            let ratio = BenchReport.median(zip(hardships, plain).map { $0.rate / $1.rate })
            return [
                PostingFigure(
                    measurement: measurement,
                    name: name,
                    value: BenchReport.median(hardships.map(\.rate)),
                    unit: "changes/s",
                    limit: BenchReport.median(plain.map(\.rate)),
                    limitName: limit,
                    ratio: ratio,
                    bar: .atLeast(bar.value, ratio),
                    processors: .init(
                        hardships.map(\.processorMicroseconds),
                        beside: plain.map(\.processorMicroseconds)
                    )
                )
            ]
        }
    }
}
