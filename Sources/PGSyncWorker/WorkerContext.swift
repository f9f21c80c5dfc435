import Concurrency
import PGSyncCore
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import Telemetry

/// What the parts of a worker share.
final class WorkerContext: Sendable {
    let options: WorkerOptions
    let gate: ConnectionGate
    let posters: PosterPool
    let metrics: WorkerMetrics
    let logger: Logger
    let mark = Locked(QueueMark())
    let deadlines = DeadlineWatch()
    let duties = DutyRecord()
    let parts = PartList()
    let jobs: JobBoard
    let deliveries = DeliveryBoard()
    /// Open while changes wait to be folded.
    let folds = Latch<Void, Never>()
    let report = Locked(WorkerReport())
    /// Its id in `sync_workers`, and whether a worker before it stopped without shutting down.
    let registration: Registration
    private let currentSettings: Locked<WorkerSettings>
    private let start = ContinuousClock.now

    struct Registration: Sendable {
        let id: Int
        let isUnclean: Bool
        let sources: SourceFilter
    }

    init(
        _ options: WorkerOptions,
        operations: [any JobOperation],
        registration: Registration,
        settings: WorkerSettings,
        gate: ConnectionGate,
        metrics: WorkerMetrics,
        logger: Logger
    ) {
        self.options = options
        self.registration = registration
        self.gate = gate
        self.metrics = metrics
        self.logger = logger
        jobs = JobBoard(operations)
        posters = PosterPool(posters: options.posters)
        currentSettings = Locked(settings)
    }

    /// The time since the worker began.
    var now: Duration { ContinuousClock.now - start }

    var settings: WorkerSettings {
        get { currentSettings.withLock { $0 } }
        set { currentSettings.withLock { $0 = newValue } }
    }

    /// The most changes that a batch may take now.
    var batchMaximum: Int { min(settings.batchSize, options.batchLimit ?? .max) }

    /// The limits of the posters' statements.
    var limits: PostingStore.Limits {
        let timeout = settings.syncTimeout
        return PostingStore.Limits(statement: timeout, lock: min(timeout / 2, .seconds(10)))
    }

    /// The limits of reading a table for an emptied part.
    ///
    /// It looks up some thousands of records by key, which no honest table takes seconds for. Nothing waits
    /// for it, so the limit protects the server: as long as it runs, it keeps old rows from being removed.
    var partLimits: PostingStore.Limits {
        let timeout = min(settings.syncTimeout, .seconds(30))
        return PostingStore.Limits(statement: timeout, lock: min(timeout / 2, .seconds(10)))
    }

    /// When a statement that should have ended counts as hanging, and its connection is closed.
    var deadline: Duration { settings.syncTimeout + .seconds(5) }

    /// How much longer than its limit something may take to end before it counts as stuck.
    private static let overtime = Duration.seconds(30)

    /// Runs an operation and cancels it if it has not ended in time: by default, when a statement counts as
    /// hanging.
    func within<Success: Sendable>(
        _ limit: Duration? = nil,
        _ operation: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let limit = limit ?? deadline
        let token = deadlines.begin(within: limit + Self.overtime)
        defer { deadlines.end(token) }
        return try await withTimeLimit(limit, operation: operation)
    }

    /// Who posts what.
    var task: PostingStore.Task {
        PostingStore.Task(
            worker: "\(options.name)#\(registration.id)",
            sources: registration.sources,
            isScheduled: options.isScheduled,
            ownsSession: options.ownsSessions,
            privateKeys: options.privateKeys
        )
    }

    /// The store for a session, with limits: those of the session, or set with each call.
    func store(_ session: Session) -> PostingStore {
        PostingStore(session, task, limits: options.ownsSessions ? nil : limits)
    }

    /// Surveys from the bottom, and learns from it where posters may begin.
    func survey(_ session: Session) throws -> QueueSurvey {
        let now = now
        let survey = mark.withLock { $0.beginSurvey(at: now) }
        let store = store(session)
        var found = try store.survey(from: survey.start)
        while found.oldest == nil, let seen = found.seenThrough {
            found = found.continued(by: try store.survey(from: seen + 1))
        }
        let end = self.now
        mark.withLock { $0.end(survey, found, at: end) }
        return found
    }
}

extension WorkerContext {
    /// What it reports with each heartbeat.
    var figures: JSONText {
        let report = report.withLock { $0 }
        let figures = [
            ("batches", report.batches), ("claimed", report.claimed), ("finished", report.finished),
            ("failed", report.failed), ("connected_posters", posters.connectedCount),
        ]
        let numbers = figures.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        // By these others see whether anybody runs the jobs of a kind.
        let kinds = jobs.kinds.map { "\"\($0)\"" }.joined(separator: ", ")
        let breaker = gate.openness.rawValue
        return JSONText("{\(numbers), \"breaker\": \"\(breaker)\", \"kinds\": [\(kinds)]}")
    }
}
