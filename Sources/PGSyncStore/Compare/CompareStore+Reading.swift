package import JSON
package import PGSyncRules
package import Postgres

/// A comparison in force, and its newest run.
package struct ComparisonState: Sendable {
    package let name: String
    package let version: Int
    package let appliedAt: Timestamp
    package let appliedBy: String
    package let nextRunAt: Timestamp?
    package let job: Int64?
    package let run: Int64?
    package let state: String?
    package let startedAt: Timestamp?
    package let match: String?
    package let health: String?
    package let label: String?
}

extension CompareStore {
    /// Brings a version into force; `cron` says when it runs by itself.
    package func apply(
        _ comparison: Comparison,
        content: String,
        cron: String?
    ) throws -> String {
        try session.query(
            """
            select pgsync.apply_comparison(
                \(comparison.name), \(comparison.version)::integer, \(content), \(comparison.leftName),
                \(comparison.rightName), \(comparison.entities.map(\.name)), \(cron)
            )
            """
        ).onlyRow().decode(0)
    }

    /// A definition as it was applied; the one in force if no version is given.
    package func definition(_ name: String, version: Int? = nil) throws -> (version: Int, content: String) {
        let found = try session.query(
            """
            select own.version, own.content
            from pgsync.comparisons as own
            where own.name = \(name)
            order by own.version desc
            """
        ).map { (version: try $0.decode(0, as: Int.self), content: try $0.decode(1, as: String.self)) }
        guard let newest = found.first else {
            let known = try list().map(\.name)
            throw StoreError.unknown(.comparison, name, known: known)
        }
        guard let version else { return newest }
        guard let own = found.first(where: { $0.version == version }) else {
            throw StoreError.unknownVersion(name, version: version, known: found.map(\.version).reversed())
        }
        return own
    }

    package func list() throws -> [ComparisonState] {
        try session.query(
            """
            select
                own.comparison, own.version, own.applied_at, own.applied_by, own.next_run_at, own.job, own.run,
                own.state, own.started_at, trunc(own.match, 1)::text as match, trunc(own.health, 1)::text as health,
                own.label
            from pgsync.comparison_states as own
            order by own.comparison
            """
        ).map { row in
            ComparisonState(
                name: try row.decode("comparison"),
                version: try row.decode("version"),
                appliedAt: try row.decode("applied_at"),
                appliedBy: try row.decode("applied_by"),
                nextRunAt: try row.decode("next_run_at"),
                job: try row.decode("job"),
                run: try row.decode("run"),
                state: try row.decode("state"),
                startedAt: try row.decode("started_at"),
                match: try row.decode("match"),
                health: try row.decode("health"),
                label: try row.decode("label")
            )
        }
    }

    /// Asks for a run, or finds the one that is under way.
    package func request(
        _ name: String,
        entities: [String]?,
        heals: Bool,
        isDry: Bool,
        trigger: String
    ) throws -> (job: Int64, isNew: Bool) {
        let row = try session.query(
            """
            select asked.job, asked.is_new
            from pgsync.request_comparison(\(name), \(entities), \(heals), \(isDry), \(trigger)) as asked
            """
        ).onlyRow()
        return (try row.decode(0), try row.decode(1))
    }

    /// The report of a run as one document.
    package func report(_ job: Int64) throws -> JSONValue {
        let row = try session.query("select pgsync.compare_report(\(job))::text").onlyRow()
        let text: String? = try row.decode(0)
        guard let text else { throw StoreError.noSuchJob(job) }
        return try JSONValue(parsing: text)
    }

    /// The reports of the newest runs, the newest first.
    package func history(of name: String, limit: Int) throws -> [JSONValue] {
        try session.query(
            """
            select pgsync.compare_report(own.job)::text
            from pgsync.compare_runs as own
            where own.comparison = \(name)
            order by own.number desc
            limit \(limit)
            """
        ).map { try JSONValue(parsing: try $0.decode(0, as: String.self)) }
    }

    /// The differences of a run after one of them, in their order, each as a document.
    package func differences(
        _ job: Int64,
        entity: String?,
        after: Int64,
        limit: Int
    ) throws -> [JSONValue] {
        try session.query(
            """
            select jsonb_build_object(
                'difference', own.id, 'entity', own.entity, 'key', own.key, 'kind', own.kind, 'columns', own.columns,
                'left_row', own.left_row, 'right_row', own.right_row, 'state', own.state, 'problem', own.problem,
                'settled_at', pgsync.utc_text(own.settled_at), 'settled_by', own.settled_by
            )::text
            from pgsync.compare_differences as own
            where own.job = \(job) and own.id > \(after) and (\(entity)::text is null or own.entity = \(entity))
            order by own.id
            limit \(limit)
            """
        ).map { try JSONValue(parsing: try $0.decode(0, as: String.self)) }
    }

    /// The job of the newest run of a comparison.
    package func newestRun(of name: String) throws -> Int64? {
        _ = try definition(name)
        return try session.query(
            """
            select own.job
            from pgsync.compare_runs as own
            where own.comparison = \(name)
            order by own.number desc
            limit 1
            """
        ).map { try $0.decode(0, as: Int64.self) }.first
    }

    /// The jobs of imports that a run waits for.
    package func imports(of job: Int64) throws -> [Int64] {
        try session.query(
            """
            select waited.id
            from pgsync.compare_runs as own
            inner join pgsync.sync_jobs as waited on waited.id = any(own.import_jobs)
            where own.job = \(job) and waited.finished_at is null
            order by waited.id
            """
        ).map { try $0.decode(0) }
    }

    /// What a run has mended, and what was there before.
    package struct Healed: Sendable {
        package let id: Int64
        package let entity: String
        /// The columns of the key.
        package let key: JSONValue
        package let undo: JSONValue
    }

    /// What a run has mended and nobody has undone, the newest first.
    package func healed(_ job: Int64, entity: String?) throws -> [Healed] {
        try session.query(
            """
            select own.id, own.entity, own.key::text, coalesce(own.undo, 'null')::text as undo
            from pgsync.compare_differences as own
            where own.job = \(job) and own.state = 'healed' and (\(entity)::text is null or own.entity = \(entity))
            order by own.id desc
            """
        ).map { row in
            Healed(
                id: try row.decode("id"),
                entity: try row.decode("entity"),
                key: try JSONValue(parsing: try row.decode("key", as: String.self)),
                undo: try JSONValue(parsing: try row.decode("undo", as: String.self))
            )
        }
    }

    package func noteUndone(_ difference: Int64) throws {
        _ = try session.query("select pgsync.note_compare_undone(\(difference))")
    }

    /// The definition that a run was made with.
    package func definition(ofRun job: Int64) throws -> (name: String, content: String) {
        let found = try session.query(
            """
            select own.comparison, applied.content
            from pgsync.compare_runs as own
            inner join pgsync.comparisons as applied
                on own.comparison = applied.name and own.version = applied.version
            where own.job = \(job)
            """
        ).map { (name: try $0.decode(0, as: String.self), content: try $0.decode(1, as: String.self)) }.first
        guard let found else { throw StoreError.noSuchJob(job) }
        return found
    }
}
