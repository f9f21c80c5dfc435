import Concurrency
import PGSyncCore
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Surveys the queue while posters work, and sleeps for them while they do not.
struct QueueWatcher: Service {
    let context: WorkerContext

    /// How often a poster is woken while the watcher has no connection.
    private static let blindInterval = Duration.milliseconds(500)
    /// How much longer than planned a sleep may take before its connection counts as hanging.
    private static let sleepOverrun = Duration.seconds(15)
    /// How long the doorbell stays armed after a poster was woken: most find one change, and sleep again.
    private static let keepArmedFor = Duration.milliseconds(5)
    /// Changes that are due this soon are waited for, even by a worker that only drains the queue.
    private static let moment = Duration.milliseconds(100)
    /// How long it keeps a connection while no poster has one: the server may have too few for all.
    private static let maxIdleConnection = Duration.seconds(2)

    func run(until shutdown: Shutdown) async throws {
        let service = ConnectedService(
            context: context,
            sentences: .init(
                lost: "The wake-up connection was lost; reconnecting",
                failed: "The wake-up connection got an error; reconnecting",
                silent: "The wake-up connection got no answer in time; reconnecting"
            )
        )
        try await service.run(until: shutdown) {
            try await connect(until: shutdown)
        } ended: {
            context.posters.wakeOne()
        } body: { connection, backoff in
            // Reset the backoff only after the first survey succeeds.
            _ = try await connection.withSession { try context.survey($0) }
            backoff.reset()
            return try await watch(connection, until: shutdown) ? .done(()) : .again()
        }
    }

