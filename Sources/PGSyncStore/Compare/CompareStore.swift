package import JSON
package import Postgres

/// A job of the kind compare, as whoever runs it needs to know it.
package struct CompareTask: Sendable, Equatable {
    package let name: String
    package let content: String
    /// Which run of the comparison it is.
    package let number: Int64
    /// Nil for all.
    package let entities: [String]?
    package let heals: Bool
    package let isDry: Bool
    /// The entities whose results are there.
    package let done: [String]
}

/// Comparisons: their definitions, their runs, and what these find.
package struct CompareStore {
    let session: Session

    package init(_ session: Session) { self.session = session }

    // MARK: Running

    /// What a job that this session runs is to do; nil if there is no such comparison.
    package func begin(_ job: Int64) throws -> CompareTask? {
        try session.query("select * from pgsync.begin_comparison(\(job))").map { row in
            CompareTask(
                name: try row.decode("name"),
                content: try row.decode("content"),
                number: try row.decode("number"),
                entities: try row.decode("entities", as: [String]?.self),
                heals: try row.decode("heals"),
                isDry: try row.decode("is_dry"),
                done: try row.decode("done")
            )
        }.first
    }

    /// Asks for runs of imports, once for a job; returns in words those that have not ended.
    package func fetch(_ imports: [String], for job: Int64) throws -> String? {
        try session.query("select pgsync.import_for_comparison(\(job), \(imports))").onlyRow().decode(0)
    }

    /// An import that a job waited for.
    package struct Fetched: Sendable {
        package let table: String
        package let schema: String
        package let endedAt: Timestamp?
        /// Why it has not brought everything; nil if it has.
        package let problem: String?
        /// Whether items of it failed.
        package let isPartial: Bool
    }

    /// The table of a stream, and how its import ended if a job waited for it; nil if there is no such stream.
    package func fetched(_ name: String, stream: String, for job: Int64?) throws -> Fetched? {
        try session.query(
            """
            select
                home.nspname::text as schema, target.relname::text as name, ran.finished_at,
                case
                    when ran.id is null then 'the import has not run'
                    when ran.state not in ('completed', 'partial')
                        then format('its run %s is %s%s', ran.id, ran.state, coalesce(': ' || ran.error_message, ''))
                end as problem,
                ran.state = 'partial' as is_partial
            from pgsync.import_streams as own
            inner join pg_catalog.pg_class as target on own.target = target.oid
            inner join pg_catalog.pg_namespace as home on target.relnamespace = home.oid
            left join lateral (
                select asked.*
                from pgsync.compare_runs as waited
                inner join pgsync.sync_jobs as asked on asked.id = any(waited.import_jobs)
                where waited.job = \(job) and asked.subject = own.import
            ) as ran on true
            where own.import = \(name) and own.stream = \(stream)
            """
        ).map { row in
            Fetched(
                table: try row.decode("name"),
                schema: try row.decode("schema"),
                endedAt: try row.decode("finished_at"),
                problem: try row.decode("problem"),
                isPartial: try row.decode("is_partial", as: Bool?.self) ?? false
            )
        }.first
    }

    /// Notes what was found of an entity; whether it is due.
    package func note(
        _ job: Int64,
        _ entity: String,
        result: JSONValue,
        differences: [JSONValue]
    ) throws -> Bool {
        try session.query(
            """
            select pgsync.note_comparison(
                \(job), \(entity), \(result.text())::jsonb, \(JSONValue.array(differences).text())::jsonb
            )
            """
        ).onlyRow().decode(0)
    }

    /// Notes what became of differences, each once.
    package func noteHeals(_ job: Int64, _ entity: String, _ heals: [JSONValue]) throws {
        _ = try session.query(
            "select pgsync.note_compare_heals(\(job), \(entity), \(JSONValue.array(heals).text())::jsonb)"
        )
    }

    /// Notes why nothing was mended, or not everything.
    package func noteHealProblem(
        _ job: Int64,
        _ entity: String,
        _ problem: String,
        isGuarded: Bool = false
    ) throws {
        _ = try session.query(
            "select pgsync.note_compare_heals(\(job), \(entity), '[]', \(problem), \(isGuarded))"
        )
    }

    /// The numbers of the differences of a run, in their order.
    package func differenceNumbers(_ job: Int64, _ entity: String) throws -> [Int64] {
        try session.query(
            """
            select own.id
            from pgsync.compare_differences as own
            where own.job = \(job) and own.entity = \(entity)
            order by own.id
            """
        ).map { try $0.decode(0) }
    }

    /// What a run has done, by names.
    package func totals(_ job: Int64) throws -> [String: Int] {
        let row = try session.query(
            """
            select
                count(*) filter (where own.state = 'compared') as compared,
                count(*) filter (where own.state <> 'compared') as not_compared,
                coalesce(sum(own.differences), 0)::bigint as differences,
                coalesce(sum(own.healed), 0)::bigint as healed
            from pgsync.compare_results as own
            where own.job = \(job)
            """
        ).onlyRow()
        return Dictionary(
            uniqueKeysWithValues: try ["compared", "not_compared", "differences", "healed"].map {
                ($0, try row.decode($0, as: Int.self))
            }
        )
    }

    package func finish(_ job: Int64, every: Duration) throws {
        _ = try session.query(
            "select from pgsync.finish_comparison(\(job), \(every.milliseconds) * interval '1 ms')"
        )
    }
}
