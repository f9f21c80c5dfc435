import Concurrency
import PGSyncCore
import PGSyncStore
import Postgres
import Services
import Telemetry

/// The database steps of a poster on one connection: each step is a call, and each call ends in an event.
struct PostingSession {
    let connection: PostgresConnection
    let context: WorkerContext
    private var limits: PostingStore.Limits?
    /// Whether a change was announced in this session.
    private var hasAnnounced = false

    init(connection: PostgresConnection, context: WorkerContext) {
        self.connection = connection
        self.context = context
    }

    /// Performs the step, and returns its event.
    mutating func perform(
        _ step: PosterState.Step,
        _ memory: inout Poster.Memory
    ) async throws -> PosterState.Event {
        memory.size.maximum = context.batchMaximum
        do {
            switch step {
            case .post(let isolating): return try await post(isolating: isolating, &memory)
            case .announce:
                hasAnnounced = true
                return try await announce()
            case .postAnnounced(let id): return try await postAnnounced(id, &memory)
            case .withdraw(let id, let notingFailure):
                return try await withdraw(id, noting: notingFailure ? memory.error : nil)
            }
        } catch let error as PostgresError {
            return failed(PosterFailure(error), error, &memory)
        } catch ServicesError.timeLimitExceeded {
            return failed(.lost, nil, &memory)
        }
    }

    // MARK: Steps

    private mutating func post(
        isolating: Bool,
        _ memory: inout Poster.Memory
    ) async throws -> PosterState.Event {
        let look = context.mark.withLock { $0.beginLook() }
        // To find what made a batch fail, claim the same changes.
        let failedBatch = isolating ? memory.failedBatch : nil
        let (mark, limit) = (failedBatch?.start ?? look.start, failedBatch?.limit ?? memory.size.limit)
        memory.failedBatch = Poster.FailedBatch(start: mark, limit: limit)
        let start = context.now
        let result: BatchResult
        do {
            result = try await call { store in
                try store.processBatch(limit: limit, mark: mark, isolating: isolating)
            }
        } catch {
            context.mark.withLock { $0.abandon(look) }
            throw error
        }
        let end = context.now
        memory.failedBatch = nil
        if mark == look.start { context.mark.withLock { $0.end(look, nextMark: result.nextMark) } }
        // There is more than one poster can take: another may help.
        if result.claimed >= limit { context.posters.wakeOne() }
        await note(result, took: end - start, &memory)
        memory.size.note(claimed: result.claimed + result.emptied, took: end - start)
        let pace = memory.pacing.note(claimed: result.claimed, limit: limit, took: end - start, at: end)
        if let part = result.truncatedPart { context.parts.offer(part, at: context.now) }
        return .posted(
            claimed: result.goesOn ? max(result.claimed, 1) : result.claimed,
            isPaused: result.isPaused,
            pace: result.goesOn ? .lookAgain : pace
        )
    }

    private mutating func announce() async throws -> PosterState.Event {
        let mark = context.mark.withLock { $0.safe }
        return .announced(try await call { try $0.beginCareful(mark: mark) })
    }

    private mutating func postAnnounced(
        _ id: Int64,
        _ memory: inout Poster.Memory
    ) async throws -> PosterState.Event {
        let start = context.now
        let result = try await call { try $0.processOne(id) }
        context.metrics.noteCareful()
        await note(result, took: context.now - start, &memory)
        if let part = result.truncatedPart { context.parts.offer(part, at: context.now) }
        return .settled
    }

    private mutating func withdraw(_ id: Int64, noting error: PostgresError?) async throws
        -> PosterState.Event
    {
        let holdsSlot = hasAnnounced
        let timeout = context.settings.syncTimeout / .seconds(1)
        let isTimeout = error.map(PosterFailure.init) == .timeout
        let explanation = isTimeout ? "sync_timeout_seconds is \(timeout)" : nil
        try await call {
            try $0.endCareful(id, noting: error, explanation: explanation, holdsSlot: holdsSlot)
        }
        return .settled
    }

