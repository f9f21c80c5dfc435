import Concurrency
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Asks tables which records were in a part that was emptied, while the posters post.
///
/// Code of the table's owner runs in that session, for as long as it likes and ending as it likes. So it is a
/// separate session, closed after each call, for which nothing waits; any error in it counts as a failed
/// attempt at the change, recorded in another session.
struct PartReader: Service {
    let context: WorkerContext
    let lane: PartList.Lane

    /// How long a session may take to notice that its time is up.
    private static let cancelTimeout = Duration.seconds(1)
    /// How often a reading that takes long is checked.
    private static let lookInterval = Duration.milliseconds(100)
    /// How long, when the worker is to stop, it tries to end a session that does not end.
    private static let endTimeout = Duration.seconds(2)

    func run(until shutdown: Shutdown) async throws {
        while let id = try await next(until: shutdown) {
            try await read(id, until: shutdown)
            context.parts.end(in: lane)
            context.posters.wakeOne()
        }
    }

    private func next(until shutdown: Shutdown) async throws -> Int64? {
        do {
            return try await shutdown.withGracePeriod(.zero) { [context, lane] in
                try await context.parts.next(in: lane)
            }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            return nil
        }
    }

    private func read(_ id: Int64, until shutdown: Shutdown) async throws {
        guard let connection = try await context.gate.connect(until: shutdown) else { return }
        let (limits, process, start) = (context.partLimits, Locked(Int32?.none), context.now)
        let failure: PostgresError
        do {
            let isOver = try await connection.closing {
                // Nothing is lost when it is abandoned, so it has no grace period.
                try await shutdown.withGracePeriod(.zero) { [context, lane] in
                    let owner = try await context.within {
                        try await connection.withSession { try context.store($0).partOwner(of: id) }
                    }
                    guard let owner, !context.parts.passOn(id, of: owner, from: lane, at: context.now) else {
                        return false
                    }
                    guard !context.parts.isBarred(owner, at: context.now) else {
                        throw PostgresError(
                            .unexpectedResult,
                            "not read: code of the table's owner recently took locks that posting needs",
                            sqlState: .queryCanceled
                        )
                    }
                    return try await watched(process, of: owner) {
                        try await context.within(limits.statement + Self.cancelTimeout) {
                            try await connection.withSession { session in
                                try context.store(session).findTruncated(id, within: limits) { begun in
                                    process.withLock { $0 = begun }
                                }
                            }
                        }
                    }
                }
            }
            if isOver { context.report.withLock { $0.unchanged += 1 } }
            return
        } catch let error as PostgresError {
            failure = error
        } catch ServicesError.timeLimitExceeded {
            failure = PostgresError(
                .connectionLost,
                "the session did not end in time",
                sqlState: .queryCanceled
            )
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            try await endSession(process.withLock { $0 })
            return
        }
        let isLate = context.now - start >= limits.statement
        try await note(failure, isLate: isLate, of: id, process.withLock { $0 }, until: shutdown)
    }

    /// Reads a table, and meanwhile looks for locks that only code of its owner can have taken there.
    private func watched(
        _ process: Locked<Int32?>,
        of owner: String,
        _ body: @escaping @Sendable () async throws -> Bool
    ) async throws -> Bool {
        let start = context.now
        defer { context.parts.note(context.now - start, of: owner, at: context.now) }
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                // If this cannot check, the housekeeper terminates what should be terminated.
                do {
                    try await watch(process, of: owner)
                } catch is PostgresError {
                } catch ServicesError.timeLimitExceeded {}
                return nil
            }
            while let end = try await group.next() {
                if let isOver = end { return isOver }
            }
            throw CancellationError()
        }
    }

    /// Terminates the session of a reading that holds locks needed for posting; what it read is lost.
    private func watch(_ process: Locked<Int32?>, of owner: String) async throws {
        try await Task.sleep(for: Self.lookInterval)
        guard let connection = try await context.gate.connect(until: Shutdown()) else { return }
        try await connection.closing {
            while true {
                let hasEnded = try await context.within { [context] in
                    try await connection.withSession { session in
                        guard let process = process.withLock({ $0 }) else { return false }
                        let store = ReadingStore(session)
                        guard try !store.find(process).isEmpty else { return false }
                        // Before the reading ends, because this is cancelled with it.
                        context.parts.barOwner(owner, at: context.now)
                        context.logger.warning(
                            "Terminated code of a table's owner that took locks needed for posting; the owner's tables are not read for a while",
                            ["table.owner": .string(owner)]
                        )
                        _ = try store.find(process, isEnding: true)
                        return true
                    }
                }
                if hasEnded { break }
                try await Task.sleep(for: Self.lookInterval)
            }
        }
    }

    /// Counts the attempt as failed; no other one is made until that is done.
    private func note(
        _ failure: PostgresError,
        isLate: Bool,
        of id: Int64,
        _ process: Int32?,
        until shutdown: Shutdown
    ) async throws {
        let seconds = context.partLimits.statement / .seconds(1)
        let explanation = isLate ? "reading what was in a part of the table is limited to \(seconds) s" : nil
        context.logger.warning(
            "Could not read what was in an emptied part of a table; the change failed",
            ["change.id": .string("\(id)"), "error": .string("\(failure)")]
        )
        var backoff = Backoff(initial: .milliseconds(100), cap: .seconds(10), jitter: .equal)
        var generator = SystemRandomNumberGenerator()
        while let connection = try await context.gate.connect(until: shutdown) {
            do {
                try await connection.closing {
                    try await context.within { [context] in
                        try await connection.withSession { session in
                            if context.options.ownsSessions {
                                try PostingStore.limit(session, to: context.limits)
                            }
                            try end(process, session)
                            try context.store(session).endCareful(
                                id,
                                noting: failure,
                                explanation: explanation,
                                holdsSlot: false
                            )
                        }
                    }
                }
                return
            } catch let error as PostgresError {
                tellOfDelay("\(error)")
            } catch ServicesError.timeLimitExceeded {
                tellOfDelay("no answer in time")
            }
            if try await shutdown.sleep(for: backoff.next(using: &generator)) { return }
        }
    }

    private func tellOfDelay(_ reason: String) {
        context.logger.warning(
            "Could not record that a table was not readable for an emptied part; trying again",
            ["error": .string(reason)]
        )
    }

    /// Before the worker stops; if that fails, its successor or another worker does it.
    private func endSession(_ process: Int32?) async throws {
        guard let process else { return }
        do {
            try await withTimeLimit(Self.endTimeout) { [context] in
                guard let connection = try await context.gate.connect(until: Shutdown()) else { return }
                try await connection.closing {
                    try await connection.withSession { try end(process, $0) }
                }
            }
        } catch is PostgresError {
        } catch ServicesError.timeLimitExceeded {}
    }

    private func end(_ process: Int32?, _ session: Session) throws {
        guard let process, try !ReadingStore(session).find(process, after: .zero, isEnding: true).isEmpty
        else { return }
        context.logger.warning(
            "Terminated a session that read a table for an emptied part and did not end",
            ["session.pid": .int(Int(process))]
        )
    }
}
