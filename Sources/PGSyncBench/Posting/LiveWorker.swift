import PGSyncWorker
import Postgres
import Services
import Telemetry

/// Someone who posts while bills are written: a real worker, or a loop around the hand-written statement.
struct LiveWorker: Sendable {
    let poster: BenchPoster
    let options: ConnectionOptions

    func run(until shutdown: Shutdown) async throws {
        switch poster {
        case .pgsync: try await worker(until: shutdown)
        case .limit: try await listener(until: shutdown)
        case .pgq: try await consumer(until: shutdown)
        }
    }

    private func worker(until shutdown: Shutdown) async throws {
        let worker = Worker(
            WorkerOptions(name: "bench", host: "here", processID: 0, version: "bench"),
            connection: options,
            logger: Logger(handler: RecordingLogHandler(), level: .error),
            metrics: try WorkerMetrics(in: MetricsRegistry())
        )
        try await worker.run(until: shutdown)
    }

    /// Waits for a NOTIFY of the application and posts, as tightly as it can be written.
    private func listener(until shutdown: Shutdown) async throws {
        try await PostgresConnection.withConnection(to: options) { connection in
            let rings = try await connection.listen(to: "bench_limit")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await _ in rings {
                        try await connection.withSession { session in
                            var mark: Int64 = 0
                            while try BenchPoster.limit.step(session, batch: 1_000, mark: &mark) != nil {}
                        }
                    }
                }
                group.addTask { try await shutdown.wait() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Ticks each 20 ms and posts each batch, with connections of their own, as pgqd and a consumer do.
    private func consumer(until shutdown: Shutdown) async throws {
        try await BenchDatabase.withConnections(2, to: options) { connections in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !shutdown.isRequested {
                        try await connections[0].withSession { _ = try $0.query("select pgq.ticker()") }
                        try await ContinuousClock().sleep(for: .milliseconds(20))
                    }
                }
                group.addTask {
                    while !shutdown.isRequested {
                        let done = try await connections[1].withSession { session in
                            var mark: Int64 = 0
                            return try BenchPoster.pgq.step(session, batch: 1_000, mark: &mark)
                        }
                        if done == nil { try await ContinuousClock().sleep(for: .milliseconds(5)) }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
