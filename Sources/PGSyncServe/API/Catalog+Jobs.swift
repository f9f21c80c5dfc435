// Long because each statement stands beside what it answers.
extension Catalog {
    private static let jobFields: [Field] = [
        .id("job"), .text("kind"), .text("subject"), Field.text("type").orNull, .text("state"),
        Field.text("trigger").orNull, Field.text("phase").orNull, Field.text("message").orNull,
        Field.count("done").orNull, Field.count("expected").orNull, .count("failed_items"),
        Field.any("counts").orNull,
        Field.text("error_class").orNull, Field.text("error_message").orNull,
        Field.text("correlation_id").orNull,
        .text("requested_by"), .time("requested_at"), Field.time("started_at").orNull,
        Field.time("heartbeat_at").orNull, Field.time("finished_at").orNull, Field.number("seconds").orNull,
        Field.time("cancel_requested_at").orNull, Field.text("cancel_requested_by").orNull,
    ]

    private static let jobSQL = """
        select
            own.id as k1, own.id::text as job, own.kind, own.subject, own.type, own.state, own.trigger, own.phase,
            own.message, own.done, own.expected, own.failed_items, own.counts, own.error_class, own.error_message,
            own.correlation_id, own.requested_by, own.requested_at, own.started_at, own.heartbeat_at, own.finished_at,
            round(extract(epoch from own.duration)::numeric, 1) as seconds, own.cancel_requested_at,
            own.cancel_requested_by
        """

