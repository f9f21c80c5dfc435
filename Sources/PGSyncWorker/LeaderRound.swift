import PGSyncCore
import PGSyncStore
import Postgres
import Telemetry

/// What the leader found and did in one round.
struct LeaderRound: Sendable {
    private(set) var lost: [WorkerRecord] = []
    /// Nil if the search for them failed.
    private(set) var findings: [CaptureFinding]?
    private(set) var growth: [CaptureGrowth] = []
    private(set) var tookSnapshot = false
    private(set) var scheduled: [ScheduleStore.Taken] = []
    /// The kinds of jobs that nobody runs.
    private(set) var runnableKinds: [String] = []
    /// The channels for which something is to be sent.
    private(set) var dueChannels: [String] = []
    /// Whether changes of tables that are exchanged wait to be folded.
    private(set) var isFoldDue = false
    /// The alerts that fire; nil if they were not checked.
    private(set) var alerts: [FiringAlerts]?
    /// How each duty ended.
    private(set) var ends: [(Duty, PostgresError?)] = []

    /// What is due in a round.
    struct Plan: Sendable {
        /// The kinds of jobs that this worker runs; without any, it leaves schedules alone.
        var kinds: [String]
        var takesSnapshot: Bool
        /// By which name it checks alerts, if it does.
        var checker: String?
    }

    init(_ session: Session, _ id: Int, _ plan: Plan) throws {
        let kinds = plan.kinds
        if !kinds.isEmpty {
            scheduled = try attempt(.schedules, session) { try ScheduleStore(session).takeDue() } ?? []
            let problems = scheduled.compactMap { run in
                run.problem.map { "the schedule \(run.schedule) cannot run: \($0)" }
            }
            if !problems.isEmpty {
                let error = PostgresError(.unexpectedResult, problems.joined(separator: "; "))
                ends[ends.endIndex - 1] = (.schedules, error)
            }
            runnableKinds =
                try attempt(.jobs, session) {
                    if kinds.contains("import") { try JobStore(session).requestItemRetries() }
                    if kinds.contains("sync") { try JobStore(session).requestLiveSyncs() }
                    return try JobStore(session).runnableKinds(kinds)
                } ?? []
        }
        dueChannels = try attempt(.delivery, session) { try ChannelStore(session).due() } ?? []
        isFoldDue = try attempt(.versions, session) { try VersionStore(session).isDue() } ?? false
        let inspection = CaptureInspection(session)
        lost = try attempt(.lostWorkers, session) { try WorkerStore(session).findLost(except: id) } ?? []
        findings = try attempt(.capture, session) {
            try inspection.findings().filter { $0.severity > .note }
        }
        growth =
            try attempt(.growth, session) {
                let growth = try inspection.unexplainedGrowth()
                try inspection.rememberGrowth()
                return growth
            } ?? []
        if plan.takesSnapshot {
            tookSnapshot = try attempt(.balances, session) { try WorkerStore(session).takeSnapshot() } != nil
        }
        if let checker = plan.checker {
            alerts = try attempt(.alerts, session) { try AlertStore(session).check(by: checker) }
        }
        // Last, because in a transaction of the whole round its locks are kept until the end.
        try attempt(.ranges, session) {
            try RangeStore(session).keep(onlyBounds: session.isInTransaction)
        }
    }

    @discardableResult
    private mutating func attempt<Success>(
        _ duty: Duty,
        _ session: Session,
        _ body: () throws -> Success
    ) throws -> Success? {
        do {
            let success = try session.isInTransaction ? session.savepoint(body) : body()
            ends.append((duty, nil))
            return success
        } catch let error as PostgresError where !error.isConnectionLost {
            ends.append((duty, error))
            return nil
        }
    }
}

extension LeaderRound {
    func tellOfLostWorkers(_ logger: Logger) {
        for worker in lost {
            logger.notice(
                "A worker stopped without shutting down",
                ["worker.id": .int(worker.id), "worker.name": .string(worker.name)]
            )
        }
    }
}
