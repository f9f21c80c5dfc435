import Concurrency

/// A connection to PostgreSQL with its own thread.
///
/// The thread is the actor's executor, so blocking calls into libpq block nobody else. All work happens in closures
/// that are lent a ``Session``: a closure has the connection to itself until it returns, which is why a transaction
/// cannot be interleaved with anything and needs no state machine. Cancelling the task that waits for a closure cancels
/// the statement the closure is running, never a later one.
public actor PostgresConnection {
    private let session: Session
    private let gate: CancelGate
    nonisolated let thread: ConnectionThread
    private let notificationHub: NotificationHub

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(thread: ConnectionThread, opened: OpenedConnection) {
        self.thread = thread
        gate = opened.gate
        notificationHub = opened.hub
        session = opened.session
    }

    deinit {
        thread.unwatch()
        notificationHub.finish(throwing: nil)
        thread.stop()
    }

    /// Connects, and closes the connection when the closure ends, whichever way.
    public static func withConnection<Result>(
        to options: ConnectionOptions,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await open(options)
        return try await connection.closing { try await body(connection) }
    }

    /// Runs a closure and closes the connection after it, whichever way it ends.
    public nonisolated func closing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    /// Connects, and leaves the closing to the caller.
    ///
    /// Prefer ``withConnection(to:_:)``. A cancelled task stops waiting at once; the attempt itself ends by `connect_timeout` and is thrown away.
    public static func open(_ options: ConnectionOptions) async throws -> PostgresConnection {
        let latch = Latch<OpenedConnection, any Error>()
        let thread = try ConnectionThread {
            latch.open(with: Result { try OpenedConnection(options) })
        }
        do {
            let opened = try await latch.wait()
            // The thread holds the latch for as long as it runs, and must not hold the session.
            latch.close()
            let connection = PostgresConnection(thread: thread, opened: opened)
            await connection.watchSocket()
            return connection
        } catch {
            thread.stop()
            throw error
        }
    }

    /// Lends the session to a closure, on the connection's thread.
    public nonisolated func withSession<Result: Sendable>(
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let ticket = CancelTicket()
        defer { gate.forget(ticket) }
        return try await withTaskCancellationHandler {
            try await lend(ticket, body)
        } onCancel: {
            gate.cancel(ticket)
        }
    }

    /// Runs a closure in a transaction: COMMIT when it returns, ROLLBACK when it throws.
    ///
    /// The closure runs again, after a short and growing pause, when the server says that two transactions were in each
    /// other's way; so it must have no effect outside the database. A COMMIT whose answer was lost is never repeated:
    /// it ends in ``PostgresError/Kind/commitOutcomeUnknown(transactionID:)``.
    public nonisolated func withTransaction<Result: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await withSession { session in
                    try session.transaction(options) { try body(session) }
                }
            } catch let error as PostgresError where error.isRetryable && attempt < options.attempts {
                try await Task.sleep(for: options.pause(beforeAttempt: attempt + 1))
                attempt += 1
            }
        }
    }

    /// Listens to a channel; the notifications come as an asynchronous sequence.
    ///
    /// The sequence ends when the connection is closed and throws when it is lost. Notifications are hints: if nobody
    /// reads, only the newest thousand are kept.
    public nonisolated func listen(to channel: String) async throws -> AsyncThrowingStream<
        PostgresNotification, any Error
    > {
        let stream = notificationHub.subscribe(to: channel)
        try await withSession { session in
            _ = try session.execute("listen \(Identifier(channel))")
        }
        return stream
    }

    /// Ends listening to a channel and the sequences that belong to it.
    public nonisolated func unlisten(_ channel: String) async throws {
        try await withSession { session in
            _ = try session.execute("unlisten \(Identifier(channel))")
        }
        notificationHub.finish(channel)
    }

    /// Closes the connection; later statements fail with ``PostgresError/Kind/connectionClosed``.
    public func close() {
        thread.unwatch()
        session.close()
        notificationHub.finish(throwing: nil)
    }

    private func lend<Result: Sendable>(
        _ ticket: CancelTicket,
        _ body: @Sendable (Session) throws -> Result
    ) throws -> Result {
        guard gate.begin(ticket) else { throw CancellationError() }
        defer { gate.end() }
        return try body(session)
    }

    private func watchSocket() {
        thread.watch(session.socket) { [weak self] in
            // The thread calls this between two jobs, which is being on the actor's executor.
            self?.assumeIsolated { $0.readWhatCame() }
        }
    }

    private func readWhatCame() {
        guard !session.receiveWhileIdle() else { return }
        thread.unwatch()
    }
}
