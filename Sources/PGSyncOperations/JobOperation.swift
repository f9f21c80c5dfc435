import PGSyncStore
package import Postgres
package import Services

/// What runs the jobs of one kind.
///
/// A kind has a row in `pgsync.job_kinds`, an operation in ``JobOperations/all``, and a page or section about it.
package protocol JobOperation: Sendable {
    var kind: String { get }

    var lane: JobLane { get }

    /// A function that whoever runs these jobs must be allowed to run; nil where every worker may.
    var right: String? { get }

    /// Does the work in short steps, and returns what it has done, by names.
    ///
    /// It may be called again for a job that was interrupted, and continues from what the steps before have left.
    ///
    /// - Throws: ``JobFailure`` or any other error if the job cannot continue; what ``RunningJob`` throws passes through.
    func run(_ job: RunningJob) async throws -> [String: Int]
}

extension JobOperation {
    package var right: String? { nil }
}

/// Which jobs wait for one another.
package enum JobLane: CaseIterable, Sendable {
    /// A job may take a minute; one runs at a time.
    case short
    /// A job may take longer, and delays no short one.
    case long
    /// A job mostly waits for other systems, so that several run at once.
    case remote

    package var width: Int { self == .remote ? 4 : 1 }
}

package enum JobOperations {
    /// Those that a worker runs.
    package static let all = all(anchoringTo: [])

    /// The same, with the places where the chain is anchored.
    package static func all(anchoringTo destinations: [AnchorDestination]) -> [any JobOperation] {
        [
            ChainKeeper(destinations: destinations), QueueOperation(kind: "resolve"),
            QueueOperation(kind: "retry"), Retention(), RuleDiffOperation(),
            VerifyOperation(kind: "reconcile"),
            VerifyOperation(kind: "verify"),
        ]
    }
}

/// Why a job cannot continue.
package struct JobFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Such as `data.refused`: see `pgsync.error_classes`.
    package let errorClass: String
    package let description: String

    package init(_ errorClass: String, _ description: String) {
        self.errorClass = errorClass
        self.description = description
    }
}

/// A job that this session runs.
package struct RunningJob: Sendable {
    /// What ends a job that has not failed.
    enum Stop: Error {
        case cancelled
        /// Whoever runs it after a wait continues; nil for a wait that a person ends.
        case waiting(Duration?, errorClass: String?, String)
        /// The worker stops or leads no longer; another continues.
        case interrupted
    }

    package let id: Int64
    package let kind: String
    package let subject: String
    package let type: String?
    /// Whether an earlier session has begun it.
    package let isResumed: Bool
    /// Whether another session runs it, and this one works for it and does not end it.
    package let isJoined: Bool
    /// For the job alone; it is closed after the job.
    package let connection: PostgresConnection
    package let shutdown: Shutdown
    /// For rests.
    private let clock: any Clock<Duration>

    init(
        _ job: TakenJob,
        on connection: PostgresConnection,
        until shutdown: Shutdown,
        isJoined: Bool = false,
        clock: any Clock<Duration>
    ) {
        self.isJoined = isJoined
        id = job.id
        kind = job.kind
        subject = job.subject
        type = job.type
        isResumed = job.attempts > 1
        self.connection = connection
        self.shutdown = shutdown
        self.clock = clock
    }

    /// Runs a step in a transaction; steps are short, because a worker that stops waits for one.
    @discardableResult
    package func step<Result: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        guard !shutdown.isRequested else { throw Stop.interrupted }
        return try await connection.withTransaction(options, body)
    }

    /// Tries something in a transaction that is always rolled back, on one snapshot.
    package func trying<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws
        -> Result
    {
        do {
            return try await step(.init(isolation: .repeatableRead)) { throw Undone(result: try body($0)) }
        } catch let undone as Undone<Result> {
            return undone.result
        }
    }

    private struct Undone<Result: Sendable>: Error {
        let result: Result
    }

    /// Reports that the job is alive, and how far its phase is; to be called every few seconds.
    ///
    /// - Throws: if the job is to end, because a user cancelled it or the worker stops.
    package func note(
        _ phase: String,
        _ message: String? = nil,
        done: Int? = nil,
        expected: Int? = nil
    ) async throws {
        let id = id
        let continues = try await connection.withTransaction { session in
            try JobStore(session).notePhase(id, phase, message, done: done, expected: expected)
        }
        guard continues else { throw Stop.cancelled }
        guard !shutdown.isRequested else { throw Stop.interrupted }
    }

    /// Records an item that failed; the job goes on with the others.
    package func fail(item: String, _ failure: JobFailure) async throws {
        let id = id
        _ = try await step { session in
            try JobStore(session).putFailedItem(id, item, failure.errorClass, failure.description)
        }
    }

    /// Resolves an item that had failed, in this job or an earlier one of its kind and subject.
    package func settle(item: String, _ resolution: String) async throws {
        let (kind, subject) = (kind, subject)
        try await step { session in
            try JobStore(session).settleFailedItem(kind, subject, item, resolution)
        }
    }

    /// Leaves the job to whoever runs it after a wait; nil for a wait that a person ends.
    package func leave(for wait: Duration?, errorClass: String? = nil, _ message: String) -> any Error {
        Stop.waiting(wait, errorClass: errorClass, message)
    }

    /// What ends the session's part in a job that somebody asked to end.
    package var cancellation: any Error { Stop.cancelled }

    /// What leaves the job to another session.
    package var interruption: any Error { Stop.interrupted }

    /// Rests between two steps.
    package func rest(for duration: Duration) async throws {
        guard try await !shutdown.sleep(for: duration, clock: clock) else { throw Stop.interrupted }
    }
}
