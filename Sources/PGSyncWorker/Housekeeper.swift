import Concurrency
import PGSyncCore
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Reports that the worker is alive, re-reads the settings, and in the leader runs the singleton tasks.
struct Housekeeper: Service {
    let context: WorkerContext
    /// The connection the worker was registered on, for the first round.
    let connection: PostgresConnection
    /// Whether the schema still fits; throws if this program must not continue.
    let checkSchema: @Sendable (PostgresConnection) async throws -> Void

    private struct Duties {
        var leads = false
        var nextSnapshot = Duration.zero
        var nextSchemaCheck: Duration
        var nextAlertCheck = Duration.zero
        var nextSample = Duration.zero
        var nextExchangeFigures = Duration.zero
        var findings: [CaptureFinding] = []
    }

    private static let schemaInterval = Duration.seconds(60)
    /// How often alerts are checked, and how often a sample may be due.
    private static let alertInterval = Duration.seconds(15)
    /// How long the last report, that the worker has stopped, may take.
    private static let stopReportTimeout = Duration.seconds(2)
    /// How much longer than its limit reading a table for an emptied part may take; its worker ends it long
    /// before.
    private static let readingOvertime = Duration.seconds(15)
    /// How long a duty waits for a lock: the next heartbeat waits for it.
    static let lockTimeout = "2s"

    func run(until shutdown: Shutdown) async throws {
        // It begins on the connection the worker was registered on, which it borrows until it is lost.
        var registered: PostgresConnection? = connection
        var duties = Duties(nextSchemaCheck: context.now + Self.schemaInterval)
        let service = ConnectedService(
            context: context,
            sentences: .init(
                lost: "The housekeeper's connection was lost; reconnecting",
                failed: "The housekeeper's connection got an error; reconnecting",
                silent: "The housekeeper's connection got no answer in time; reconnecting"
            )
        )
        try await service.run(until: shutdown) {
            if let registered { return registered }
            return try await context.gate.connect(until: shutdown)
        } ended: {
            context.metrics.note(leads: false)
            context.jobs.resign()
        } body: { connection, backoff in
            duties.leads = false
            if registered == nil { try await resume(connection) }
            registered = nil
            backoff.reset()
            try await keepHouse(connection, &duties, until: shutdown)
            return .again()
        }
    }

    private func resume(_ connection: PostgresConnection) async throws {
        let (id, ownsSession) = (context.registration.id, context.options.ownsSessions)
        let resumption = try await context.within {
            try await connection.withSession { session in
                if ownsSession { try session.runScript("set lock_timeout = '\(Self.lockTimeout)'") }
                return try WorkerStore(session).resume(id)
            }
        }
        switch resumption {
        case .resumed: break
        case .stillHeld: context.logger.debug("The previous session of this worker has not ended yet")
        case .unknown: context.logger.warning("The database no longer knows this worker")
        }
        try await checkSchema(connection)
    }

    private func keepHouse(
        _ connection: PostgresConnection,
        _ duties: inout Duties,
        until shutdown: Shutdown
    ) async throws {
        while true {
            try await attempt(.heartbeat) { try await report(connection) }
            if context.now >= duties.nextSchemaCheck {
                duties.nextSchemaCheck = context.now + Self.schemaInterval
                try await attempt(.schema) { try await checkSchema(connection) }
                summarize()
            }
            let leads = try await lead(connection, &duties)
            try await attempt(.locks) { try await findForeignLocks(connection) }
            try await attempt(.parts) { try await endReadings(connection) }
            try await attempt(.health) { try await recordHealth(connection, &duties) }
            if context.options.watchesQueue, leads {
                try await attempt(.queue) { try await watchQueue(connection, &duties) }
            }
            let interval = context.settings.heartbeatInterval
            context.metrics.note(context.duties, leads: leads, each: interval)
            if try await shutdown.sleep(for: interval) { break }
        }
        let (id, figures) = (context.registration.id, context.figures)
        try await context.within(Self.stopReportTimeout) {
            try await connection.withSession { try WorkerStore($0).stop(id, figures: figures) }
        }
    }

    // MARK: Duties

    private func attempt(_ duty: Duty, _ body: () async throws -> Void) async throws {
        do {
            try await body()
            note(duty, nil)
        } catch let error as PostgresError where !error.isConnectionLost {
            note(duty, error)
        }
    }

    private func note(_ duty: Duty, _ error: PostgresError?) {
        if let error {
            guard context.duties.failed(duty, error, at: context.now) else { return }
            context.logger.warning(
                "A duty of this worker failed; posting and its other duties continue",
                ["worker.duty": .string(duty.rawValue), "error": .string("\(error)")]
            )
        } else if context.duties.done(duty) {
            context.logger.info(
                "A duty of this worker succeeded again",
                ["worker.duty": .string(duty.rawValue)]
            )
        }
    }

    /// The heartbeat, and the current settings.
    private func report(_ connection: PostgresConnection) async throws {
        let (id, figures, duties) = (context.registration.id, context.figures, context.duties)
        let settings = try await context.within {
            try await connection.withSession { session in
                let store = WorkerStore(session)
                if try !store.report(id, figures: figures, failing: duties.failing) {
                    _ = try store.resume(id)
                }
                return try store.settings()
            }
        }
        if settings != context.settings { context.logger.debug("Settings changed") }
        context.settings = settings
    }

