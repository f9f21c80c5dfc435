import PGSyncStore
package import Postgres
package import Services
package import Telemetry

/// Writes bills until it is asked to stop, on one connection, and opens a new one when that is lost.
package struct BillGenerator: Sendable {
    private let options: DemoOptions
    private let connection: ConnectionOptions
    private let logger: Logger
    private let interval: Duration
    private let report: @Sendable (DemoFigures) throws -> Void

    /// How long the current batch may take once it is asked to stop.
    private static let grace = Duration.seconds(5)

    /// `report` is called after each interval.
    package init(
        _ options: DemoOptions,
        connection: ConnectionOptions,
        logger: Logger,
        interval: Duration,
        report: @escaping @Sendable (DemoFigures) throws -> Void
    ) {
        self.options = options
        self.connection = connection
        self.logger = logger
        self.interval = interval
        self.report = report
    }

    /// The progress of a run, across connections.
    private struct Run {
        var pace: BillPace
        var figures = DemoFigures()
        var start = ContinuousClock.now
        var reportDue: Duration
        /// When it began by the clock of the server.
        var since: Timestamp?

        var elapsed: Duration { ContinuousClock.now - start }
    }

    /// Returns what was written and its state when a shutdown is requested or the options say so.
    package func run(until shutdown: Shutdown) async throws -> DemoFigures {
        var run = Run(pace: BillPace(options), reportDue: interval)
        let retry = RetryLoop(Backoff(initial: .milliseconds(250), cap: .seconds(2), jitter: .equal))
        _ = try await retry.run(until: shutdown) { error, _ in
            switch error {
            case let error as PostgresError where error.isConnectionLost:
                guard !shutdown.isRequested else { return }
                logger.warning("No connection to the database; trying again", ["error": .string("\(error)")])
            case is CancellationError where shutdown.isRequested && !Task.isCancelled:
                return
            default:
                throw error
            }
        } turn: { backoff -> RetryLoop.Turn<Void> in
            let connection = try await shutdown.withGracePeriod(.zero) { [connection] in
                try await PostgresConnection.open(connection)
            }
            backoff.reset()
            try await connection.closing { try await write(&run, on: connection, until: shutdown) }
            return .done(())
        }
        return run.figures
    }

    private func write(
        _ run: inout Run,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws {
        if run.since == nil {
            run.since = try await connection.withSession {
                try $0.query("select clock_timestamp()").onlyRow().decode(0, as: Timestamp.self)
            }
            run.start = .now
        }
        while let batch = run.pace.next {
            let elapsed = run.elapsed
            let rest = options.duration.map { $0 - elapsed } ?? .seconds(3_600)
            let delay = run.pace.delay(at: elapsed)
            if try await shutdown.sleep(for: min(delay, max(rest, .zero))) || rest <= delay { break }
            let begun = run.elapsed
            if try await write(batch, of: &run, on: connection, until: shutdown) {
                run.pace.wrote(batch, at: begun)
            }
            guard run.elapsed >= run.reportDue else { continue }
            try await look(&run, on: connection)
            try report(run.figures)
            run.reportDue = run.elapsed + interval
        }
        try await look(&run, on: connection)
    }

    /// False if another session was in the way.
    private func write(
        _ batch: BillPace.Batch,
        of run: inout Run,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws -> Bool {
        do {
            let rows = try await shutdown.withGracePeriod(Self.grace) { [options] in
                try await connection.withTransaction { session in
                    let share = Double(batch.changes) / Double(batch.bills)
                    return try session.query(
                        .prepared(
                            """
                            select generated.rows
                            from clinic.generate(
                                \(batch.bills)::integer, \(options.seed), \(options.badShare)::numeric, \(share)::numeric
                            ) with ordinality as generated (step, rows, place)
                            order by generated.place
                            """
                        )
                    ).map { try $0.decode(0, as: Int.self) }
                }
            }
            for (row, figure) in zip(rows, [\DemoFigures.bills, \.followers, \.changes]) {
                run.figures[keyPath: figure] += row
            }
            return true
        } catch let error as PostgresError where error.isPassing {
            logger.warning("Could not write bills; continuing", ["error": .string("\(error)")])
            return false
        }
    }

    /// Reads the state of what was written.
    private func look(_ run: inout Run, on connection: PostgresConnection) async throws {
        let since = run.since
        let (waiting, posted) = try await connection.withSession { session in
            let waiting = try PostingStore(session, PostingStore.Task(worker: "pgsync demo")).waiting()
            return (waiting, try StatusStore(session).postedCount(since: since))
        }
        run.figures.waiting = waiting.ready + waiting.scheduled + waiting.paused
        run.figures.posted = posted
        run.figures.failed = waiting.dead
    }
}

extension PostgresError {
    /// Whether another session was in the way, and the next statement may well succeed.
    fileprivate var isPassing: Bool {
        let states: [SQLState?] = [
            .serializationFailure, .deadlockDetected, .lockNotAvailable, .queryCanceled,
        ]
        return kind == .server && states.contains(sqlState)
    }
}
