/// How a transaction is to run.
public struct TransactionOptions: Sendable {
    /// What a transaction may see of others.
    public enum Isolation: String, Sendable {
        case readCommitted = "read committed"
        case repeatableRead = "repeatable read"
        case serializable
    }

    /// What becomes of a warning that comes with COMMIT.
    public enum CommitWarning: Sendable {
        /// It is thrown as ``PostgresError/Kind/committedWithWarnings(_:)``, so that nobody overlooks it.
        case isThrown
        /// It is left in ``Session/takeNotices()``.
        case isKept
    }

    /// The isolation; nil leaves the choice to the server's settings.
    public var isolation: Isolation?
    /// Whether writes are refused.
    public var isReadOnly = false
    /// How often `withTransaction` tries when transactions are in each other's way.
    public var attempts = 5
    /// Whether the transaction's id is asked for before COMMIT, at the price of a round trip, so that an unknown
    /// outcome can be cleared up afterwards.
    public var tracksOutcome = false
    /// What becomes of a warning that comes with COMMIT.
    public var commitWarning = CommitWarning.isThrown

    /// Starts from the defaults: the server's isolation, five attempts, commit warnings thrown.
    public init(isolation: Isolation? = nil, isReadOnly: Bool = false) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
    }

    var beginStatement: Query {
        var sql = "begin"
        if let isolation { sql += " isolation level \(isolation.rawValue)" }
        if isReadOnly { sql += " read only" }
        return Query(sql)
    }

    /// A pause that doubles with each attempt, spread so that two rivals do not meet again.
    func pause(beforeAttempt attempt: Int) -> Duration {
        let milliseconds = 5.0 * Double(1 << min(attempt - 2, 8)) * Double.random(in: 0.5...1.5)
        return .microseconds(Int64(milliseconds * 1_000))
    }
}
