package import PGSyncSchema
import PGSyncStore
package import Postgres
import Services

/// Measures what capture costs the application, beside no capture at all and beside plain triggers.
///
/// It works in its own database, which it makes and drops.
package struct CaptureBenchmark: Sendable {
    /// How much is measured.
    package struct Plan: Sendable {
        package var writers = [1, 8, 32]
        package var rounds = 3
        package var period = Duration.seconds(3)
        package var copyRows = 100_000

        package init() {}

        /// Single inserts for each number of writers, and the rest for the largest.
        var workloads: [BenchWorkload] {
            let most = writers.max() ?? 1
            return writers.map { .insert(writers: $0) }
                + [
                    .insertHundred(writers: most), .copy(rows: copyRows), .update(writers: most),
                    .delete(writers: most),
                ]
        }

        /// How many measurements there will be.
        package var cellCount: Int { rounds * workloads.count * BenchVariant.allCases.count }
    }

    private let plan: Plan
    private let server: ConnectionOptions
    private let migrator: Migrator

    /// `server` reaches any database of the server as a user who may create one.
    package init(_ plan: Plan, on server: ConnectionOptions, migrator: Migrator) {
        self.plan = plan
        self.server = server
        self.migrator = migrator
    }

    /// Measures everything and checks the logs; `onCell` hears of each measurement.
    package func run(onCell: @Sendable (BenchCell) throws -> Void) async throws -> BenchReport {
        try await BenchDatabase.with(on: server) { try await measure($0, $1, onCell) }
    }

    private func measure(
        _ options: ConnectionOptions,
        _ administrator: PostgresConnection,
        _ onCell: @Sendable (BenchCell) throws -> Void
    ) async throws -> BenchReport {
        let run = CaptureBenchmarkRun(options: options)
        let settings = try await run.prepare(migrator)
        var cells: [BenchCell] = []
        var counts = HelperCounts()
        let most = plan.writers.max() ?? 1
        try await BenchDatabase.withConnections(most, to: options) { connections in
            for round in 0..<plan.rounds {
                // Not in the middle of a round, where it would fall on one variant alone. Not everyone may.
                try await administrator.withSession { _ = try? $0.execute("checkpoint") }
                for workload in plan.workloads {
                    // Each round begins with another variant, so that none always comes first.
                    let all = BenchVariant.allCases
                    for place in all.indices {
                        let variant = all[(place + round) % all.count]
                        let (cell, new) = try await run.cell(
                            workload,
                            variant,
                            round: round,
                            period: plan.period,
                            on: Array(connections.prefix(workload.writers)),
                            administrator
                        )
                        cells.append(cell)
                        counts.add(new)
                        try onCell(cell)
                    }
                }
            }
        }
        return BenchReport(
            settings: settings,
            lines: BenchReport.lines(cells),
            proofs: try await run.proofs(cells),
            wakes: counts.wakes.map { ("\($0.key)", $0.value) }.sorted { $0.0 < $1.0 },
            taken: counts.taken
        )
    }
}
