package import Postgres

/// A lock of pgsync held by a session outside it.
///
/// Anyone who may connect can take an advisory lock, whatever its number.
package struct ForeignLock: Sendable, Equatable {
    /// The server's process; nil for a prepared transaction.
    package let processID: Int?
    package let role: String?
    package let application: String?
    /// Since when its transaction or session exists; nil if the user may not see it.
    package let since: Timestamp?
    /// One of ``locks``.
    package let lock: String
    package let count: Int
    /// What it stops.
    package let consequence: String

    init(_ row: Row) throws {
        processID = try row.decode("pid")
        role = try row.decode("role_name")
        application = try row.decode("application_name")
        since = try row.decode("since")
        lock = try row.decode("lock_name")
        count = try row.decode("locks")
        consequence = try row.decode("consequence")
    }

    /// All values that the field `lock` has.
    package static let locks = [
        "doorbell", "leader", "migration", "reading", "rights", "slots", "ticks", "workers",
    ]

    /// The holder, such as "process 4711 of mallory (psql)".
    package var holder: String {
        (processID.map { "process \($0)" } ?? "somebody") + (role.map { " of \($0)" } ?? "")
            + (application.map { " (\($0))" } ?? "")
    }

    /// Who holds what, and what that stops.
    package var sentence: String {
        "\(holder) holds \(count == 1 ? "a lock" : "\(count) locks") of pgsync (\(lock)): \(consequence)"
    }

    /// The statement that terminates it.
    package var release: String? { processID.map { "select pg_terminate_backend(\($0));" } }

    /// Whether changes wait because of it, or capture is not inspected.
    package var stopsWork: Bool { lock == "slots" || lock == "leader" }

    /// What distinguishes it from others, however long it lasts.
    package var identity: String { "\(lock) \(processID ?? 0)" }
}
