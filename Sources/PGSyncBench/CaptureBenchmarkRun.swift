import PGSyncCore
import PGSyncSchema
import PGSyncStore
import Postgres
import Services

/// One run of the benchmark of capture in its database.
struct CaptureBenchmarkRun: Sendable {
    let options: ConnectionOptions

    /// Makes the tables and what watches them; returns the settings that the figures depend on.
    func prepare(_ migrator: Migrator) async throws -> [(name: String, value: String)] {
        try await PostgresConnection.withConnection(to: options) { connection in
            try await migrator.migrate(on: connection)
            return try await connection.withSession { session in
                for script in [BenchSQL.tables, BenchSQL.bare, BenchSQL.hand, BenchSQL.naive] {
                    try session.runScript(script)
                }
                for variant in BenchVariant.allCases where variant.usesPGSync {
                    try session.transaction {
                        let store = SourceStore(session)
                        _ = try store.attach(try store.table(named: variant.table), CaptureOptions())
                    }
                }
                return try BenchSettings.read(session)
            }
        }
    }

    /// Measures one workload on one variant.
    func cell(
        _ workload: BenchWorkload,
        _ variant: BenchVariant,
        round: Int,
        period: Duration,
        on writers: [PostgresConnection],
        _ administrator: PostgresConnection
    ) async throws -> (BenchCell, HelperCounts) {
        let shutdown = Shutdown()
        // What others left waiting is not the busy worker's to take here.
        _ = try await administrator.withSession {
            try $0.runScript("set pgsync.finishing = on; truncate pgsync.sync_queue")
        }
        return try await withThrowingTaskGroup(of: HelperCounts.self) { [options] group in
            switch variant {
            case .sleeping:
                group.addTask {
                    HelperCounts(wakes: try await BenchSleeper(options: options).run(until: shutdown))
                }
            case .busy, .taken:
                group.addTask {
                    HelperCounts(taken: try await QueueDrainer(options: options).run(until: shutdown))
                }
            case .none, .bare, .hand, .naive: break
            }
            let writing = writers.enumerated().map { index, connection in
                (BenchWriter(workload: workload, table: variant.table, index: index), connection)
            }
            var targets = try await Self.targets(writing)
            // A connection parses and plans what a trigger does once in its life, which may be long.
            let warmUp = try await Self.write(writing, targets, until: .now + period / 4)
            if case .delete = workload {
                targets = zip(targets, warmUp).map { Array($0.dropFirst($1)) }
            }
            let before = try await BenchUsage.read(administrator)
            let start = ContinuousClock.now
            let rows = try await Self.write(writing, targets, until: start + period).reduce(0, +)
            let duration = ContinuousClock.now - start
            let used = try await BenchUsage.read(administrator) - before
            shutdown.request()
            let counts = try await group.next() ?? HelperCounts()
            let cell = BenchCell(
                workload: workload,
                variant: variant,
                round: round,
                rows: rows,
                warmUpRows: warmUp.reduce(0, +),
                duration: duration,
                walBytes: used.walBytes,
                processorTime: used.processorTime
            )
            return (cell, counts)
        }
    }

    private typealias Writing = [(writer: BenchWriter, connection: PostgresConnection)]

    private static func targets(_ writing: Writing) async throws -> [[Int64]] {
        var targets: [[Int64]] = []
        for (writer, connection) in writing {
            targets.append(try await connection.withSession { try writer.targets(on: $0) })
        }
        return targets
    }

    private static func write(
        _ writing: Writing,
        _ targets: [[Int64]],
        until deadline: ContinuousClock.Instant
    ) async throws -> [Int] {
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for ((writer, connection), targets) in zip(writing, targets) {
                group.addTask {
                    let rows = try await connection.withSession {
                        try writer.run(on: $0, targets, until: deadline)
                    }
                    return (writer.index, rows)
                }
            }
            return try await group.reduce(into: [Int](repeating: 0, count: writing.count)) { rows, part in
                rows[part.0] = part.1
            }
        }
    }

    /// Compares every log with what was written and with what is in the tables.
    func proofs(_ cells: [BenchCell]) async throws -> [BenchReport.Proof] {
        try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                try BenchVariant.allCases.filter { $0 != .none }.map { variant in
                    let row = try session.query(Query(BenchSQL.check(variant))).onlyRow()
                    return BenchReport.Proof(
                        variant: variant,
                        changes: cells.filter { $0.variant == variant }.map { $0.rows + $0.warmUpRows }
                            .reduce(0, +),
                        logged: try row.decode("logged"),
                        different: try row.decode("different")
                    )
                }
            }
        }
    }
}
