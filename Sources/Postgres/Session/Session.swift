import CLibPQ

/// A connection, lent to one closure at a time on the connection's own thread.
///
/// It is synchronous on purpose: calls block that thread and nobody else. It cannot leave the closure, because it is
/// not `Sendable` and results of a closure must be.
public final class Session {
    var handle: ConnectionHandle?
    let gate: CancelGate
    let notices = NoticeCollector()
    private let hub: NotificationHub
    let keepsPreparedStatements: Bool
    var prepared = PreparedStatements()
    /// The path that each transaction sets for itself, where the server's session may be another one each time.
    var transactionPath: String?
    /// Whether a pooler is between here and the server: it goes by another process id than the server's session.
    public internal(set) var isPooled = false
    /// The process of the server's session that the connection was given first.
    public internal(set) var firstBackend: Int32?
    private var isUntrusted = false

    init(
        _ handle: consuming ConnectionHandle,
        gate: CancelGate,
        hub: NotificationHub,
        keepsPreparedStatements: Bool
    ) {
        notices.attach(to: handle)
        self.handle = consume handle
        self.gate = gate
        self.hub = hub
        self.keepsPreparedStatements = keepsPreparedStatements
    }

    // MARK: Statements

    /// Runs a statement and returns its rows.
    @discardableResult
    public func query(_ query: Query) throws -> ResultSet {
        try query.check()
        if pathOfNextTransaction != nil { return try queryInPipeline(query) }
        guard query.isPrepared, keepsPreparedStatements else {
            return try statement { raw in
                unsafe query.parameters.withPointers { types, values, lengths, formats in
                    unsafe PQsendQueryParams(
                        raw,
                        query.sql,
                        Int32(query.parameters.count),
                        types,
                        values,
                        lengths,
                        formats,
                        0
                    )
                }
            }
        }
        do {
            return try runPrepared(query)
        } catch let error as PostgresError where error.isStaleStatement {
            prepared.forgetStale(query, after: error)
            guard !isInTransaction else { throw error }
            return try runPrepared(query)
        }
    }

    /// Runs a statement and returns how many rows it touched.
    @discardableResult
    public func execute(_ query: Query) throws -> Int {
        try self.query(query).affectedRowCount
    }

    /// Runs statements separated by semicolons, without parameters, and returns the rows of the last.
    ///
    /// Unless the script says otherwise it is one transaction.
    @discardableResult
    public func runScript(_ sql: String) throws -> ResultSet {
        try Query(sql).check()
        let script = pathOfNextTransaction.map { "\(Self.localPath($0)); \(sql)" } ?? sql
        return try statement { unsafe PQsendQuery($0, script) }
    }

    private func runPrepared(_ query: Query) throws -> ResultSet {
        let name = try prepared.name(of: query) ?? prepare(query)
        return try statement { raw in
            unsafe query.parameters.withPointers { _, values, lengths, formats in
                // Passed on as a string, the name would be copied to the heap.
                unsafe name.withCString {
                    unsafe PQsendQueryPrepared(
                        raw,
                        $0,
                        Int32(query.parameters.count),
                        values,
                        lengths,
                        formats,
                        0
                    )
                }
            }
        }
    }

    private func prepare(_ query: Query) throws -> String {
        try makeRoomForPreparing([query])
        let name = prepared.note(query)
        let types = query.parameters.types
        do {
            _ = try statement { unsafe PQsendPrepare($0, name, query.sql, Int32(types.count), types) }
        } catch {
            prepared.forget(query)
            throw error
        }
        return name
    }

    /// Has the server forget all prepared statements when those of a few queries more would be too many.
    func makeRoomForPreparing(_ queries: [Query]) throws {
        guard keepsPreparedStatements, prepared.mustMakeRoom(for: queries) else { return }
        _ = try statement { unsafe PQsendQuery($0, "deallocate all") }
        prepared.forgetAll()
    }

    // MARK: State

    /// The server's version as one number: 150018 is 15.18.
    public var serverVersion: Int {
        reading { unsafe Int(PQserverVersion($0)) } ?? 0
    }

    /// The process id of this session on the server, as `pg_stat_activity` shows it.
    public var processID: Int32 {
        reading { unsafe PQbackendPID($0) } ?? 0
    }

