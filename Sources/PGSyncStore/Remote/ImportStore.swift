// Long because a run is asked for, fetched and shown by one set of statements.
package import JSON
package import PGSyncRules
package import Postgres

/// A job of the kind import, as whoever runs it needs to know it.
package struct ImportTask: Sendable, Equatable {
    package let name: String
    package let content: String
    /// initial, daily, manual or retry.
    package let type: String
    /// Nil for all.
    package let streams: [String]?
    package let since: Timestamp?
    package let until: Timestamp?
    package let baseURL: String?
    package let marks: Bool
    package let isDry: Bool
    package let holdsKey: Bool
    /// Which failed items are tried again; nil for those that are due.
    package let errorClass: String?
    /// By the clock of the endpoint.
    package let runStart: Timestamp
}

/// A span of a stream that a session fetches.
package struct ImportSlice: Sendable, Equatable {
    /// As PostgreSQL writes it.
    package let range: String
    package let since: Timestamp?
    package let until: Timestamp?
    package var nextPage: String?
    package var pages: Int

    /// All times, from the first page on.
    package static let everything = ImportSlice(range: "(,)", since: nil, until: nil, nextPage: nil, pages: 0)
}

/// What pages bring to the database.
package struct ImportWriting: Sendable {
    package let target: Int64
    package let stream: ImportStream
    package private(set) var pages = 1
    package var images: [JSONValue] = []
    package var itemIDs: [String] = []
    package var failures: [JSONValue] = []
    package var maxAttempts: Int?

    package init(_ stream: ImportStream, target: Int64) {
        self.stream = stream
        self.target = target
    }

    /// Adds what a later page of the same columns brings.
    package mutating func append(_ next: ImportWriting) {
        pages += next.pages
        images += next.images
        itemIDs += next.itemIDs
        failures += next.failures
    }

    package mutating func fail(
        item: String,
        record: String?,
        errorClass: String,
        message: String,
        column: String?,
        payload: JSONValue
    ) {
        failures.append(
            .object(
                JSONObject([
                    ("item_id", .string(item)), ("record_id", record.map { .string($0) } ?? .null),
                    ("error_class", .string(errorClass)), ("error_message", .string(message)),
                    ("error_column", column.map { .string($0) } ?? .null), ("payload", payload),
                ])
            )
        )
    }
}

