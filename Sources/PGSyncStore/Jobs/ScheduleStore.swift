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

    // MARK: Reading

    package func list() throws -> [Schedule] {
        try session.query(
            """
            select
                own.*,
                own.too_late_after::text as too_late_text,
                extract(epoch from own.too_late_after)::double precision as too_late_seconds,
                to_char(own.next_run_at at time zone own.time_zone, 'YYYY-MM-DD HH24:MI') as next_clock,
                extract(epoch from own.overdue)::double precision as overdue_seconds,
                extract(epoch from own.last_late)::double precision as last_late_seconds,
                own.late_share::double precision as share_late
            from pgsync.schedule_states as own
            order by own.name
            """
        ).map(Schedule.init)
    }

    package func schedule(_ name: String) throws -> Schedule {
        let all = try list()
        guard let found = all.first(where: { $0.name == name }) else {
            throw StoreError.unknown(.schedule, name, known: all.map(\.name))
        }
        return found
    }

    /// The runs of a schedule, the newest first.
    package func history(of name: String, limit: Int) throws -> [ScheduleRun] {
        _ = try schedule(name)
        return try session.query(
            """
            select
                run.due_at, run.outcome, run.missed, run.job, run.state, run.error_message, run.noted_at, run.noted_by,
                extract(epoch from run.late)::double precision as late_seconds,
                extract(epoch from run.duration)::double precision as seconds
            from pgsync.schedule_runs as run
            where run.schedule = \(name)
            order by run.id desc
            limit \(limit)
            """
        ).map(ScheduleRun.init)
    }

    /// The next times of a cron expression.
    package func nextTimes(
        cron: String,
        timeZone: String,
        hoursSetting: String? = nil,
        count: Int
    ) throws -> [ScheduledTime] {
        try session.asOperator {
            try session.query(
                """
                select run_at, to_char(clock, 'Dy YYYY-MM-DD HH24:MI') as clock, is_moved
                from pgsync.next_runs(
                    \(cron), \(timeZone), \(count)::integer, hours_setting => \(hoursSetting)
                )
                """
            ).map(ScheduledTime.init)
        }
    }

    /// A cron expression in words.
    package func words(of cron: String) throws -> String? {
        try session.query("select pgsync.cron_words(\(cron))").onlyRow().decode(0)
    }

    // MARK: Changing

    /// What to change of a schedule; nil keeps it, and an empty text clears it.
    package struct Change: Sendable, Equatable {
        package var kind: String?
        package var cron: String?
        package var timeZone: String?
        package var subject: String?
        package var type: String?
        package var hoursSetting: String?
        /// An interval as PostgreSQL reads it; "0" clears it.
        package var tooLateAfter: String?
        package var isEnabled: Bool?

        package init() {}

        /// All that a definition says.
        package init(_ definition: Schedule.Definition) {
            kind = definition.kind
            cron = definition.cron
            timeZone = definition.timeZone
            subject = definition.subject
            type = definition.type ?? ""
            hoursSetting = definition.hoursSetting ?? ""
            tooLateAfter = definition.tooLateAfter ?? "0"
            isEnabled = definition.isEnabled
        }
    }

    /// Creates or changes a schedule.
    package func set(_ name: String, _ change: Change) throws {
        try session.asOperator {
            try session.execute(
                """
                select pgsync.set_schedule(
                    \(name), \(change.kind), \(change.cron), \(change.timeZone), \(change.subject), \(change.type),
                    \(change.tooLateAfter)::text::interval, \(change.hoursSetting), \(change.isEnabled)
                )
                """
            )
        }
    }

    package func enable(_ name: String) throws {
        _ = try schedule(name)
        try session.asOperator { try session.execute("select pgsync.enable_schedule(\(name))") }
    }

    package func disable(_ name: String) throws {
        _ = try schedule(name)
        try session.asOperator { try session.execute("select pgsync.disable_schedule(\(name))") }
    }

    package func remove(_ name: String) throws {
        _ = try schedule(name)
        try session.asOperator { try session.execute("select pgsync.remove_schedule(\(name))") }
    }

    /// Starts its job now, and returns its number.
    package func run(_ name: String) throws -> Int64 {
        _ = try schedule(name)
        try session.query("select set_config('pgsync.trigger', 'cli', true)")
        return try session.asOperator {
            do {
                return try session.query("select pgsync.run_schedule(\(name))").onlyRow().decode(0)
            } catch let error as PostgresError where error.sqlState?.code == "55006" {
                throw StoreError.scheduleIsActive(name, reason: error.message)
            }
        }
    }
}
