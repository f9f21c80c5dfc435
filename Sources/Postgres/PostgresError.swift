/// What went wrong between this program and PostgreSQL.
///
/// `description` is meant for logs and shows no row data; `debugDescription` shows everything the server said.
public struct PostgresError: Error, Sendable {
    /// What kind of failure it is, and so what a caller may do about it.
    public enum Kind: Sendable, Equatable {
        /// The connection string or an option makes no sense.
        case invalidOptions
        /// No connection could be made; nothing was sent.
        case cannotConnect
        /// The connection broke; whatever ran outside a finished transaction is rolled back.
        case connectionLost
        /// The connection was closed on this side before the statement.
        case connectionClosed
        /// The server refused the statement; `sqlState` says why.
        case server
        /// The connection broke while COMMIT was under way: the transaction may or may not have happened.
        ///
        /// The transaction's id, where it was asked for, lets `Session.outcome(ofTransaction:)` find out.
        case commitOutcomeUnknown(transactionID: UInt64?)
        /// The transaction is committed here, but the server warned while doing so.
        ///
        /// Usually a cancelled wait for a synchronous standby: durability is not what was asked for.
        case committedWithWarnings([ServerNotice])
        /// COMMIT was answered by ROLLBACK, because a statement had failed and its error was not passed on.
        case transactionRolledBack
        /// A parameter cannot be represented in PostgreSQL.
        case unrepresentableParameter
        /// A value cannot be decoded as the type asked for.
        case undecodableValue
        /// The number of rows or the kind of result is not what the caller requires.
        case unexpectedResult
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// One sentence about what failed.
    public let message: String
    /// The condition the server reported.
    public var sqlState: SQLState?
    /// The server's elaboration; it often quotes row data.
    public var detail: String?
    /// What the server suggests.
    public var hint: String?
    /// The schema of the object concerned.
    public var schema: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// The constraint that refused.
    public var constraint: String?
    /// The stack of functions in which the server failed.
    public var context: String?
    /// The function of the server's own code that reported it: unlike the message, it is in no language.
    var sourceFunction: String?
    /// The place in the statement, counted in characters from one.
    public var position: Int?
    /// The place of the failed statement in its pipeline, counted from zero.
    public var statementIndex: Int?
    /// The failure beneath this one.
    public var cause: (any Error)?

    /// Creates an error of a kind with its sentence.
    public init(_ kind: Kind, _ message: String, sqlState: SQLState? = nil, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.cause = cause
    }

    /// Whether the connection is no longer usable.
    public var isConnectionLost: Bool {
        switch kind {
        case .cannotConnect, .connectionLost, .connectionClosed, .commitOutcomeUnknown: true
        default: false
        }
    }

    /// Whether running the whole transaction once more may succeed, with nothing done so far.
    public var isRetryable: Bool {
        guard kind == .server else { return false }
        return sqlState == .serializationFailure || sqlState == .deadlockDetected || isStaleStatement
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Conditions whose messages quote values: data exceptions, and whatever user code raises.
    private static let classesThatQuoteData: Set<String> = ["22", "P0", "XX", "38", "39"]

    public var description: String {
        var text = message
        if let sqlState {
            if Self.classesThatQuoteData.contains(sqlState.conditionClass) {
                text = "the server refused a value"
            }
            text += " (SQLSTATE \(sqlState)"
            for (label, name) in [("table", table), ("column", column), ("constraint", constraint)] {
                if let name { text += ", \(label) \(name)" }
            }
            text += ")"
        }
        if let statementIndex { text += ", statement \(statementIndex + 1) of the pipeline" }
        return text
    }

    public var debugDescription: String {
        var lines = [sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message]
        let parts: [(String, String?)] = [
            ("detail", detail), ("hint", hint), ("schema", schema), ("table", table), ("column", column),
            ("constraint", constraint), ("context", context), ("position", position.map(String.init)),
            ("statement", statementIndex.map { String($0 + 1) }), ("cause", cause.map { "\($0)" }),
        ]
        for case (let label, let value?) in parts { lines.append("\(label): \(value)") }
        return lines.joined(separator: "\n")
    }
}
