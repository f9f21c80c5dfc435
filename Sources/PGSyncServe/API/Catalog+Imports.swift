// Long because each statement stands beside what it answers.
extension Catalog {
    private static let runFields: [Field] = [
        .id("job"), .text("sync"), .text("import"), .count("version"), Field.text("type").orNull,
        .text("state"), Field.text("trigger").orNull, Field.texts("streams").orNull,
        Field.time("since").orNull, Field.time("until").orNull, .boolean("dry_run"), .boolean("holds_key"),
        Field.text("phase").orNull, Field.text("message").orNull,
        .count("pages"), .count("added"), .count("updated"), .count("unchanged"), .count("failed"),
        .count("removed"), .count("failed_items"),
        Field.text("error_class").orNull, Field.text("error_message").orNull,
        .text("requested_by"), .time("requested_at"), Field.time("started_at").orNull,
        Field.time("heartbeat_at").orNull, Field.time("waits_until").orNull, .boolean("needs_person"),
        Field.time("finished_at").orNull, Field.number("seconds").orNull,
        Field.time("cancel_requested_at").orNull,
    ]

    private static let runSQL = """
        select
            own.job as k1, own.job::text as job, own.sync_id::text as sync, own.import, own.version, own.type,
            own.state, own.trigger, own.streams, own.since, own.until, own.is_dry as dry_run, asked.holds_key,
            own.phase, own.message, own.pages, own.added, own.updated, own.unchanged, own.failed, own.removed,
            own.failed_items, own.error_class, own.error_message, own.requested_by, own.requested_at,
            own.started_at, own.heartbeat_at, nullif(own.waits_until, 'infinity') as waits_until,
            coalesce(own.waits_until = 'infinity' and own.finished_at is null, false) as needs_person,
            own.finished_at,
            round(
                extract(epoch from coalesce(own.finished_at, own.heartbeat_at) - own.started_at)::numeric, 1
            ) as seconds,
            own.cancel_requested_at
        """

    private static let runSource = """
         from pgsync.import_runs as own
        inner join pgsync.import_jobs as asked on own.job = asked.job
        """

    private static let streamFields: [Field] = [
        .text("import"), .text("stream"), .count("place"), .text("target"), .texts("key"), .count("version"),
        .time("applied_at"), .text("applied_by"), Field.time("finished_from").orNull,
        Field.time("finished_until").orNull, .count("gaps"), Field.time("swept_at").orNull,
        Field.time("moved_at").orNull, .count("failed_items"), Field.id("active_job").orNull,
    ]

