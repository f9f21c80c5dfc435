/// Why a worker cannot begin.
package enum WorkerError: Error, Sendable, Equatable {
    /// The user may not do what a worker does.
    case notPermitted(user: String)
    /// A table whose changes it is to post is not attached.
    case notAttached(table: String)
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
        }
    }
}
