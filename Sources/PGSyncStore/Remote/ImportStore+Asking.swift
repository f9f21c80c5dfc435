import JSON
package import PGSyncRules
package import Postgres

/// A run of an import, as users see it.
package struct ImportRun: Sendable, Equatable {
    package let job: Int64
    package let syncID: String
    package let name: String
    package let version: Int
    package let type: String
    package let state: String
    package let phase: String?
    package let message: String?
    package let counts: [String: Int]
    package let failedItems: Int
    package let errorClass: String?
    package let errorMessage: String?
    package let requestedBy: String
    package let requestedAt: Timestamp
    package let startedAt: Timestamp?
    package let waitsUntil: Timestamp?
    package let finishedAt: Timestamp?
    package internal(set) var streams: [Stream] = []

    package var hasEnded: Bool { finishedAt != nil }

    package struct Stream: Sendable, Equatable {
        package let name: String
        package let state: String
        package let message: String?
        package let done: Int
        package let expected: Int?
        package let counts: [String: Int]
    }

    static let names = ["pages", "added", "updated", "unchanged", "failed", "removed"]

    init(_ row: Row) throws {
        job = try row.decode("job")
        syncID = try row.decode("sync_text")
        name = try row.decode("import")
        version = try row.decode("version")
        type = try row.decode("type", as: String?.self) ?? "daily"
        state = try row.decode("state")
        phase = try row.decode("phase")
        message = try row.decode("message")
        counts = try Self.counts(row)
        failedItems = try row.decode("failed_items")
        errorClass = try row.decode("error_class")
        errorMessage = try row.decode("error_message")
        requestedBy = try row.decode("requested_by")
        requestedAt = try row.decode("requested_at")
        startedAt = try row.decode("started_at")
        waitsUntil = try row.decode("waits_until")
        finishedAt = try row.decode("finished_at")
    }

    static func counts(_ row: Row) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in names { counts[name] = try row.decode("\(name)_count") }
        return counts
    }

    static let countColumns = names.map { "own.\($0)::bigint as \($0)_count" }.joined(separator: ", ")
}

/// An import in force, by its streams.
package struct ImportedStream: Sendable, Equatable {
    package let name: String
    package let stream: String
    package let target: String
    package let version: Int
    package let appliedAt: Timestamp
    package let appliedBy: String
    package let finishedUntil: Timestamp?
    /// How many gaps are in what is finished.
    package let gaps: Int
    package let sweptAt: Timestamp?
    package let failedItems: Int
}

extension ImportStore {
    /// The streams of all imports, in their order.
    package func list() throws -> [ImportedStream] {
        try session.query(
            """
            select
                own.import, own.stream, own.target, own.version, own.applied_at, own.applied_by,
                upper(own.finished) as finished_until,
                greatest((select count(*) from unnest(own.finished)) - 1, 0) as gaps,
                own.swept_at, own.failed_items
            from pgsync.import_states as own
            order by own.import, own.place
            """
        ).map { row in
            ImportedStream(
                name: try row.decode("import"),
                stream: try row.decode("stream"),
                target: try row.decode("target"),
                version: try row.decode("version"),
                appliedAt: try row.decode("applied_at"),
                appliedBy: try row.decode("applied_by"),
                finishedUntil: try row.decode("finished_until"),
                gaps: try row.decode("gaps"),
                sweptAt: try row.decode("swept_at"),
                failedItems: try row.decode("failed_items")
            )
        }
    }

    /// The text in force, with its version.
    package func definition(_ name: String, version: Int? = nil) throws -> (version: Int, content: String) {
        let found = try session.query(
            """
            select own.version, own.content
            from pgsync.imports as own
            where own.name = \(name) and (\(version)::integer is null or own.version = \(version))
            order by own.version desc
            limit 1
            """
        )
        guard let row = found.first else {
            let known = try session.query(
                "select distinct own.name from pgsync.imports as own order by own.name"
            )
            .map { try $0.decode(0, as: String.self) }
            throw StoreError.unknown(.import, name, known: known)
        }
        return (try row.decode("version"), try row.decode("content"))
    }

