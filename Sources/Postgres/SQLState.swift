/// The five characters with which PostgreSQL names a condition.
public struct SQLState: Sendable, Hashable, CustomStringConvertible {
    /// The code itself, such as `40001`.
    public let code: String

    /// Creates a state from its five-character code.
    public init(_ code: String) {
        self.code = code
    }

    /// The first two characters, which name the class of the condition.
    public var conditionClass: String {
        String(code.prefix(2))
    }

    public var description: String {
        code
    }

    /// Two transactions could not both be serializable: try again.
    public static let serializationFailure = SQLState("40001")
    /// Two transactions waited for one another and this one was chosen to fail: try again.
    public static let deadlockDetected = SQLState("40P01")
    /// A lock was not free within `lock_timeout`, or at once with NOWAIT.
    public static let lockNotAvailable = SQLState("55P03")
    /// A statement was cancelled, by a person, by us or by `statement_timeout`.
    public static let queryCanceled = SQLState("57014")
    /// The server or this session is being shut down by an administrator.
    public static let adminShutdown = SQLState("57P01")
    /// The server does not accept connections now: it starts, stops or recovers.
    public static let cannotConnectNow = SQLState("57P03")
    /// All connection slots are taken.
    public static let tooManyConnections = SQLState("53300")
    /// The disk is full.
    public static let diskFull = SQLState("53100")
    /// A write was tried in a read-only transaction or on a standby.
    public static let readOnlyTransaction = SQLState("25006")
    /// A unique constraint or index refuses the row.
    public static let uniqueViolation = SQLState("23505")
    /// A check constraint refuses the row.
    public static let checkViolation = SQLState("23514")
    /// The role lacks the privilege.
    public static let insufficientPrivilege = SQLState("42501")
    /// A named object, such as a type, is not there.
    public static let undefinedObject = SQLState("42704")
    /// The function does not exist.
    public static let undefinedFunction = SQLState("42883")
    /// The database does not exist.
    public static let invalidCatalogName = SQLState("3D000")
    /// The password is wrong.
    public static let invalidPassword = SQLState("28P01")
    /// A parameter has a value that is not allowed.
    public static let invalidParameterValue = SQLState("22023")
    /// The prepared statement does not exist (any more).
    public static let invalidStatementName = SQLState("26000")
    /// A prepared statement of that name is there already.
    public static let duplicatePreparedStatement = SQLState("42P05")
    /// What was sent does not fit what the other side expects.
    public static let protocolViolation = SQLState("08P01")
    /// The server cannot do that, or a cached plan no longer fits its tables.
    public static let featureNotSupported = SQLState("0A000")
    /// A command succeeded with a warning.
    public static let warning = SQLState("01000")
}
