package import PGSyncStore
package import Postgres
package import Services

/// Takes jobs that nobody runs, and runs them to their end.
package struct JobRunner: Sendable {
    /// How a job left this session.
    package struct Report: Sendable, Equatable {
        package let id: Int64
        package let kind: String
        package let subject: String
        /// `interrupted` if another session is to continue it.
        package let state: Job.State
        /// Why it failed or was interrupted, other than by the end of the worker or of its lead.
        package var reason: String?
    }

    /// So many passing errors without progress between them end a job.
    private static let mostErrors = 10

    private let operations: [String: any JobOperation]
    private let clock: any Clock<Duration>

    package init(_ operations: [any JobOperation], clock: any Clock<Duration> = ContinuousClock()) {
        self.operations = Dictionary(uniqueKeysWithValues: operations.map { ($0.kind, $0) })
        self.clock = clock
    }

    package var kinds: [String] { operations.keys.sorted() }

    /// Runs the oldest job of its kinds that nobody runs; nil if there is none.
    ///
    /// One that was interrupted is held until the connection is closed.
    ///
    /// - Throws: if the connection is lost or the task cancelled; then another session can continue the job.
    package func runNext(on connection: PostgresConnection, until shutdown: Shutdown) async throws -> Report?
    {
        let kinds = kinds
        let taken = try await connection.withTransaction { try JobStore($0).take(kinds) }
        guard let taken else { return nil }
        return try await run(taken, on: connection, until: shutdown)
    }

    /// Runs a job whose secret this process was given, unless it has to wait; nil if it has ended or another runs it.
    package func runGiven(
        _ id: Int64,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws -> Report? {
        let taken = try await connection.withTransaction { try JobStore($0).takeGiven(id) }
        guard let taken else { return nil }
        return try await run(taken, on: connection, until: shutdown)
    }

    /// Runs a job for who waits for it; nil if it has ended or another session runs it.
    package func run(
        _ id: Int64,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws -> Report? {
        let taken = try await connection.withTransaction { try JobStore($0).resume(id) }
        guard let taken else { return nil }
        return try await run(taken, on: connection, until: shutdown)
    }

    /// Works for a job that another session runs, whose lock this session shares; whoever runs it ends it.
    ///
    /// - Throws: what the operation throws.
    package func work(
        for taken: TakenJob,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws {
        let job = RunningJob(taken, on: connection, until: shutdown, isJoined: true, clock: clock)
        do {
            _ = try await operations[taken.kind]?.run(job)
        } catch is RunningJob.Stop {
            // Whoever runs it sees the same.
        } catch let error as PostgresError where error.sqlState?.code == "55000" {
            // It may have ended meanwhile, after which nothing can be recorded of it.
            let hasEnded = try await connection.withTransaction { try JobStore($0).hasEnded(taken.id) }
            guard hasEnded else { throw error }
        }
    }

    private func run(
        _ taken: TakenJob,
        on connection: PostgresConnection,
        until shutdown: Shutdown
    ) async throws -> Report? {
        guard let operation = operations[taken.kind] else { return nil }
        func report(_ state: Job.State, _ reason: String? = nil) -> Report {
            Report(id: taken.id, kind: taken.kind, subject: taken.subject, state: state, reason: reason)
        }
        func end(
            _ state: Job.State?,
            _ counts: [String: Int]? = nil,
            failure: JobStore.Failure? = nil
        ) async throws -> Report {
            let state = try await connection.withTransaction { session in
                try JobStore(session).end(taken.id, state, counts: counts, failure: failure)
            }
            return report(state, failure?.message)
        }
        do {
            let job = RunningJob(taken, on: connection, until: shutdown, clock: clock)
            return try await end(nil, operation.run(job))
        } catch RunningJob.Stop.interrupted {
            return report(.interrupted)
        } catch RunningJob.Stop.waiting(let wait, let errorClass, let message) {
            try await connection.withTransaction { session in
                try JobStore(session).wait(taken.id, wait, errorClass: errorClass, message)
            }
            return report(.waiting, message)
        } catch RunningJob.Stop.cancelled {
            return try await end(.cancelled)
        } catch let error as PostgresError where error.isConnectionLost {
            throw error
        } catch let error where error is CancellationError || Task.isCancelled {
            throw error
        } catch let error as PostgresError where error.isPassing {
            let failure = JobStore.Failure(error)
            let errors = try await connection.withTransaction {
                try JobStore($0).noteInterruption(taken.id, failure)
            }
            guard errors < Self.mostErrors else { return try await end(.failed, failure: failure) }
            return report(.interrupted, failure.message)
        } catch {
            return try await end(.failed, failure: JobStore.Failure(error))
        }
    }
}

extension JobStore.Failure {
    init(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            self.init(sqlState: error.sqlState?.code, message: error.message)
        case let error as JobFailure:
            self.init(errorClass: error.errorClass, message: error.description)
        default:
            self.init(errorClass: "unexpected", message: "\(error)")
        }
    }
}
