/// A notice or warning the server sent beside its results.
public struct ServerNotice: Sendable, Equatable {
    /// How serious it is, in English whatever the server's language: `NOTICE`, `WARNING`, `INFO`, ….
    public let severity: String
    /// Its condition.
    public let sqlState: SQLState
    /// One sentence.
    public let message: String
    /// More of it.
    public let detail: String?
    /// What to do about it.
    public let hint: String?

    /// Whether it speaks of something amiss: severity WARNING, whatever its class.
    public var isWarning: Bool {
        severity == "WARNING" || sqlState.conditionClass == "01"
    }
}
