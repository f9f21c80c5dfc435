import PGSyncCore
import PGSyncStore
import Postgres

/// What the leader found and did in one round.
struct LeaderRound: Sendable {
    private(set) var lost: [WorkerRecord] = []
    /// Nil if the search for them failed.
    private(set) var findings: [CaptureFinding]?
    private(set) var growth: [CaptureGrowth] = []
    private(set) var tookSnapshot = false
    /// How each duty ended.
    private(set) var ends: [(Duty, PostgresError?)] = []

    init(_ session: Session, _ id: Int, takesSnapshot: Bool) throws {
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
        if takesSnapshot {
            tookSnapshot = try attempt(.balances, session) { try WorkerStore(session).takeSnapshot() } != nil
        }
        // Last, because in a transaction of the whole round its locks are kept until the end.
        try attempt(.ranges, session) {
            let ranges = RangeStore(session)
            if !session.isInTransaction { try ranges.cut() }
            _ = try ranges.make()
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