    /// Calls the database, and closes the connection if no answer comes in time.
    private mutating func call<Success: Sendable>(
        _ body: @escaping @Sendable (PostingStore) throws -> Success
    ) async throws -> Success {
        let wanted = context.options.ownsSessions ? context.limits : nil
        let isStale = wanted != limits
        let result = try await context.within { [connection, context] in
            try await connection.withSession { session in
                guard session.isUsable else {
                    throw PostgresError(
                        .connectionClosed,
                        "the connection was lost while idle"
                    )
                }
                do {
                    if isStale, let wanted { try PostingStore.limit(session, to: wanted) }
                    return try body(context.store(session))
                } catch let error as PostgresError
                    where wanted != nil && session.isPooled && error.isOfAnotherSession
                {
                    throw StoreError.needsPolling(error.description)
                }
            }
        }
        limits = wanted
        return result
    }

    // MARK: Recording

    private func note(_ result: BatchResult, took duration: Duration, _ memory: inout Poster.Memory) async {
        memory.hasAchieved = true
        // If batches are refused and single changes are not, the next batch still has to wait.
        if !memory.state.isRefused { memory.backoff.reset() }
        context.report.withLock { $0.add(result) }
        context.metrics.note(result, took: duration)
        guard result.claimed > 0 else { return }
        context.logger.debug(
            "Batch posted",
            [
                "batch.claimed": .int(result.claimed), "batch.finished": .int(result.finished),
                "batch.failed": .int(result.failed), "batch.duration": .duration(duration),
            ]
        )
        guard result.failed > 0 else { return }
        memory.unexplained += result.failed
        let classes = Set(result.errorClasses).sorted().joined(separator: " ")
        guard context.now >= memory.nextExplanation else { return }
        memory.nextExplanation = context.now + Self.explanationInterval
        let failed = memory.unexplained
        memory.unexplained = 0
        var fields: LogMetadata = ["batch.failed": .int(failed), "error.classes": .string(classes)]
        if let change = result.failedChange {
            fields["change.id"] = .int(Int(change))
            do {
                let table = try await context.within { [connection, context] in
                    try await connection.withSession { try context.store($0).table(of: change) }
                }
                fields["change.table"] = .string(table)
            } catch {
                context.logger.debug(
                    "The table of the failed change is unknown",
                    ["error": .string("\(error)")]
                )
            }
        }
        context.logger.notice("Some changes failed", fields)
    }

    /// Failures are logged no more often than this, and all of them are counted.
    private static let explanationInterval = Duration.seconds(10)

    private mutating func failed(
        _ failure: PosterFailure,
        _ error: PostgresError?,
        _ memory: inout Poster.Memory
    ) -> PosterState.Event {
        memory.error = error
        // As many changes as the batch could have had.
        let limit = memory.failedBatch?.limit ?? memory.size.limit
        switch failure {
        case .timeout: memory.size.timedOut()
        case .lost, .refusal: memory.size.restart()
        case .contention, .exhaustion, .readOnly, .lostIdle: break
        }
        let level: LogLevel = failure == .lostIdle || failure == .contention ? .info : .warning
        var fields: LogMetadata = ["error": .string(error.map { "\($0)" } ?? "no answer in time")]
        if failure == .timeout {
            fields["sync_timeout_seconds"] = .double(context.settings.syncTimeout / .seconds(1))
        }
        context.logger.log(level, failure.sentence, fields)
        return .failed(failure, limit: limit)
    }
}

extension PosterFailure {
    /// What is logged about it.
    fileprivate var sentence: StaticString {
        switch self {
        case .contention: "A batch hit a lock timeout or deadlock; trying again"
        case .exhaustion: "The server lacks resources to post a batch; trying again"
        case .timeout: "A batch took too long and was cancelled; trying again with a smaller one"
        case .readOnly: "The server is read-only; reconnecting"
        case .lost:
            "The connection was lost during a batch; posting one change at a time until it is finished"
        case .lostIdle: "The connection was lost while idle; reconnecting"
        case .refusal: "Posting a batch failed; retrying in smaller batches to find the change that causes it"
        }
    }
}