    static let jobs: [Endpoint] = [
        Endpoint(
            .get,
            "/jobs",
            .read,
            "Long operations, newest first.",
            parameters: [Field.text("kind").orNull, Field.text("state").orNull],
            answer: jobFields,
            .pages(
                Statement(
                    jobSQL + """
                         from pgsync.job_states as own
                        where (:kind is null or own.kind = :kind) and (:state is null or own.state = :state)
                        """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .get,
            "/jobs/{id}",
            .read,
            "One of them, with its failed items.",
            answer: jobFields + [
                .list(
                    "failed",
                    [
                        .id("failed_item"), .text("item"), Field.text("error_class").orNull,
                        Field.text("error_message").orNull, .count("attempts"),
                        Field.count("max_attempts").orNull,
                        Field.time("next_at").orNull, .text("state"),
                    ]
                )
            ],
            .row(
                Statement(
                    jobSQL + """
                        ,
                            (
                                select coalesce(
                                    json_agg(
                                        json_build_object(
                                            'failed_item', item.id::text, 'item', item.item_id,
                                            'error_class', item.error_class, 'error_message', item.error_message,
                                            'attempts', item.attempts, 'max_attempts', item.max_attempts,
                                            'next_at', item.next_attempt_at, 'state', item.state
                                        )
                                        order by item.id desc
                                    ),
                                    '[]'
                                )
                                from (
                                    select listed.id, listed.item_id, listed.error_class, listed.error_message,
                                        listed.attempts, listed.max_attempts, listed.next_attempt_at, listed.state
                                    from pgsync.sync_failed_items as listed
                                    where listed.job = own.id and listed.state <> 'resolved'
                                    order by listed.id desc
                                    limit 100
                                ) as item
                            ) as failed
                        from pgsync.job_states as own
                        where own.id = :id::bigint
                        """
                )
            )
        ),
        Endpoint(
            .post,
            "/jobs",
            .operate,
            "Asks a worker to run an operation: verify, reconcile, chain or retention.",
            body: [
                .choice("kind", ["verify", "reconcile", "chain", "retention"]), Field.text("subject").orNull,
                Field.text("type").orNull, Field.text("reason").orNull,
            ],
            answer: [.id("job")],
            .act(
                Act(
                    name: "start job",
                    statement: """
                        select pgsync.request_job(:kind, coalesce(:subject, 'all'), :type)::text as job
                        where not exists (
                            select
                            from pgsync.sync_jobs as own
                            where own.kind = :kind and own.subject = coalesce(:subject, 'all')
                                and own.state in ('pending', 'running', 'waiting')
                        )
                        """,
                    object: "kind",
                    status: 202,
                    location: "jobs/",
                    whenNothing: "such a job is under way or waits: see GET /jobs"
                )
            )
        ),
        Endpoint(
            .post,
            "/queue/jobs",
            .operate,
            "Asks a worker to retry or resolve all changes that match, in batches.",
            body: [
                .choice("kind", ["retry", "resolve"]),
                Field.choice("state", ["ready", "scheduled", "paused", "dead"]).orNull, tableFilter,
                Field.text("class").orNull, Field.number("min_age").orNull, Field.text("reason").orNull,
            ],
            answer: [.id("job")],
            .act(
                Act(
                    name: "start job",
                    statement: """
                        select pgsync.request_queue_job(
                            :kind, :state, chosen.source_table, :class,
                            make_interval(secs => :min_age::double precision), :reason
                        )::text as job
                        from (select) as always
                        left join pgsync.sources as chosen on chosen.source_table = pgsync.table_named(:table)
                        where coalesce(:state, :table, :class, :min_age) is not null
                            and (:table is null or chosen.source_table is not null)
                        """,
                    object: "kind",
                    status: 202,
                    location: "jobs/",
                    nothing: .unprocessable,
                    whenNothing: "give a filter, and a table that is attached"
                )
            )
        ),
        Endpoint(
            .post,
            "/jobs/{id}/cancel",
            .operate,
            "Asks an operation to end.",
            body: [Field.text("reason").orNull],
            answer: [.id("job"), .text("state")],
            .act(
                Act(
                    name: "cancel job",
                    statement: """
                        select own.id::text as job, pgsync.cancel_job(own.id) as state
                        from pgsync.sync_jobs as own
                        where own.id = :id::bigint and own.finished_at is null
                        """,
                    object: "id"
                )
            )
        ),
    ]

    private static let scheduleFields: [Field] = [
        .text("schedule"), .text("kind"), .text("subject"), Field.text("type").orNull, .boolean("enabled"),
        .text("cron"), Field.text("words").orNull, .text("time_zone"), Field.text("hours_setting").orNull,
        Field.number("too_late_seconds").orNull, .boolean("as_installed"), Field.time("next_at").orNull,
        Field.number("overdue_seconds").orNull, Field.id("active_job").orNull,
        Field.text("last_outcome").orNull,
        Field.text("last_state").orNull, Field.time("last_at").orNull, Field.text("last_error").orNull,
        .count("runs"),
        .count("skipped_runs"), Field.number("late_share").orNull, Field.any("recent").orNull,
        Field.text("updated_by").orNull,
        Field.time("updated_at").orNull,
    ]

    private static let scheduleSQL = """
        select
            own.name as schedule, own.kind, own.subject, own.type, own.enabled, own.cron, own.words, own.time_zone,
            own.hours_setting, extract(epoch from own.too_late_after) as too_late_seconds,
            own.is_default as as_installed, own.next_run_at as next_at,
            round(extract(epoch from own.overdue)::numeric, 1) as overdue_seconds, own.active_job::text as active_job,
            own.last_outcome, own.last_state, coalesce(own.last_due_at, own.last_noted_at) as last_at, own.last_error,
            own.recent_runs as runs, own.recent_skipped as skipped_runs, own.late_share, own.recent, own.updated_by,
            own.updated_at
        from pgsync.schedule_states as own
        """

    static let schedules: [Endpoint] = [
        Endpoint(
            .get,
            "/schedules",
            .read,
            "What runs when, and how it went.",
            answer: scheduleFields,
            .rows(Statement(scheduleSQL + " order by own.name"))
        ),
        Endpoint(
            .get,
            "/schedules/{name}",
            .read,
            "One schedule.",
            answer: scheduleFields,
            .row(Statement(scheduleSQL + " where own.name = :name"))
        ),
        Endpoint(
            .get,
            "/schedules/{name}/next",
            .read,
            "When it runs next, or would with another expression or time zone.",
            parameters: [
                Field.count("count").orNull, Field.text("cron").orNull, Field.text("time_zone").orNull,
            ],
            answer: [.time("run_at"), .text("local"), .boolean("moved")],
            .rows(
                """
                select next.run_at, next.clock::text as local, next.is_moved as moved
                from pgsync.sync_schedules as own
                cross join lateral pgsync.next_runs(
                    coalesce(:cron, own.cron), coalesce(:time_zone, own.time_zone),
                    least(coalesce(:count::integer, 5), 50), clock_timestamp(), own.hours_setting
                ) as next
                where own.name = :name
                """
            )
        ),
        Endpoint(
            .get,
            "/schedules/{name}/runs",
            .read,
            "How its runs went, newest first.",
            answer: [
                Field.time("due_at").orNull, .time("noted_at"), .text("noted_by"), .text("outcome"),
                .count("missed"),
                Field.id("job").orNull, Field.text("state").orNull, Field.number("late_seconds").orNull,
                Field.number("seconds").orNull, Field.text("error_message").orNull,
            ],
            .pages(
                """
                select
                    own.id as k1, own.due_at, own.noted_at, own.noted_by, own.outcome, own.missed, own.job::text as job,
                    own.state, round(extract(epoch from own.late)::numeric, 1) as late_seconds,
                    round(extract(epoch from own.duration)::numeric, 1) as seconds, own.error_message
                from pgsync.schedule_runs as own
                where own.schedule = :name
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .put,
            "/schedules/{name}",
            .admin,
            "Changes what is given of a schedule.",
            body: [
                Field.text("cron").orNull, Field.text("time_zone").orNull, Field.boolean("enabled").orNull,
                Field.number("too_late_seconds").orNull, Field.text("reason").orNull,
            ],
            answer: [.text("schedule"), Field.time("next_at").orNull],
            .act(
                Act(
                    name: "set schedule",
                    statement: """
                        select
                            own.name as schedule,
                            pgsync.set_schedule(
                                own.name, null, :cron, :time_zone, null, null,
                                make_interval(secs => :too_late_seconds::double precision), null, :enabled::boolean
                            ) as next_at
                        from pgsync.sync_schedules as own
                        where own.name = :name
                        """,
                    object: "name",
                    nothing: .notFound
                )
            )
        ),
        scheduleAct(
            "run",
            "Starts its job now.",
            "select own.name as schedule, pgsync.run_schedule(own.name)::text as job, null::timestamptz as next_at"
        ),
        scheduleAct(
            "enable",
            "Lets it run.",
            "select own.name as schedule, null::text as job, pgsync.enable_schedule(own.name) as next_at"
        ),
        scheduleAct(
            "disable",
            "Keeps it from running.",
            "select own.name as schedule, null::text as job, null::timestamptz as next_at, pgsync.disable_schedule(own.name) as done"
        ),
    ]

    private static func scheduleAct(_ verb: String, _ summary: String, _ select: String) -> Endpoint {
        Endpoint(
            .post,
            "/schedules/{name}/\(verb)",
            .operate,
            summary,
            body: [Field.text("reason").orNull],
            answer: [.text("schedule"), Field.id("job").orNull, Field.time("next_at").orNull],
            .act(
                Act(
                    name: "\(verb) schedule",
                    statement: Statement(
                        select + " from pgsync.sync_schedules as own where own.name = :name"
                    ),
                    object: "name",
                    nothing: .notFound
                )
            )
        )
    }
}