    static let imports: [Endpoint] = [
        Endpoint(
            .get,
            "/imports",
            .read,
            "The streams of the imports in force, and how far each has been read.",
            answer: streamFields,
            .rows(
                """
                select
                    own.import, own.stream, own.place, own.target, own.key_columns as key, own.version, own.applied_at,
                    own.applied_by, lower(own.finished) as finished_from, upper(own.finished) as finished_until,
                    greatest((select count(*) from unnest(own.finished)) - 1, 0) as gaps, own.swept_at, own.moved_at,
                    own.failed_items, active.id::text as active_job
                from pgsync.import_states as own
                left join pgsync.sync_jobs as active
                    on active.kind = 'import' and active.subject = own.import
                        and active.state in ('pending', 'running', 'waiting')
                order by own.import, own.place
                """
            )
        ),
        Endpoint(
            .get,
            "/imports/{name}",
            .read,
            "An import: its definition in force, and the versions before.",
            answer: [
                .text("import"), .count("version"), .text("content"), .text("checksum"), .time("applied_at"),
                .text("applied_by"),
                .list(
                    "versions",
                    [.count("version"), .text("checksum"), .time("applied_at"), .text("applied_by")]
                ),
            ],
            .row(
                """
                select
                    own.name as import, own.version, own.content, own.checksum, own.applied_at, own.applied_by,
                    (
                        select json_agg(
                            json_build_object(
                                'version', applied.version, 'checksum', applied.checksum,
                                'applied_at', applied.applied_at, 'applied_by', applied.applied_by
                            )
                            order by applied.version desc
                        )
                        from pgsync.imports as applied
                        where applied.name = own.name
                    ) as versions
                from pgsync.imports as own
                where own.name = :name
                    and own.name in (select known.name from pgsync.endpoint_states as known)
                order by own.version desc
                """,
                near:
                    "select distinct known.name from pgsync.endpoint_states as known order by known.name limit 5"
            )
        ),
        Endpoint(
            .get,
            "/imports/{name}/spans",
            .read,
            "The times that have been read of each stream, and the gaps between and after them.",
            answer: [
                .text("stream"), Field.time("since").orNull, Field.time("until").orNull,
                .choice("state", ["finished", "gap"]),
            ],
            .rows(
                """
                with known as (
                    select
                        own.stream, own.place, coalesce(own.finished, '{}') as finished,
                        -- What a run is to read says where the history begins.
                        (
                            select plan.wanted
                            from pgsync.import_plans as plan
                            inner join pgsync.sync_jobs as run on plan.job = run.id
                            where run.kind = 'import' and run.subject = own.import
                                and plan.stream = own.stream and plan.finished_until is not null and plan.step is not null
                            order by plan.job desc
                            limit 1
                        ) as wanted
                    from pgsync.import_states as own
                    where own.import = :name
                ),

                whole as (
                    select
                        known.stream, known.place, known.finished,
                        range_merge(
                            known.finished + coalesce(known.wanted, '{}')
                            + case
                                when upper(known.finished) < clock_timestamp()
                                    then tstzmultirange(tstzrange(upper(known.finished), clock_timestamp()))
                                else '{}'
                            end
                        ) as times
                    from known
                )

                select part.stream, lower(part.piece) as since, upper(part.piece) as until, part.state
                from (
                    select whole.stream, whole.place, unnest(whole.finished) as piece, 'finished' as state
                    from whole
                    union all
                    select whole.stream, whole.place, unnest(tstzmultirange(whole.times) - whole.finished), 'gap'
                    from whole
                ) as part
                order by part.place, part.piece
                """
            )
        ),
        Endpoint(
            .get,
            "/imports/runs",
            .read,
            "The runs of imports, newest first.",
            parameters: [
                Field.text("import").orNull, Field.text("state").orNull,
                Field.choice("type", ["initial", "daily", "manual", "retry"]).orNull,
            ],
            answer: runFields,
            .pages(
                Statement(
                    runSQL + runSource + """

                        where (:import is null or own.import = :import)
                            and (:state is null or own.state = :state)
                            and (:type is null or own.type = :type)
                        """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .get,
            "/imports/runs/{job}",
            .read,
            "One of them, with its streams.",
            answer: runFields + [
                .list(
                    "parts",
                    [
                        .text("stream"), .text("state"), Field.text("message").orNull, .count("done"),
                        Field.count("expected").orNull, .count("pages"), .count("added"), .count("updated"),
                        .count("unchanged"), .count("failed"), .count("removed"),
                        Field.time("started_at").orNull, Field.time("finished_at").orNull,
                    ]
                )
            ],
            .row(
                Statement(
                    runSQL + """
                        ,
                            (
                                select coalesce(
                                    json_agg(
                                        json_build_object(
                                            'stream', part.stream, 'state', part.state, 'message', part.message,
                                            'done', part.done, 'expected', part.expected, 'pages', part.pages,
                                            'added', part.added, 'updated', part.updated,
                                            'unchanged', part.unchanged, 'failed', part.failed,
                                            'removed', part.removed, 'started_at', part.started_at,
                                            'finished_at', part.finished_at
                                        )
                                        order by part.place
                                    ),
                                    '[]'
                                )
                                from pgsync.import_run_streams as part
                                where part.job = own.job
                            ) as parts
                        """ + runSource + " where own.job = :job::bigint"
                )
            )
        ),
        Endpoint(
            .post,
            "/imports/{name}/runs",
            .operate,
            "Asks a worker to read what is new, all of the history, or a span.",
            body: [
                Field.choice("type", ["initial", "daily", "manual"]).orNull, Field.texts("streams").orNull,
                Field.time("since").orNull, Field.time("until").orNull, Field.boolean("mark").orNull,
                Field.boolean("dry_run").orNull, Field.text("reason").orNull,
            ],
            answer: [.id("job"), .text("sync")],
            .act(
                asking(
                    named: "start import",
                    """
                    select run.job::text as job, run.sync_id::text as sync
                    from pgsync.request_import(
                        :name, coalesce(:type, 'daily'),
                        case
                            when :streams is not null
                                then array(select jsonb_array_elements_text(:streams::jsonb))
                        end,
                        :since::timestamptz, :until::timestamptz, null, coalesce(:mark::boolean, false),
                        coalesce(:dry_run::boolean, false), false, null, 'api'
                    ) as run
                    where run.is_new
                    """
                )
            )
        ),
        Endpoint(
            .post,
            "/imports/{name}/retry",
            .operate,
            "Asks a worker to try failed items again: those that are due or, with a class such as data.*, all of it.",
            body: [Field.text("class").orNull, Field.text("reason").orNull],
            answer: [.id("job"), .text("sync")],
            .act(
                asking(
                    named: "retry import",
                    """
                    select run.job::text as job, run.sync_id::text as sync
                    from pgsync.request_import(:name, 'retry', retried_class => :class, trigger => 'api') as run
                    where run.is_new
                    """
                )
            )
        ),
        Endpoint(
            .post,
            "/imports/runs/{job}/cancel",
            .operate,
            "Asks a run to end; what it has read stays.",
            body: [Field.text("reason").orNull],
            answer: [.id("job"), .text("state")],
            .act(
                Act(
                    name: "cancel import",
                    statement: """
                        select own.id::text as job, pgsync.cancel_job(own.id) as state
                        from pgsync.sync_jobs as own
                        where own.id = :job::bigint and own.kind = 'import' and own.finished_at is null
                        """,
                    object: "job"
                )
            )
        ),
    ]

    /// What asks for a run, of which there is one at a time.
    private static func asking(named name: String, _ statement: Statement) -> Act {
        Act(
            name: name,
            statement: statement,
            object: "name",
            status: 202,
            location: "../runs/",
            whenNothing: "a run of it is under way: see GET /imports/runs"
        )
    }

    static let failedItems: [Endpoint] = [
        Endpoint(
            .get,
            "/imports/{name}/failed-items",
            .read,
            "What could not be written of an import, newest first, without what was kept of it.",
            parameters: [
                Field.text("class").orNull, Field.text("stream").orNull,
                Field.choice("state", ["open", "given_up", "resolved"]).orNull,
            ],
            answer: [
                .id("failed_item"), .text("stream"), .text("item"), Field.id("job").orNull,
                .text("error_class"), .text("error_message"), Field.text("error_column").orNull,
                .count("attempts"), .count("max_attempts"), Field.time("next_at").orNull, .text("state"),
                .time("first_seen_at"), .time("last_seen_at"), Field.time("resolved_at").orNull,
                Field.text("resolved_by").orNull, Field.text("resolution").orNull,
            ],
            .pages(
                """
                select
                    own.id as k1, own.id::text as failed_item, split_part(own.item_id, ' ', 1) as stream,
                    substr(own.item_id, strpos(own.item_id, ' ') + 1) as item, own.job::text as job, own.error_class,
                    own.error_message, own.error_column, own.attempts, own.max_attempts,
                    own.next_attempt_at as next_at, own.state, own.first_seen_at, own.last_seen_at, own.resolved_at,
                    own.resolved_by, own.resolution
                from pgsync.sync_failed_items as own
                where own.kind = 'import' and own.subject = :name
                    and own.state = any(case when :state is null then '{open,given_up}' else array[:state] end)
                    and (:stream is null or starts_with(own.item_id, :stream || ' '))
                    and (
                        :class is null or own.error_class = :class
                        or (right(:class, 2) = '.*' and starts_with(own.error_class, left(:class, -1)))
                    )
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .get,
            "/imports/failed-items/{id}/payload",
            .images,
            "What was kept of a failed item; each look is recorded.",
            answer: [
                .id("failed_item"), .text("import"), .text("item"), Field.any("payload").orNull,
                Field.text("error_column").orNull,
            ],
            .act(
                Act(
                    name: "look at failed item",
                    statement: """
                        select
                            own.id::text as failed_item, own.subject as import, own.item_id as item, own.payload,
                            own.error_column
                        from pgsync.sync_failed_items as own
                        where own.id = :id::bigint and own.kind = 'import'
                        """,
                    object: "id",
                    keepsAnswer: false,
                    nothing: .notFound,
                    whenNothing: "there is no such failed item of an import"
                )
            )
        ),
        Endpoint(
            .post,
            "/imports/failed-items/{id}/resolve",
            .operate,
            "Ends a failed item without writing it, for a reason.",
            body: [.text("reason")],
            answer: [.id("failed_item"), .text("import")],
            .act(
                Act(
                    name: "resolve failed item",
                    statement: """
                        select own.id::text as failed_item, own.subject as import
                        from pgsync.sync_failed_items as own
                        where own.id = :id::bigint and own.kind = 'import' and own.state <> 'resolved'
                            and pgsync.settle_failed_item(own.id, :reason)
                        """,
                    object: "id",
                    whenNothing: "it was resolved before, or it is not there"
                )
            )
        ),
    ]

    private static let endpointFields: [Field] = [
        .text("endpoint"), .text("kind"), .text("base_url"), .texts("hosts"), Field.text("secret").orNull,
        .count("parallel"), .text("state"), Field.time("limited_until").orNull,
        Field.time("paused_at").orNull, Field.text("paused_by").orNull, Field.text("pause_reason").orNull,
        .text("breaker"), Field.time("breaker_since").orNull, .count("failures_in_a_row"),
        Field.time("next_probe_at").orNull, Field.number("clock_skew_seconds").orNull,
        Field.time("last_ok_at").orNull, Field.time("last_error_at").orNull,
        Field.text("last_error_class").orNull, Field.text("last_error").orNull, .time("updated_at"),
        .list(
            "budgets",
            [
                .text("name"), .count("limit"), .count("allowed"), .count("used"), .count("left"),
                Field.time("next_free_at").orNull,
            ]
        ),
    ]

    private static let endpointSQL = """
        select
            own.name as endpoint, own.kind, own.base_url, own.hosts, own.secret_ref as secret, own.parallel, own.state,
            own.limited_until, own.paused_at, own.paused_by, own.pause_reason, own.breaker_state as breaker,
            own.breaker_since, own.failures_in_a_row, own.next_probe_at,
            round(extract(epoch from own.clock_skew)::numeric, 1) as clock_skew_seconds, own.last_ok_at,
            own.last_error_at, own.last_error_class, own.last_error, own.updated_at,
            (
                select coalesce(
                    json_agg(
                        json_build_object(
                            'name', budget.name, 'limit', budget.call_limit, 'allowed', budget.allowed,
                            'used', budget.used, 'left', budget.calls_left, 'next_free_at', budget.next_free_at
                        )
                        order by budget.span
                    ),
                    '[]'
                )
                from pgsync.budget_states as budget
                where budget.endpoint = own.name
            ) as budgets
        from pgsync.endpoint_states as own
        """

    static let endpointsOfOthers: [Endpoint] = [
        Endpoint(
            .get,
            "/endpoints",
            .read,
            "The systems of others that are called, and whether each may be called now.",
            answer: endpointFields,
            .rows(Statement(endpointSQL + " order by own.name"))
        ),
        Endpoint(
            .get,
            "/endpoints/{name}",
            .read,
            "One of them.",
            answer: endpointFields,
            .row(Statement(endpointSQL + " where own.name = :name"))
        ),
        Endpoint(
            .post,
            "/endpoints/{name}/pause",
            .operate,
            "Stops all calls to it until somebody resumes it.",
            body: [Field.text("reason").orNull],
            answer: [.text("endpoint"), .text("state")],
            .act(
                Act(
                    name: "pause endpoint",
                    statement: """
                        select :name as endpoint, 'paused' as state
                        from pgsync.pause_endpoint(:name, :reason) as act (is_done)
                        where act.is_done
                        """,
                    object: "name",
                    whenNothing: "it is paused already"
                )
            )
        ),
        Endpoint(
            .post,
            "/endpoints/{name}/resume",
            .operate,
            "Lets it be called again, also before the time it asked for.",
            body: [Field.text("reason").orNull],
            answer: [.text("endpoint"), .text("state")],
            .act(
                Act(
                    name: "resume endpoint",
                    statement: """
                        select :name as endpoint, 'resumed' as state
                        from pgsync.resume_endpoint(:name) as act (is_done)
                        where act.is_done
                        """,
                    object: "name",
                    whenNothing: "nothing stops calls to it"
                )
            )
        ),
    ]
}
