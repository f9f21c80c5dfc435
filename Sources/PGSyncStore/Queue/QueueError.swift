import Postgres

/// Why the queue could not be read or changed.
package enum QueueError: Error, Sendable, Equatable {
    case noSuchChange(Int64)
    /// The user may not do what an operator does.
    case notPermitted(user: String)
    case notAttached(table: String)
    /// The key does not fit the table; the server says how it would.
    case wrongKey(String, hint: String?)
}

extension QueueError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchChange(let id):
            "there is no change \(id); pgsync queue list shows what waits, pgsync trace the life of a record"
        case .notPermitted(let user):
            """
            \(user) may not do this
              hint: An administrator runs: grant pgsync_operator to \(Identifier(user).quoted);
            """
        case .notAttached(let table):
            "\(table) is not attached; pgsync sources lists what is"
        case .wrongKey(let message, let hint):
            ([message] + [hint].compactMap { $0.map { "  hint: \($0)" } }).joined(separator: "\n")
        }
    }
}