    /// Brings a definition into force; returns added, changed or unchanged.
    package func apply(_ definition: ImportDefinition, content: String) throws -> String {
        var streams: [JSONValue] = []
        for (place, stream) in definition.streamsInOrder.enumerated() {
            var marks: String?
            if case .mark(let column)? = stream.deletes?.action { marks = column }
            let target: Int64
            do {
                target = try session.query(
                    """
                    select pgsync.check_import_target(
                        \(stream.name), \(stream.target.quoted), \(stream.key), \(stream.columns.map(\.name)), \(marks)
                    )::bigint
                    """
                ).onlyRow().decode(0)
            } catch let error as PostgresError where error.sqlState != nil {
                throw StoreError.refused(error)
            }
            streams.append(
                .object(
                    JSONObject([
                        ("stream", .string(stream.name)), ("place", JSONValue(place + 1)),
                        ("target", JSONValue(Int(target))),
                        ("key_columns", .array(stream.key.map { .string($0) })),
                        ("columns", .array(stream.columns.map { .string($0.name) })),
                    ])
                )
            )
        }
        let endpoint = JSONValue.object(
            JSONObject([
                ("base_url", .string(definition.base.description)),
                ("hosts", .array(definition.hosts.map { .string($0) })),
                ("secret_ref", definition.secret.map { .string($0.description) } ?? .null),
                ("parallel", JSONValue(definition.parallel)),
                (
                    "budgets",
                    .array(
                        definition.budgets.map { budget in
                            .object(
                                JSONObject([
                                    ("name", .string(budget.name)), ("call_limit", JSONValue(budget.limit)),
                                    ("span", .string("\(budget.span.components.seconds) s")),
                                ])
                            )
                        }
                    )
                ),
            ])
        )
        do {
            return try session.query(
                """
                select pgsync.apply_import(
                    \(definition.name), \(definition.version)::integer, \(content), \(JSONText(endpoint.text()))::jsonb,
                    \(JSONText(JSONValue.array(streams).text()))::jsonb
                )
                """
            ).onlyRow().decode(0)
        } catch let error as PostgresError where error.sqlState != nil {
            throw StoreError.refused(error)
        }
    }

    /// What a run is asked to do.
    package struct Request: Sendable {
        package var type = "daily"
        package var streams: [String]?
        package var since: Timestamp?
        package var until: Timestamp?
        package var baseURL: String?
        package var marks = false
        package var isDry = false
        package var holdsKey = false
        package var retriedClass: String?
        package var trigger: String?

        package init() {}
    }

    /// Asks for a run; returns its job, or that of the one under way, and whether it is new.
    package func request(_ name: String, _ request: Request) throws -> (
        job: Int64, syncID: String, isNew: Bool
    ) {
        do {
            let row = try session.query(
                """
                select run.job, run.sync_id::text as sync_text, run.is_new
                from pgsync.request_import(
                    \(name), \(request.type), \(request.streams)::text[], \(request.since), \(request.until),
                    \(request.baseURL), \(request.marks), \(request.isDry), \(request.holdsKey), \(request.retriedClass),
                    \(request.trigger)
                ) as run
                """
            ).onlyRow()
            return (try row.decode("job"), try row.decode("sync_text"), try row.decode("is_new"))
        } catch let error as PostgresError
            where error.sqlState != nil && error.sqlState != .insufficientPrivilege
        {
            throw StoreError.refused(error)
        }
    }

    /// The newest runs, those of one import or all; each with its streams.
    package func runs(of name: String? = nil, limit: Int) throws -> [ImportRun] {
        try runs(
            Query(
                Self.runColumns
                    + "where ($1::text is null or own.import = $1) order by own.job desc limit $2",
                [name, limit]
            )
        )
    }

    package func run(_ job: Int64) throws -> ImportRun {
        guard let run = try runs(Query(Self.runColumns + "where own.job = $1", [job])).first else {
            throw StoreError.noSuchJob(job)
        }
        return run
    }

    private func runs(_ query: Query) throws -> [ImportRun] {
        var runs = try session.query(query).map(ImportRun.init)
        let streams = try session.query(
            Query(
                """
                select own.job, own.stream, own.state, own.message, own.done::bigint, own.expected::bigint,
                \(ImportRun.countColumns)
                from pgsync.import_run_streams as own
                where own.job = any($1)
                order by own.job, own.place
                """,
                [runs.map(\.job)]
            )
        ).map { row in
            (
                try row.decode("job", as: Int64.self),
                ImportRun.Stream(
                    name: try row.decode("stream"),
                    state: try row.decode("state"),
                    message: try row.decode("message"),
                    done: try row.decode("done"),
                    expected: try row.decode("expected"),
                    counts: try ImportRun.counts(row)
                )
            )
        }
        for index in runs.indices {
            runs[index].streams = streams.filter { $0.0 == runs[index].job }.map(\.1)
        }
        return runs
    }

    private static let runColumns = """
        select own.*, own.sync_id::text as sync_text, \(ImportRun.countColumns)
        from pgsync.import_runs as own

        """
}

extension TableName {
    /// As SQL writes it.
    fileprivate var quoted: String { "\(Identifier(schema).quoted).\(Identifier(name).quoted)" }
}
