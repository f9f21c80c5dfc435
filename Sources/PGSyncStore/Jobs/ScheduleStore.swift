package import Postgres

/// What runs when.
package struct ScheduleStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// What became of a due time.
    package struct Taken: Sendable, Equatable {
        package let schedule: String
        /// started, skipped or too_late; nil if it could not be decided.
        package let outcome: String?
        /// How many earlier due times it stands for.
        package let missed: Int
        package let job: Int64?
        /// Why it could not be decided.
        package let problem: String?

        init(_ row: Row) throws {
            schedule = try row.decode("schedule")
            outcome = try row.decode("outcome")
            missed = try row.decode("missed")
            job = try row.decode("job")
            problem = try row.decode("problem")
        }
    }

    /// Starts the jobs of schedules that are due.
    package func takeDue() throws -> [Taken] {
        try session.query(
            "select schedule, outcome, missed, job, problem from pgsync.take_due_schedules()"
        ).map(Taken.init)
    }
}
