import PGSyncRules
package import Postgres

/// What a job reads of a stream.
package struct ImportPlan: Sendable, Equatable {
    /// All times there are.
    package static let everything = "{(,)}"

    /// As PostgreSQL writes a multirange.
    package let wanted: String
    /// What it is cut into.
    package let step: String?
    package let newestFirst: Bool
    /// What is read counts for what is finished, up to here; nil if it does not count.
    package let finishedUntil: Timestamp?
    /// Whether everything is walked, and what is not seen is gone.
    package let sweeps: Bool
    package let message: String?

    package init(
        wanted: String,
        step: String? = nil,
        newestFirst: Bool = false,
        finishedUntil: Timestamp? = nil,
        sweeps: Bool = false,
        message: String? = nil
    ) {
        self.wanted = wanted
        self.step = step
        self.newestFirst = newestFirst
        self.finishedUntil = finishedUntil
        self.sweeps = sweeps
        self.message = message
    }
}

extension ImportStore {
    /// Keeps the plan of a job for a stream, or returns the one that was kept before.
    package func keep(_ plan: ImportPlan, of job: Int64, _ stream: String) throws -> ImportPlan {
        let row = try session.query(
            """
            select
                kept.wanted::text as wanted, kept.step, kept.newest_first, kept.finished_until, kept.sweeps,
                kept.message
            from pgsync.keep_plan(
                \(job), \(stream), \(plan.wanted)::tstzmultirange, \(plan.step), \(plan.newestFirst),
                \(plan.finishedUntil), \(plan.sweeps), \(plan.message)
            ) as kept
            """
        ).onlyRow()
        return ImportPlan(
            wanted: try row.decode("wanted"),
            step: try row.decode("step"),
            newestFirst: try row.decode("newest_first"),
            finishedUntil: try row.decode("finished_until"),
            sweeps: try row.decode("sweeps"),
            message: try row.decode("message")
        )
    }
}

extension ImportStream {
    /// Its columns, and the one that marks rows as deleted: a row that comes is not, or not any more.
    var writtenColumns: [String] {
        guard case .mark(let column)? = deletes?.action else { return columns.map(\.name) }
        return columns.map(\.name) + [column]
    }
}
