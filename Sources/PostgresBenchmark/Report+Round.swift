import Postgres

extension Report {
    /// Takes every figure once, ours right after that of plain C style.
    mutating func takeRound(
        _ plain: PlainConnection,
        _ connection: PostgresConnection,
        _ options: ConnectionOptions
    ) async throws {
        try await compare(
            "awaited single queries per second, from any thread",
            bar: nil,
            higherIsBetter: true
        ) {
            try plain.singleQueries(count: 10_000)
        } with: {
            try await connection.singleQueries(count: 10_000)
        }
        let hotLoop = ConnectionExecutor(connection)
        try await compare("awaited single queries per second, in a hot loop", bar: 0.75, higherIsBetter: true)
        {
            try plain.singleQueries(count: 10_000)
        } with: {
            try await withTaskExecutorPreference(hotLoop) {
                try await connection.singleQueries(count: 10_000)
            }
        }
        try await compare(
            "pipelined queries per second, 100 a batch, in a hot loop",
            bar: 0.85,
            higherIsBetter: true
        ) {
            try plain.pipelinedQueries(count: 100_000, batch: 100)
        } with: {
            try await withTaskExecutorPreference(hotLoop) {
                try await connection.pipelinedQueries(count: 100_000, batch: 100)
            }
        }
        try await compare("NOTIFY to awake, p50 in microseconds", bar: 1.5, higherIsBetter: false) {
            plain.listen()
            return try await wakeUps(sender: connection, count: 1_000) {
                try plain.waitForNotifications(count: $0)
            }
        } with: {
            try await wakeUps(sender: connection, options: options, count: 1_000)
        }
    }
}
