/// Why a worker cannot begin.
package enum WorkerError: Error, Sendable, Equatable {
    /// The user may not do what a worker does.
    case notPermitted(user: String)
    /// A table whose changes it is to post is not attached.
    case notAttached(table: String)
    /// A pooler lends each transaction another session, which only polling can do with; says what showed it.
    case needsPolling(String)
}

extension WorkerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notPermitted(let user):
            """
            \(user) may not work on the queue
              hint: An administrator runs: grant pgsync_worker to "\(user)";
            """
        case .notAttached(let table):
            "\(table) is not attached; pgsync attach \(table) captures its changes"
        case .needsPolling(let reason):
            """
            the address leads to a pooler in transaction mode: \(reason)
              hint: Through a pooler use pgsync worker --poll, or connect to the server itself.
            """
        }
    }
}
