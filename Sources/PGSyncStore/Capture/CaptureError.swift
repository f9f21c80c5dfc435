package import Postgres

/// Why capture could not be set up or looked at.
package enum CaptureError: Error, Sendable {
    /// No table has this name; `known` are those that can be named.
    case unknownTable(String, known: [String])
    case unreadableName(String, reason: String)
    /// The server says why the table cannot be captured as asked, and usually what to do.
    case refused(PostgresError)
    /// The user lacks a right that the server's message does not say how to get.
    case notPermitted(PostgresError, user: String)
    case backfillIsRunning(table: String)
    case noBackfill(table: String)
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownTable(let name, _):
            "there is no table \(name); names are looked up as psql does, along the search_path"
        case .unreadableName(let name, let reason):
            "\(name) is not the name of a table: \(reason)"
        case .refused(let error):
            ([error.message]
                + [("detail", error.detail), ("hint", error.hint)].compactMap { label, text in
                    text.map { "  \(label): \($0)" }
                }).joined(separator: "\n")
        case .notPermitted(let error, let user):
            """
            \(error.message)
              hint: An administrator runs: grant pgsync_operator to \(Identifier(user).quoted);
            """
        case .backfillIsRunning(let table):
            "somebody else is working on the backfill of \(table) at this moment; it goes on without this command"
        case .noBackfill(let table):
            "no backfill of \(table) is under way; pgsync backfill \(table) begins one"
        }
    }
}

extension PostgresError {
    /// Whether the request is at fault, rather than the server, the moment or the rights.
    var isRefusal: Bool {
        guard kind == .server, let sqlState else { return false }
        return sqlState != .lockNotAvailable && sqlState != .insufficientPrivilege && !isRetryable
            && ["0A", "22", "23", "42", "55"].contains(sqlState.conditionClass)
    }
}
