package import Postgres

/// What an operator may want to see while a migration runs.
package enum MigrationEvent: Sendable, Equatable {
    /// Another migrator is at work; nil when it has just finished.
    case waiting(for: LockHolder?)
    case applied(step: String, duration: Duration)
    /// The server said something beside the results, such as which roles it lacks.
    case notice(ServerNotice)
}