    /// Whether a transaction is open, failed or not.
    public var isInTransaction: Bool {
        let status = reading { unsafe PQtransactionStatus($0) }
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    /// Whether a statement of the open transaction has failed, so that only ROLLBACK is accepted.
    var hasFailed: Bool {
        reading { unsafe PQtransactionStatus($0) } == PQTRANS_INERROR
    }

    /// Whether the connection still stands, as far as is known without asking the server.
    public var isUsable: Bool {
        !isUntrusted && handle != nil && !(handle?.isBroken ?? true)
    }

    /// A setting the server reports unasked, such as `server_encoding` or `in_hot_standby`.
    public func reportedSetting(_ name: String) -> String? {
        reading { raw in unsafe PQparameterStatus(raw, name).map { unsafe String(cString: $0) } } ?? nil
    }

    /// The notices and warnings that came since the last time; the newest thousand at most are kept.
    public func takeNotices() -> [ServerNotice] {
        notices.takeAll()
    }

    /// Throws if the task that waits for this closure was cancelled: for loops between statements.
    public func checkCancellation() throws {
        if gate.isCurrentCancelled { throw CancellationError() }
    }

    // MARK: Beneath

    /// Has libpq send something, waits for its end, and judges what came back.
    @safe
    func statement(
        _ mode: CancelGate.Mode = .cancellable,
        _ send: (OpaquePointer) -> Int32
    ) throws -> ResultSet {
        try bracket(mode) { raw in
            guard unsafe send(raw) == 1, let first = unsafe PQgetResult(raw) else { throw lost() }
            var result = unsafe ResultHandle(first)
            // A script has a result for each statement, the last of which counts; but nothing hides a failure, and
            // one that ends the session is followed by the news that it has ended.
            while !result.isCopy, let next = unsafe PQgetResult(raw) {
                let next = unsafe ResultHandle(next)
                if !result.isFailure { result = next }
            }
            if result.isFailure { throw failure(result) }
            guard !result.isCopy else {
                unsafe abandonCopy(raw)
                throw PostgresError(.unexpectedResult, "COPY needs copyIn or copyOut")
            }
            return ResultSet(result)
        }
    }

    /// Brackets whatever talks to the server, so that a cancellation can reach it and nothing later.
    @safe
    func bracket<Result>(_ mode: CancelGate.Mode, _ body: (OpaquePointer) throws -> Result) throws -> Result {
        guard handle != nil, !isUntrusted else {
            throw PostgresError(.connectionClosed, "the connection is closed")
        }
        guard gate.enterStatement(mode) else { throw CancellationError() }
        defer { deliverNotifications() }
        let result = Swift.Result { () throws -> Result in
            guard let value = try handle?.withRaw({ try unsafe body($0) }) else { throw lost() }
            return value
        }
        if !gate.leaveStatement() { isUntrusted = true }
        do {
            return try result.get()
        } catch let error as PostgresError where mode == .cancellable && gate.isCurrentCancelled {
            guard error.sqlState == .queryCanceled || error.isConnectionLost else { throw error }
            throw CancellationError()
        }
    }

    /// The error a result stands for.
    func failure(_ result: ResultHandle) -> PostgresError {
        let error = result.serverError()
        guard result.endsSession || handle?.isBroken ?? true else { return error }
        var lost = lost(cause: error.sqlState == nil ? nil : error)
        lost.sqlState = error.sqlState
        return lost
    }

    func lost(cause: PostgresError? = nil) -> PostgresError {
        let reason = cause?.message ?? handle?.errorMessage ?? "it was closed"
        let firstLine = reason.prefix { !$0.isNewline }
        return PostgresError(
            .connectionLost,
            "the connection to the server was lost: \(firstLine)",
            cause: cause
        )
    }

    @safe
    func reading<Result>(_ body: (OpaquePointer) -> Result) -> Result? {
        handle?.withRaw { unsafe body($0) }
    }

    // MARK: For the connection

    var socket: Int32 {
        handle?.socket ?? -1
    }

    func close() {
        handle = nil
    }

    /// Timestamps are read in the ISO style; a role or database may have another as its default.
    func settleFormats() throws {
        if let style = reportedSetting("DateStyle"), !style.hasPrefix("ISO") {
            try runScript("set datestyle to 'ISO'")
        }
    }

    /// Reads what came while nothing ran; false when the connection is gone.
    func receiveWhileIdle() -> Bool {
        let isAlive = reading { unsafe PQconsumeInput($0) } == 1
        deliverNotifications()
        guard !isAlive else { return true }
        hub.finish(throwing: lost())
        return false
    }

    private func deliverNotifications() {
        _ = reading { raw in
            while let notification = unsafe PQnotifies(raw) {
                unsafe hub.deliver(
                    PostgresNotification(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra),
                        senderProcessID: notification.pointee.be_pid
                    )
                )
                unsafe PQfreemem(notification)
            }
        }
        if let isBroken = handle?.isBroken, isBroken { hub.finish(throwing: lost()) }
    }
}

@available(*, unavailable)
extension Session: Sendable {}

extension PostgresError {
    /// Whether a prepared statement is gone or no longer fits its tables.
    var isStaleStatement: Bool {
        sqlState == .invalidStatementName
            || (sqlState == .featureNotSupported && sourceFunction == "RevalidateCachedQuery")
    }
}