    /// Connects after the first poster, and until it has a connection wakes posters at intervals.
    private func connect(until shutdown: Shutdown) async throws -> PostgresConnection? {
        while context.posters.connectedCount == 0 {
            if try await shutdown.sleep(for: .milliseconds(20)) { return nil }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [context] in
                while true {
                    try await Task.sleep(for: Self.blindInterval)
                    context.posters.wakeOne()
                }
            }
            defer { group.cancelAll() }
            return try await context.gate.connect(until: shutdown)
        }
    }

    /// Watches until the connection is no longer usable, or the worker's goal is reached (true).
    private func watch(_ connection: PostgresConnection, until shutdown: Shutdown) async throws -> Bool {
        // It may be another server than before.
        context.mark.withLock { $0.reset() }
        if context.options.ownsSessions {
            try await connection.withSession { [limits = context.limits] session in
                try PostingStore.limit(session, to: limits)
            }
        }
        var pacing = WakePacing()
        var lastPresence = context.now
        var isDrained = false
        while !isDrained, !shutdown.isRequested, context.now - lastPresence < Self.maxIdleConnection {
            let settings = context.settings
            let mode = settings.usesDoorbell ? context.options.mode : .poll
            try await WakeUpSleep.with(
                connection,
                mode: mode,
                pollInterval: settings.pollInterval,
                keepsArmed: true,
                look: { [context] in
                    let found = try context.survey($0)
                    return WakeUpSleep.Sight(
                        somethingWaits: found.somethingWaits,
                        dueIn: found.isPaused ? nil : found.dueIn
                    )
                }
            ) { sleeper in
                // Begin a new sleep when the settings it uses have changed.
                while !isDrained, !shutdown.isRequested, context.settings.sleepsLike(settings),
                    context.now - lastPresence < Self.maxIdleConnection
                {
                    let situation = context.posters.situation
                    if situation != .away { lastPresence = context.now }
                    switch situation {
                    case .quiet where context.options.goal == .untilStopped:
                        try await sleep(sleeper, &pacing, until: shutdown)
                    case .quiet:
                        isDrained = try await drain(connection, &pacing, until: shutdown)
                    case .busy where sleeper.isArmed:
                        try await watchPosters(connection, for: Self.keepArmedFor, until: shutdown)
                        if context.posters.situation != .quiet { try await disarm(sleeper) }
                    case .busy(let duration):
                        try await watchPosters(connection, for: duration, until: shutdown)
                    case .away:
                        try await disarm(sleeper)
                        try await watchPosters(connection, for: Self.blindInterval, until: shutdown)
                    }
                }
                try await disarm(sleeper)
            }
            if mode == .doorbell { try await connection.unlisten(Doorbell.channel) }
        }
        return isDrained
    }

    // MARK: No poster works

    /// Sleeps until something may be there, and wakes a poster.
    private func sleep(_ sleeper: WakeUpSleep, _ pacing: inout WakePacing, until shutdown: Shutdown)
        async throws
    {
        if let pause = pacing.pause(claimed: claimed) {
            if try await shutdown.sleep(for: pause) { return }
        }
        // Woken for changes we may not claim, such as other tables': disarm so that writers stop notifying.
        if pacing.achievedNothing(claimed: claimed) { try await disarm(sleeper) }
        let claimed = claimed
        let limit = context.settings.pollInterval + Self.sleepOverrun
        let wake = try await context.within(limit) { [context] in
            try await sleeper.sleep(until: shutdown) { wake in
                if wake.isPromising { context.posters.wakeOne() }
            }
        }
        pacing.woke(bySight: wake.isPromising && wake != .doorbell, claimed: claimed)
        context.metrics.note(wake)
        context.logger.trace("Woken", ["wake.reason": .string("\(wake)")])
    }

    private func disarm(_ sleeper: WakeUpSleep) async throws {
        guard sleeper.isArmed else { return }
        try await context.within { try await sleeper.disarm() }
    }

    /// Wakes a poster; true when nothing is left to post.
    ///
    /// Waits for what other sessions hold.
    private func drain(
        _ connection: PostgresConnection,
        _ pacing: inout WakePacing,
        until shutdown: Shutdown
    ) async throws -> Bool {
        context.mark.withLock { $0.reset() }
        let found = try await context.within { [context] in
            try await connection.withSession { try context.survey($0) }
        }
        guard found.somethingWaits else {
            // A TRUNCATE that met a record held by another session is due again in a moment.
            if !found.isPaused, let dueIn = found.dueIn, dueIn <= Self.moment {
                _ = try await shutdown.sleep(for: dueIn)
                return false
            }
            let waiting = try await context.within { [context] in
                try await connection.withSession { try context.store($0).waiting() }
            }
            context.report.withLock { report in
                report.waiting = waiting
                report.isPaused = found.isPaused
            }
            return true
        }
        if let pause = pacing.pause(claimed: claimed) {
            if try await shutdown.sleep(for: pause) { return false }
        }
        pacing.woke(bySight: true, claimed: claimed)
        context.posters.wakeOne()
        return false
    }

    private var claimed: Int { context.report.withLock { $0.claimed } }

    // MARK: A poster works

    /// Waits for posters to fall asleep; surveys the queue when it is time.
    private func watchPosters(
        _ connection: PostgresConnection,
        for duration: Duration,
        until shutdown: Shutdown
    ) async throws {
        let untilSurvey = context.mark.withLock { $0.nextSurveyTime } - context.now
        if untilSurvey <= .zero {
            let found = try await context.within { [context] in
                try await connection.withSession { try context.survey($0) }
            }
            if found.somethingWaits, context.posters.situation == .quiet { context.posters.wakeOne() }
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { [context] group in
            defer { group.cancelAll() }
            group.addTask { try await context.posters.change() }
            group.addTask { try await Task.sleep(for: min(duration, untilSurvey)) }
            group.addTask { try await shutdown.wait() }
            try await group.next()
        }
    }
}

extension SleepState.Wake {
    /// Whether there may be work.
    var isPromising: Bool {
        switch self {
        case .doorbell, .lookedAgain, .poll, .due, .fallback: true
        case .interval, .shutdown: false
        }
    }
}

extension WorkerSettings {
    /// Whether both settings make the worker sleep the same way.
    func sleepsLike(_ other: WorkerSettings) -> Bool {
        usesDoorbell == other.usesDoorbell && pollInterval == other.pollInterval
    }
}