/// Imports: their definitions, their runs, and what these fetch.
package struct ImportStore {
    let session: Session

    package init(_ session: Session) { self.session = session }

    // MARK: Running

    /// What a job that this session runs is to fetch; nil if there is no such import.
    package func begin(_ job: Int64) throws -> ImportTask? {
        try session.query("select * from pgsync.begin_import(\(job))").map { row in
            ImportTask(
                name: try row.decode("name"),
                content: try row.decode("content"),
                type: try row.decode("type"),
                streams: try row.decode("streams", as: [String]?.self),
                since: try row.decode("since"),
                until: try row.decode("until"),
                baseURL: try row.decode("base_url"),
                marks: try row.decode("marks"),
                isDry: try row.decode("is_dry"),
                holdsKey: try row.decode("holds_key"),
                errorClass: try row.decode("retried_class"),
                runStart: try row.decode("run_start")
            )
        }.first
    }

    /// Lets this session fetch for a job that another one runs; false if it has ended.
    package func join(_ job: Int64) throws -> Bool {
        try session.query("select pgsync.join_import(\(job))").onlyRow().decode(0)
    }

    /// The number of a table, which the definition's user sees.
    package func target(of stream: ImportStream, in name: String) throws -> Int64? {
        try session.query(
            """
            select own.target::oid::bigint
            from pgsync.import_streams as own
            where own.import = \(name) and own.stream = \(stream.name)
            """
        ).map { try $0.decode(0, as: Int64.self) }.first
    }

    /// The times of a stream that are to be read, as PostgreSQL writes a multirange.
    package func wanted(
        _ name: String,
        _ stream: String,
        since: Timestamp?,
        until: Timestamp?,
        lookback: Duration,
        ignoresFinished: Bool
    ) throws -> String {
        try session.query(
            """
            select pgsync.wanted_times(
                \(name), \(stream), tstzrange(\(since), \(until)), \(lookback.milliseconds) * interval '1 ms',
                \(ignoresFinished)
            )::text
            """
        ).onlyRow().decode(0)
    }

    /// The next span to fetch in this session; without one, whether others still fetch some.
    package func takeSlice(
        _ job: Int64,
        _ stream: String,
        wanted: String,
        step: String?,
        newestFirst: Bool
    ) throws -> (slice: ImportSlice?, isLeft: Bool) {
        let row = try session.query(
            """
            select taken.slice::text as range, lower(taken.slice) as since, upper(taken.slice) as until, taken.next_page,
                taken.pages, taken.is_left
            from pgsync.take_slice(\(job), \(stream), \(wanted)::tstzmultirange, \(step), \(newestFirst)) as taken
            """
        ).onlyRow()
        let isLeft = try row.decode("is_left", as: Bool.self)
        guard let range = try row.decode("range", as: String?.self) else { return (nil, isLeft) }
        return (
            ImportSlice(
                range: range,
                since: try row.decode("since"),
                until: try row.decode("until"),
                nextPage: try row.decode("next_page"),
                pages: try row.decode("pages")
            ),
            true
        )
    }

    package func releaseSlice(_ job: Int64, _ stream: String, _ slice: ImportSlice) throws {
        try session.execute(
            "select pgsync.release_slice(\(job), \(stream), \(slice.range)::tstzrange)"
        )
    }

    /// How pages ended.
    package struct PageEnd: Sendable, Equatable {
        package let added: Int
        package let updated: Int
        package let failed: Int
        /// Whether nobody asked the job to end.
        package let continues: Bool
    }

    /// Writes pages and all that is recorded of them.
    package func write(
        _ writing: ImportWriting,
        of slice: ImportSlice,
        in job: Int64,
        nextPage: String?,
        isLast: Bool,
        finishedUntil: Timestamp?,
        sees: Bool
    ) throws -> PageEnd {
        let stream = writing.stream
        let row = try session.query(
            .prepared(
                """
                select page.added, page.updated, page.failed, page.continues
                from pgsync.import_pages(
                    \(job), \(stream.name), \(slice.range)::tstzrange, \(writing.target)::bigint::oid::regclass,
                    \(stream.key), \(stream.writtenColumns), \(stream.privateColumns),
                    \(JSONText(JSONValue.array(writing.images).text()))::jsonb, \(writing.itemIDs),
                    \(JSONText(JSONValue.array(writing.failures).text()))::jsonb,
                    \(writing.pages)::integer, \(nextPage), \(isLast), \(finishedUntil), \(sees), \(writing.maxAttempts)::integer
                ) as page
                """
            )
        ).onlyRow()
        return PageEnd(
            added: try row.decode("added"),
            updated: try row.decode("updated"),
            failed: try row.decode("failed"),
            continues: try row.decode("continues")
        )
    }

    /// Writes items that had failed; `gone` are those that the API no longer has.
    package func writeItems(_ job: Int64, _ writing: ImportWriting, gone: [String]) throws -> (
        written: Int, failed: Int
    ) {
        let stream = writing.stream
        let row = try session.query(
            """
            select done.written, done.failed
            from pgsync.import_items(
                \(job), \(stream.name), \(writing.target)::bigint::oid::regclass, \(stream.key),
                \(stream.writtenColumns), \(stream.privateColumns),
                \(JSONText(JSONValue.array(writing.images).text()))::jsonb, \(writing.itemIDs),
                \(JSONText(JSONValue.array(writing.failures).text()))::jsonb, \(gone), \(writing.maxAttempts)::integer
            ) as done
            """
        ).onlyRow()
        return (try row.decode("written"), try row.decode("failed"))
    }

    /// A failed item that is tried again.
    package struct DueItem: Sendable, Equatable {
        package let id: Int64
        package let item: String
        package let payload: JSONValue?
    }

    package func dueItems(
        _ name: String,
        _ stream: String,
        errorClass: String?,
        after: Int64
    ) throws -> [DueItem] {
        try session.query(
            """
            select due.id, due.item_id, due.payload
            from pgsync.due_items(\(name), \(stream), \(errorClass), 200, \(after)) as due
            """
        ).map { row in
            DueItem(
                id: try row.decode("id"),
                item: try row.decode("item_id"),
                payload: try row.decode("payload", as: JSONText?.self).map { try JSONValue(parsing: $0.text) }
            )
        }
    }

    /// The columns of a table besides those of a stream, and their types.
    package func otherColumns(of target: Int64, besides stream: ImportStream) throws -> [(
        name: String, type: String
    )] {
        try session.query(
            """
            select other.name, other.type
            from pgsync.other_columns(\(target)::bigint::oid::regclass, \(stream.columns.map(\.name))) as other
            """
        ).map { (try $0.decode("name"), try $0.decode("type")) }
    }

    /// Adds a column for a field that is new at the API.
    package func addColumn(_ name: String, _ type: String, to target: Int64) throws {
        try session.execute(
            "select pgsync.add_import_column(\(target)::bigint::oid::regclass, \(name), \(type))"
        )
    }

    /// What a sweep did: how many rows were missed, how many removed, and whether they were too many.
    package func sweep(
        _ job: Int64,
        _ stream: ImportStream,
        target: Int64,
        marks: String?,
        ignoresGuard: Bool
    ) throws -> (missed: Int, removed: Int, isStopped: Bool) {
        let row = try session.query(
            """
            select done.missed, done.removed, done.is_stopped
            from pgsync.sweep_stream(
                \(job), \(stream.name), \(target)::bigint::oid::regclass, \(stream.key), \(marks),
                ignores_guard => \(ignoresGuard)
            ) as done
            """
        ).onlyRow()
        return (try row.decode("missed"), try row.decode("removed"), try row.decode("is_stopped"))
    }

    /// When a stream was last swept.
    package func sweptAt(_ name: String, _ stream: String) throws -> Timestamp? {
        try session.query(
            "select own.swept_at from pgsync.cursors as own where own.endpoint = \(name) and own.stream = \(stream)"
        ).map { try $0.decode(0, as: Timestamp?.self) }.first ?? nil
    }

    /// The beginning of what is finished without a gap up to its end; nil if nothing is.
    package func finishedUntil(_ name: String, _ stream: String) throws -> Timestamp? {
        try session.query(
            """
            select upper(own.finished) as until
            from pgsync.cursors as own
            where own.endpoint = \(name) and own.stream = \(stream)
            """
        ).map { try $0.decode("until", as: Timestamp?.self) }.first ?? nil
    }

    /// How far a stream is in a job: of rows and of spans.
    package struct Progress: Sendable, Equatable {
        package let done: Int
        /// By what the spans that are finished have brought; nil until one is.
        package let expected: Int?
        package let slices: Int
        package let finished: Int
    }

    package func progress(_ job: Int64, _ stream: String, wanted: String, step: String?) throws -> Progress {
        let row = try session.query(
            """
            select
                coalesce(sum(own.added + own.updated + own.unchanged + own.failed), 0)::bigint as done,
                coalesce(
                    sum(own.added + own.updated + own.unchanged + own.failed) filter (where own.finished_at is not null), 0
                )::bigint as finished_rows,
                count(*) filter (where own.finished_at is not null) as finished,
                (select count(*) from pgsync.cut_times(\(wanted)::tstzmultirange, \(step))) as slices
            from pgsync.import_slices as own
            where own.job = \(job) and own.stream = \(stream)
            """
        ).onlyRow()
        let (done, rows, finished, slices): (Int, Int, Int, Int) = (
            try row.decode("done"), try row.decode("finished_rows"), try row.decode("finished"),
            try row.decode("slices")
        )
        return Progress(
            done: done,
            expected: finished > 0 && slices > 1 ? max(rows * slices / finished, done) : nil,
            slices: slices,
            finished: finished
        )
    }

    /// The newest of the spans that are wanted; nil if none is.
    package func newestSlice(of wanted: String, step: String?) throws -> ImportSlice? {
        try session.query(
            """
            select cut.slice::text as range, lower(cut.slice) as since, upper(cut.slice) as until
            from pgsync.cut_times(\(wanted)::tstzmultirange, \(step)) as cut (slice)
            order by lower(cut.slice) desc nulls last
            limit 1
            """
        ).map { row in
            ImportSlice(
                range: try row.decode("range"),
                since: try row.decode("since"),
                until: try row.decode("until"),
                nextPage: nil,
                pages: 0
            )
        }.first
    }

    /// What came in a job, by names.
    package func totals(_ job: Int64) throws -> [String: Int] {
        let row = try session.query(
            """
            select
                coalesce(sum(own.pages), 0)::bigint as pages,
                coalesce(sum(own.added), 0)::bigint as added,
                coalesce(sum(own.updated), 0)::bigint as updated,
                coalesce(sum(own.unchanged), 0)::bigint as unchanged,
                coalesce(sum(own.failed), 0)::bigint as failed,
                coalesce(sum(own.removed), 0)::bigint as removed
            from pgsync.import_slices as own
            where own.job = \(job)
            """
        ).onlyRow()
        var totals: [String: Int] = [:]
        for name in ["pages", "added", "updated", "unchanged", "failed", "removed"] {
            totals[name] = try row.decode(name)
        }
        return totals
    }
}
