/// Which waiting changes a command is about; each command of `pgsync dead` is one for all of them, with this scope.
protocol QueueScope: Sendable {
    static var onlyDead: Bool { get }
    /// What the server shows as the name of the application.
    static var program: String { get }
}

enum WaitingChanges: QueueScope {
    static let onlyDead = false
    static let program = "pgsync queue"
}

enum DeadLetters: QueueScope {
    static let onlyDead = true
    static let program = "pgsync dead"
}
