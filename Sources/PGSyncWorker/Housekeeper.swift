import Locking
import PGSyncCore
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Says that the worker is alive, keeps up with the settings, and in one worker of all does what needs doing once.
struct Housekeeper: Service {
    let context: WorkerContext
    /// The connection the worker was registered on, for the first round.
    let connection: PostgresConnection
    /// Whether the schema still fits; throws when this program may not go on.
    let checkSchema: @Sendable (PostgresConnection) async throws -> Void

    private struct Duties {
        var leads = false
        var nextSnapshot = Duration.zero
        var nextSchemaCheck: Duration
        var findings: [CaptureFinding] = []
    }

    private static let schemaInterval = Duration.seconds(60)
    /// How long the last word may take.
    private static let farewell = Duration.seconds(2)

    func run(until shutdown: Shutdown) async throws {
        var current: PostgresConnection? = connection
        var backoff = Backoff(initial: .milliseconds(50), cap: .seconds(2), jitter: .equal)
        var generator = SystemRandomNumberGenerator()
        var duties = Duties(nextSchemaCheck: context.now + Self.schemaInterval)
        while !shutdown.isRequested {
            let next: PostgresConnection?
            if let current { next = current } else { next = try await context.gate.connect(until: shutdown) }
            guard let connection = next else { return }
            let isNew = current == nil
            current = nil
            duties.leads = false
            do {
                try await connection.closing {
                    if isNew { try await resume(connection) }
                    backoff.reset()
                    try await keepHouse(connection, &duties, until: shutdown)
                }
            } catch let error as PostgresError {
                context.logger.warning(
                    error.isConnectionLost
                        ? "The housekeeper lost its connection"
                        : "The server refused the housekeeper something",
                    ["error": .string("\(error)")]
                )
            } catch ServicesError.timeLimitExceeded {
                context.logger.warning("The housekeeper heard nothing from the server and left it")
            }
            context.metrics.note(leads: false)
            if try await shutdown.sleep(for: backoff.next(using: &generator), clock: context.clock) { return }
        }
    }

    private func resume(_ connection: PostgresConnection) async throws {
        let id = context.registration.id
        let resumption = try await context.within {
            try await connection.withSession { try WorkerStore($0).resume(id) }
        }
        switch resumption {
        case .resumed: break
        case .stillHeld: context.logger.debug("The former session of this worker has not ended yet")
        case .unknown: context.logger.warning("The database does not know this worker any more")
        }
        try await checkSchema(connection)
    }

    private func keepHouse(
        _ connection: PostgresConnection,
        _ duties: inout Duties,
        until shutdown: Shutdown
    ) async throws {
        while true {
            do {
                try await report(connection)
                if context.now >= duties.nextSchemaCheck {
                    duties.nextSchemaCheck = context.now + Self.schemaInterval
                    try await checkSchema(connection)
                }
                try await lead(connection, &duties)
                if context.options.watchesQueue { try await watchQueue(connection) }
            } catch let error as PostgresError where !error.isConnectionLost {
                // Whatever else fails, the heartbeat goes on.
                context.logger.warning("Housekeeping failed", ["error": .string("\(error)")])
            }
            let interval = context.settings.heartbeatInterval
            if try await shutdown.sleep(for: interval, clock: context.clock) { break }
        }
        let (id, figures) = (context.registration.id, figures)
        try await context.within(Self.farewell) {
            try await connection.withSession { try WorkerStore($0).stop(id, figures: figures) }
        }
    }

    /// The heartbeat, and the settings as they are now.
    private func report(_ connection: PostgresConnection) async throws {
        let (id, figures) = (context.registration.id, figures)
        let settings = try await context.within {
            try await connection.withSession { session in
                let store = WorkerStore(session)
                if try !store.report(id, figures: figures) { _ = try store.resume(id) }
                return try store.settings()
            }
        }
        if settings != context.settings { context.logger.debug("The settings have changed") }
        context.settings = settings
    }

    private func watchQueue(_ connection: PostgresConnection) async throws {
        let figures = try await context.within {
            try await connection.withSession { try StatusStore($0).queue() }
        }
        context.metrics.note(figures)
    }

    // MARK: What one of all workers does

    private func lead(_ connection: PostgresConnection, _ duties: inout Duties) async throws {
        let takesSnapshot = context.now >= duties.nextSnapshot
        let (ownsSession, alreadyLeads, id) = (
            context.options.ownsSessions, duties.leads, context.registration.id
        )
        let round: Round? = try await context.within {
            try await connection.withSession { session in
                guard ownsSession else {
                    // Through a pooler nobody leads for longer than a transaction.
                    return try session.transaction {
                        try WorkerStore(session).lead(ownsSession: false)
                            ? try Round(session, id, takesSnapshot: takesSnapshot) : nil
                    }
                }
                guard try alreadyLeads || WorkerStore(session).lead() else { return nil }
                return try Round(session, id, takesSnapshot: takesSnapshot)
            }
        }
        context.metrics.note(leads: round != nil)
        guard let round else {
            duties.leads = false
            return
        }
        if !duties.leads { context.logger.debug("This worker leads") }
        duties.leads = ownsSession
        if takesSnapshot { duties.nextSnapshot = context.now + context.settings.snapshotInterval }
        for worker in round.lost {
            context.logger.notice(
                "A worker has ended without a word",
                ["worker.id": .int(worker.id), "worker.name": .string(worker.name)]
            )
        }
        for finding in round.findings where !duties.findings.contains(finding) {
            context.logger.warning(
                "Changes of a table are not all captured",
                [
                    "capture.table": .string(finding.table), "capture.finding": .string(finding.kind),
                    "capture.remedy": .string(finding.remedy),
                ]
            )
        }
        for growth in round.growth {
            context.logger.warning(
                "A table was written more than was captured",
                ["capture.table": .string(growth.table), "capture.rows": .int(growth.unexplained)]
            )
        }
        duties.findings = round.findings
    }

    /// What the leader found and did in one round.
    private struct Round: Sendable {
        let lost: [WorkerRecord]
        let findings: [CaptureFinding]
        let growth: [CaptureGrowth]

        init(_ session: Session, _ id: Int, takesSnapshot: Bool) throws {
            let inspection = CaptureInspection(session)
            lost = try WorkerStore(session).findLost(except: id)
            findings = try inspection.findings().filter { $0.severity > .note }
            growth = try inspection.unexplainedGrowth()
            try inspection.rememberGrowth()
            if takesSnapshot { _ = try WorkerStore(session).takeSnapshot() }
        }
    }

    // MARK: Beneath

    private var figures: JSONText {
        let report = context.report.withLock { $0 }
        let figures = [
            ("batches", report.batches), ("claimed", report.claimed), ("finished", report.finished),
            ("failed", report.failed), ("connected_posters", context.roster.connectedCount),
        ]
        let numbers = figures.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        return JSONText("{\(numbers), \"breaker\": \"\(context.gate.breaker)\"}")
    }
}
