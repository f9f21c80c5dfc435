import CLibPQ

/// The outcome of a transaction whose COMMIT was not answered.
public enum TransactionOutcome: Sendable, Equatable {
    case committed
    case rolledBack
    case stillRunning
    /// The server no longer knows; only the data can tell.
    case forgotten
}

extension Session {
    /// Runs a closure in a transaction: COMMIT when it returns, ROLLBACK when it throws; never repeated.
    public func transaction<Result>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: () throws -> Result
    ) throws -> Result {
        guard !isInTransaction else {
            throw PostgresError(.unexpectedResult, "a transaction is already open: use a savepoint")
        }
        try begin(options)
        let result: Result
        do {
            result = try body()
        } catch {
            rollBack()
            throw error
        }
        try commit(options)
        return result
    }

    /// Runs a closure in a savepoint: when it throws, what it did is undone and the transaction goes on.
    public func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try runScript("savepoint pgsync")
        do {
            let result = try body()
            try runScript("release savepoint pgsync")
            return result
        } catch {
            _ = try statement(.onlyCut) {
                unsafe PQsendQuery($0, "rollback to savepoint pgsync; release savepoint pgsync")
            }
            throw error
        }
    }

    /// Finds out the outcome of a transaction, on a new connection to the same server and timeline.
    public func outcome(ofTransaction id: UInt64) throws -> TransactionOutcome {
        switch try query("select pg_xact_status(\(id))").onlyRow().decode(0, as: String?.self) {
        case "committed": .committed
        case "aborted": .rolledBack
        case "in progress": .stillRunning
        default: .forgotten
        }
    }

    private func begin(_ options: TransactionOptions) throws {
        guard let path = pathOfNextTransaction else {
            try execute(options.beginStatement)
            return
        }
        let script: String = "\(options.beginStatement.sql); \(Self.localPath(path))"
        _ = try statement { unsafe PQsendQuery($0, script) }
    }

    private func rollBack() {
        guard isUsable, isInTransaction else { return }
        _ = try? statement(.onlyCut) { unsafe PQsendQuery($0, "rollback") }
        // What cannot be rolled back must not become part of what someone else does next.
        if isInTransaction { gate.cutConnection() }
    }

    private func commit(_ options: TransactionOptions) throws {
        var transactionID: UInt64?
        do {
            guard isUsable else { throw lost() }
            if options.tracksOutcome, !hasFailed {
                transactionID = try query("select pg_current_xact_id_if_assigned()").onlyRow().decode(0)
            }
            try checkCancellation()
        } catch {
            rollBack()
            throw error
        }
        let noticesBefore = notices.count
        let result: ResultSet
        do {
            result = try statement(.onlyCut) { unsafe PQsendQuery($0, "commit") }
        } catch let error as PostgresError where error.isConnectionLost {
            throw PostgresError(
                .commitOutcomeUnknown(transactionID: transactionID),
                "the connection was lost while COMMIT was under way: the transaction may or may not have happened",
                sqlState: error.sqlState,
                cause: error
            )
        }
        guard result.commandTag == "COMMIT" else {
            throw PostgresError(
                .transactionRolledBack,
                "COMMIT was answered by \(result.commandTag): a statement had failed"
            )
        }
        let warnings = notices.since(noticesBefore).filter(\.isWarning)
        guard warnings.isEmpty || options.commitWarning == .isKept else {
            throw PostgresError(
                .committedWithWarnings(warnings),
                "the transaction is committed on this server, with a warning",
                sqlState: warnings.first?.sqlState
            )
        }
    }
}