    /// Anyone who can connect can take our locks, and the server does not report that.
    private func findForeignLocks(_ connection: PostgresConnection) async throws {
        let locks = try await context.within {
            try await connection.withSession { try StatusStore($0).foreignLocks() }
        }
        let news = context.duties.found(locks)
        guard !news.isEmpty else { return }
        // In one line: a log drops lines that repeat a sentence.
        context.logger.warning(
            "A session outside pgsync holds pgsync locks",
            [
                "locks.found": .string(news.map(\.sentence).joined(separator: "; ")),
                "locks.release": .string(Set(news.compactMap(\.release)).sorted().joined(separator: " ")),
            ]
        )
    }

    /// A session that reads a table for an emptied part may have lost its worker without noticing.
    private func endReadings(_ connection: PostgresConnection) async throws {
        let limit = context.partLimits.statement + Self.readingOvertime
        let processes = try await context.within {
            try await connection.withSession { session in
                try ReadingStore(session).find(after: limit, holdingLocksAfter: .seconds(2), isEnding: true)
            }
        }
        guard !processes.isEmpty else { return }
        let list = processes.map(String.init).joined(separator: ", ")
        throw PostgresError(
            .unexpectedResult,
            "terminated sessions that read a table for an emptied part and did not end: \(list)"
        )
    }

    /// A sample of the last whole minute, unless there is one.
    private func recordHealth(_ connection: PostgresConnection, _ duties: inout Duties) async throws {
        guard context.now >= duties.nextSample else { return }
        duties.nextSample = context.now + Self.alertInterval
        try await context.within { [id = context.registration.id] in
            try await connection.withSession { _ = try AlertStore($0).recordHealth(of: id) }
        }
    }

    private func watchQueue(_ connection: PostgresConnection, _ duties: inout Duties) async throws {
        let (queue, remote) = try await context.within {
            try await connection.withSession { session in
                (try StatusStore(session).queue(), try EndpointStore(session).figures())
            }
        }
        context.metrics.note(queue, each: context.settings.heartbeatInterval)
        context.metrics.note(remote, each: context.settings.heartbeatInterval)
        guard context.now >= duties.nextExchangeFigures else { return }
        duties.nextExchangeFigures = context.now + Self.alertInterval
        let exchanges = try await context.within {
            try await connection.withSession { try ExchangeFigures.read($0) }
        }
        context.metrics.note(exchanges, each: Self.alertInterval)
    }

    /// Shows in the log that the worker is alive.
    private func summarize() {
        let report = context.report.withLock { $0 }
        context.logger.debug(
            "Still at work",
            [
                "worker.batches": .int(report.batches), "worker.finished": .int(report.finished),
                "worker.failed": .int(report.failed),
                "worker.connected_posters": .int(context.posters.connectedCount),
            ]
        )
    }

    // MARK: Singleton tasks of the leader

    /// Does what only one worker does at a time; false in all others.
    private func lead(_ connection: PostgresConnection, _ duties: inout Duties) async throws -> Bool {
        let (ownsSession, leads, id) = (context.options.ownsSessions, duties.leads, context.registration.id)
        let plan = LeaderRound.Plan(
            kinds: context.jobs.kinds,
            takesSnapshot: context.now >= duties.nextSnapshot,
            checker: context.now >= duties.nextAlertCheck ? context.task.worker : nil
        )
        var round: LeaderRound?
        try await attempt(.leadership) {
            round = try await context.within {
                try await connection.withSession { session in
                    guard ownsSession else {
                        // Through a pooler, leadership lasts for one transaction.
                        return try session.transaction {
                            try session.runScript("set local lock_timeout = '\(Self.lockTimeout)'")
                            return try WorkerStore(session).lead(ownsSession: false)
                                ? try LeaderRound(session, id, plan) : nil
                        }
                    }
                    guard try leads || WorkerStore(session).lead() else { return nil }
                    return try LeaderRound(session, id, plan)
                }
            }
        }
        context.metrics.note(leads: round != nil)
        guard let round else {
            duties.leads = false
            context.jobs.resign()
            context.duties.forget(Duty.ofLeader)
            return false
        }
        if !duties.leads { context.logger.debug("This worker is now the leader") }
        duties.leads = ownsSession
        context.jobs.lead(runnable: round.runnableKinds)
        context.deliveries.note(due: round.dueChannels)
        if round.isFoldDue { context.folds.open() }
        for (duty, error) in round.ends { note(duty, error) }
        for run in round.scheduled { log(run) }
        if let alerts = round.alerts { context.metrics.note(alerts, each: Self.alertInterval) }
        if plan.checker != nil { duties.nextAlertCheck = context.now + Self.alertInterval }
        if round.tookSnapshot { duties.nextSnapshot = context.now + context.settings.snapshotInterval }
        round.tellOfLostWorkers(context.logger)
        for finding in round.findings ?? [] where !duties.findings.contains(finding) {
            context.logger.warning(
                "Some changes of a table are not captured",
                [
                    "capture.table": .string(finding.table), "capture.finding": .string(finding.kind),
                    "capture.remedy": .string(finding.remedy),
                ]
            )
        }
        for growth in round.growth {
            context.logger.warning(
                "A table has more writes than captured changes",
                ["capture.table": .string(growth.table), "capture.rows": .int(growth.unexplained)]
            )
        }
        if let findings = round.findings { duties.findings = findings }
        return true
    }

    private func log(_ run: ScheduleStore.Taken) {
        guard let outcome = run.outcome else { return }
        context.logger.log(
            outcome == "started" && run.missed == 0 ? .debug : .notice,
            "A schedule was due",
            [
                "schedule.name": .string(run.schedule), "schedule.outcome": .string(outcome),
                "schedule.missed": .int(run.missed),
            ]
        )
    }
}
