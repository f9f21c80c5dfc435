extension Catalog {
    private static let compareRunFields: [Field] = [
        .id("job"), .text("comparison"), .count("number"), .count("version"), Field.texts("only").orNull,
        .boolean("sync"), .boolean("dry_run"), .text("state"), Field.text("trigger").orNull,
        Field.text("phase").orNull, Field.text("message").orNull, Field.count("done").orNull,
        Field.count("expected").orNull, Field.number("match").orNull, Field.number("health").orNull,
        Field.text("label").orNull, Field.text("capped_by").orNull, .count("compared"),
        .count("not_compared"), .boolean("capped"), .count("differences"), .count("due"), .count("healed"),
        .count("unhealed"), Field.text("error_class").orNull, Field.text("error_message").orNull,
        .text("requested_by"), .time("requested_at"), Field.time("started_at").orNull,
        Field.time("heartbeat_at").orNull, Field.time("finished_at").orNull,
        Field.number("seconds").orNull, Field.time("cancel_requested_at").orNull,
    ]

    private static let compareRunColumns = """
        own.job::text as job, own.comparison, own.number, own.version, own.entities as only, own.heals as sync,
        own.is_dry as dry_run, own.state, own.trigger, own.phase, own.message, own.done, own.expected,
        trunc(own.match, 1) as match, trunc(own.health, 1) as health, own.label, own.capped_by, own.compared,
        own.not_compared, own.is_capped as capped, own.differences, own.due, own.healed, own.unhealed,
        own.error_class, own.error_message, own.requested_by, own.requested_at, own.started_at, own.heartbeat_at,
        own.finished_at,
        round(
            extract(epoch from coalesce(own.finished_at, own.heartbeat_at) - own.started_at)::numeric, 1
        ) as seconds,
        own.cancel_requested_at
        """

    private static let reportFields: [Field] =
        compareRunFields + [
            .text("left_name"), .text("right_name"), Field.number("exact_match").orNull,
            .object(
                "costs",
                [
                    Field.number("freshness").orNull, Field.number("failed_items").orNull,
                    Field.number("sweep").orNull,
                ]
            ),
            .list("entities", resultFields),
        ]

    private static let resultFields: [Field] = [
        .text("entity"), .choice("state", ["compared", "not_compared"]), Field.text("problem").orNull,
        Field.count("left").orNull, Field.count("right").orNull, Field.number("net").orNull,
        Field.count("matched").orNull, Field.count("missing_left").orNull,
        Field.count("missing_right").orNull, Field.count("different").orNull,
        Field.count("ambiguous").orNull, Field.count("differences").orNull, Field.count("moving").orNull,
        .boolean("capped"), Field.number("match").orNull, Field.number("exact_match").orNull,
        Field.choice("verdict", ["perfect", "good", "warning", "critical"]).orNull, .count("weight"),
        .count("sync_above"), .boolean("due"), Field.text("covers").orNull,
        Field.number("coverage").orNull, .any("metrics"), .any("groups"), Field.time("data_at").orNull,
        .count("healed"), .count("unhealed"), .boolean("guarded"), Field.text("heal_problem").orNull,
        Field.number("seconds").orNull,
    ]

    /// A run with all that it found.
    private static let reportSQL = """
        select
            \(compareRunColumns), own.left_name, own.right_name, found.exact_match, found.costs, found.entities
        from pgsync.comparison_runs as own
        cross join
            lateral jsonb_to_record(pgsync.compare_report(own.job)) as found (
                exact_match numeric, costs jsonb, entities jsonb
            )
        where own.comparison = :name
        """

    private static let comparisonFields: [Field] = [
        .text("comparison"), .count("version"), .text("left_name"), .text("right_name"), .texts("entities"),
        .time("applied_at"), .text("applied_by"), Field.time("next_run_at").orNull,
        Field.id("job").orNull, Field.count("number").orNull, Field.text("state").orNull,
        Field.time("started_at").orNull, Field.time("finished_at").orNull, Field.number("match").orNull,
        Field.number("health").orNull, Field.text("label").orNull, Field.id("active_job").orNull,
        .list(
            "trend",
            [
                .id("job"), .count("number"), .time("finished_at"), Field.number("match").orNull,
                Field.number("health").orNull, Field.text("label").orNull,
            ]
        ),
    ]

    private static let comparisonColumns = """
        own.comparison, own.version, applied.left_name, applied.right_name, applied.entities, own.applied_at,
        own.applied_by, own.next_run_at, own.job::text as job, own.run as number, own.state, own.started_at,
        own.finished_at, trunc(own.match, 1) as match, trunc(own.health, 1) as health, own.label,
        (
            select active.id::text
            from pgsync.sync_jobs as active
            where active.kind = 'compare' and active.subject = own.comparison
                and active.state in ('pending', 'running', 'waiting')
        ) as active_job,
        (
            select coalesce(
                json_agg(
                    json_build_object(
                        'job', past.job::text, 'number', past.number, 'finished_at', past.finished_at,
                        'match', trunc(past.match, 1), 'health', trunc(past.health, 1), 'label', past.label
                    )
                    order by past.number
                ),
                '[]'
            )
            from (
                select ended.*
                from pgsync.compare_runs as ended
                where ended.comparison = own.comparison and ended.finished_at is not null
                order by ended.number desc
                limit 20
            ) as past
        ) as trend
        """

    private static let comparisonSource = """
         from pgsync.comparison_states as own
        inner join pgsync.comparisons as applied on own.comparison = applied.name and own.version = applied.version
        """

    static let compares: [Endpoint] = [
        Endpoint(
            .get,
            "/compares",
            .read,
            "The comparisons in force, each with its newest run and the scores of those before, the oldest first.",
            answer: comparisonFields,
            .rows(
                Statement("select " + comparisonColumns + comparisonSource + " order by own.comparison")
            )
        ),
        Endpoint(
            .get,
            "/compares/{name}",
            .read,
            "A comparison: its definition in force, the versions before, and the report of its newest run.",
            answer: comparisonFields + [
                .text("content"), .text("checksum"),
                .list(
                    "versions",
                    [.count("version"), .text("checksum"), .time("applied_at"), .text("applied_by")]
                ),
                Field.object("report", reportFields).orNull,
            ],
            .row(
                Statement(
                    "select " + comparisonColumns + """
                        , applied.content, applied.checksum,
                            (
                                select json_agg(
                                    json_build_object(
                                        'version', earlier.version, 'checksum', earlier.checksum,
                                        'applied_at', earlier.applied_at, 'applied_by', earlier.applied_by
                                    )
                                    order by earlier.version desc
                                )
                                from pgsync.comparisons as earlier
                                where earlier.name = own.comparison
                            ) as versions,
                            (
                                select row_to_json(newest)
                                from (\(reportSQL) order by own.number desc limit 1) as newest
                            ) as report
                        """ + comparisonSource + " where own.comparison = :name"
                ),
                near: "select known.comparison from pgsync.comparison_states as known order by 1 limit 5"
            )
        ),
        Endpoint(
            .get,
            "/compares/{name}/runs",
            .read,
            "The runs of a comparison, newest first.",
            parameters: [Field.text("state").orNull],
            answer: compareRunFields,
            .pages(
                Statement(
                    """
                    select own.number as k1, \(compareRunColumns)
                    from pgsync.comparison_runs as own
                    where own.comparison = :name and (:state::text is null or own.state = :state)
                    """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .post,
            "/compares/{name}/runs",
            .operate,
            "Asks a worker to compare all entities or some; with sync it mends what is due, and with dry_run it only says what.",
            body: [
                Field.texts("entities").orNull, Field.boolean("sync").orNull, Field.boolean("dry_run").orNull,
                Field.text("reason").orNull,
            ],
            answer: [.id("job")],
            .act(
                Act(
                    name: "start comparison",
                    statement: """
                        select run.job::text as job
                        from pgsync.request_comparison(
                            :name,
                            case
                                when :entities is not null
                                    then array(select jsonb_array_elements_text(:entities::jsonb))
                            end,
                            coalesce(:sync::boolean, false), coalesce(:dry_run::boolean, false), 'api'
                        ) as run
                        where run.is_new
                        """,
                    object: "name",
                    status: 202,
                    location: "runs/",
                    whenNothing: "a run of it is under way: see GET /compares/{name}/runs"
                )
            )
        ),
        Endpoint(
            .get,
            "/compares/{name}/runs/{job}",
            .read,
            "The report of one of them: its score, and what it found of each entity.",
            answer: reportFields,
            .row(
                Statement(reportSQL + " and own.job = :job::bigint"),
                near: """
                    select known.job::text
                    from pgsync.compare_runs as known
                    where known.comparison = :name
                    order by known.number desc
                    limit 5
                    """
            )
        ),
        Endpoint(
            .get,
            "/compares/{name}/runs/{job}/differences",
            .read,
            "The keys that differ, up to 10,000 of an entity; the rows themselves need the scope images.",
            parameters: differenceFilters,
            answer: differenceFields,
            .pages(Statement(differenceSQL() + differenceSource), keys: ["bigint"], isAscending: true)
        ),
        Endpoint(
            .get,
            "/compares/{name}/runs/{job}/differences/rows",
            .images,
            "The same with the rows of both sides in the form that was compared; each look is recorded.",
            parameters: differenceFilters,
            answer: differenceFields + [Field.any("left_row").orNull, Field.any("right_row").orNull],
            .pages(
                Statement(differenceSQL(", own.left_row, own.right_row") + differenceSource),
                keys: ["bigint"],
                isAscending: true
            ),
            look: "look at differences"
        ),
    ]

    private static let differenceFilters: [Field] = [
        Field.text("entity").orNull, Field.id("difference").orNull,
        Field.choice("kind", ["missing_left", "missing_right", "different", "ambiguous"]).orNull,
    ]

    private static let differenceFields: [Field] = [
        .id("difference"), .text("entity"), .any("key"),
        .choice("kind", ["missing_left", "missing_right", "different", "ambiguous"]), .texts("columns"),
        .choice("state", ["found", "healed", "moved", "failed", "undone"]), Field.text("problem").orNull,
        Field.time("settled_at").orNull, Field.text("settled_by").orNull,
    ]

    private static func differenceSQL(_ more: String = "") -> String {
        """
        select
            own.id as k1, own.id::text as difference, own.entity, own.key, own.kind, own.columns, own.state,
            own.problem, own.settled_at, own.settled_by\(more)
        """
    }

    private static let differenceSource = """
         from pgsync.compare_differences as own
        inner join pgsync.compare_runs as run on own.job = run.job
        where run.job = :job::bigint and run.comparison = :name
            and (:entity::text is null or own.entity = :entity) and (:kind::text is null or own.kind = :kind)
            and (:difference::bigint is null or own.id = :difference::bigint)
        """
}
