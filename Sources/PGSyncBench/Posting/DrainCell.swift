import Postgres

/// One backlog posted by one poster.
struct DrainCell: Sendable {
    let poster: BenchPoster
    let changes: Int
    let batches: Int
    let duration: Duration
    let used: BenchUsage

    var processorMicroseconds: Double { used.microseconds(each: changes) }

    var rate: Double { Double(changes) / (duration / .seconds(1)) }

    /// Writes a backlog, and times how long it takes to post it by one or several connections.
    static func run(
        _ poster: BenchPoster,
        changes: Int,
        batch: Int,
        badEvery: Int = 0,
        on connections: [PostgresConnection],
        _ administrator: PostgresConnection
    ) async throws -> DrainCell {
        try await administrator.withSession { session in
            for _ in 0..<max(changes / 1_000, 1) {
                try session.query(
                    "select bench.write_bills(\(min(changes, 1_000))::integer, \(badEvery)::integer, \(poster.table)::regclass)"
                )
                // PgQ hands out what came between two ticks, so this is its batch size.
                guard poster == .pgq else { continue }
                try session.query("select pgq.force_tick('bench')")
                try session.query("select pgq.ticker()")
            }
        }
        let before = try await BenchUsage.read(administrator)
        let start = ContinuousClock.now
        let done = try await withThrowingTaskGroup(of: (changes: Int, batches: Int).self) { group in
            for connection in connections {
                group.addTask { try await connection.withSession { try poster.drain($0, batch: batch) } }
            }
            return try await group.reduce((0, 0)) { ($0.0 + $1.changes, $0.1 + $1.batches) }
        }
        let duration = ContinuousClock.now - start
        let after = try await BenchUsage.read(administrator)
        return DrainCell(
            poster: poster,
            changes: done.0,
            batches: done.1,
            duration: duration,
            used: after - before
        )
    }
}
