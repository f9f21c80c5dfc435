extension Catalog {
    private static let nodeFields: [Field] = [
        .text("name"), .texts("tables"), Field.any("row_filter").orNull, .text("status"),
        Field.time("last_synced_at").orNull, Field.time("acknowledged_at").orNull,
        Field.time("seen_at").orNull, Field.text("last_error").orNull, .count("retry_count"),
        .boolean("must_resync"), Field.text("resync_reason").orNull, Field.number("clock_skew").orNull,
        .choice("protection", ["token", "signed", "sealed"]), .count("pending_records"),
        .count("open_conflicts"), .time("created_at"), .text("created_by"),
        .time("updated_at"),
    ]

    private static let nodeSQL = """
        select
            own.name, own.tables, own.row_filter, own.status, own.last_synced_at, own.acknowledged_at, own.seen_at,
            own.last_error, own.retry_count, own.must_resync, own.resync_reason,
            round(extract(epoch from own.clock_skew)::numeric, 3) as clock_skew, own.protection,
            own.pending_records, own.open_conflicts, own.created_at, own.created_by, own.updated_at
        from pgsync.node_states as own
        """

    private static let masterFields: [Field] = [
        .text("master"), .text("base_url"), .texts("other_urls"),
        .choice("protection", ["token", "signed", "sealed"]), Field.text("node").orNull, .texts("tables"),
        .text("status"),
        Field.time("last_synced_at").orNull, Field.text("last_error").orNull, .count("retry_count"),
        .boolean("resyncing"), .count("pending_records"), .count("not_applied"), .time("created_at"),
        .time("updated_at"), Field.id("active_job").orNull,
    ]

    private static let masterSQL = """
        select
            own.endpoint as master, own.base_url, own.other_urls, own.protection, own.node_name as node, own.tables,
            own.status, own.last_synced_at, own.last_error, own.retry_count, own.is_resyncing as resyncing,
            own.pending_records, own.not_applied, own.created_at, own.updated_at, active.id::text as active_job
        from pgsync.master_states as own
        left join pgsync.sync_jobs as active
            on active.kind = 'sync' and active.subject = own.endpoint
                and active.state in ('pending', 'running', 'waiting')
        """

    private static let conflictFields: [Field] = [
        .id("conflict"), .text("table"), .text("record"), .text("node"), .text("type"), .text("policy"),
        .text("resolution"), .text("state"), Field.text("local_version").orNull,
        Field.text("remote_version").orNull, Field.text("base_version").orNull,
        Field.text("error_class").orNull, Field.text("error_message").orNull, .time("noted_at"),
        Field.text("decided_by").orNull, Field.time("decided_at").orNull,
    ]

    private static let conflictSQL = """
        select
            own.id as k1, own.id::text as conflict, pgsync.exchanged_name(own.source_table) as table,
            own.record_id as record, own.node, own.type, own.policy, own.resolution, own.state, own.local_version,
            own.remote_version, own.base_version, own.error_class, own.error_message, own.noted_at, own.decided_by,
            own.decided_at
        """

    static let nodes: [Endpoint] = [
        Endpoint(
            .get,
            "/nodes",
            .read,
            "The systems that call this one to exchange records, and how each stands.",
            answer: nodeFields,
            .rows(Statement(nodeSQL + " order by own.name"))
        ),
        Endpoint(
            .get,
            "/nodes/{name}",
            .read,
            "One of them.",
            answer: nodeFields,
            .row(Statement(nodeSQL + " where own.name = :name"))
        ),
        Endpoint(
            .post,
            "/nodes/{name}/reset",
            .operate,
            "Forgets how the exchanges with a node ended; with resync it also loads everything anew.",
            body: [Field.boolean("resync").orNull, Field.text("reason").orNull],
            answer: [.text("node"), .text("status")],
            .act(
                Act(
                    name: "reset node",
                    statement: """
                        select own.node, own.status
                        from pgsync.reset_node(:name, coalesce(:resync::boolean, false), :reason) as own
                        """,
                    object: "name"
                )
            )
        ),
        Endpoint(
            .get,
            "/masters",
            .read,
            "The systems that this one calls to exchange records, and how each stands.",
            answer: masterFields,
            .rows(Statement(masterSQL + " order by own.endpoint"))
        ),
        Endpoint(
            .post,
            "/masters/{name}/sync",
            .operate,
            "Asks a worker to exchange records with a master now; force lets more go than the guard allows.",
            body: [Field.boolean("force").orNull],
            answer: [.id("job")],
            .act(
                Act(
                    name: "start sync",
                    statement: """
                        select pgsync.request_job(
                            'sync', own.endpoint, case when coalesce(:force::boolean, false) then 'forced' else 'manual' end
                        )::text as job
                        from pgsync.master_states as own
                        where own.endpoint = :name
                        """,
                    object: "name",
                    status: 202,
                    location: "jobs/",
                    nothing: .notFound,
                    whenNothing: "there is no such master"
                )
            )
        ),
        Endpoint(
            .post,
            "/masters/{name}/reset",
            .operate,
            "Forgets how the exchanges with a master ended; with resync everything is loaded anew.",
            body: [Field.boolean("resync").orNull],
            answer: [.text("master"), .text("status")],
            .act(
                Act(
                    name: "reset master",
                    statement: """
                        select own.master, own.status
                        from pgsync.reset_master(:name, coalesce(:resync::boolean, false)) as own
                        """,
                    object: "name"
                )
            )
        ),
        Endpoint(
            .get,
            "/conflicts",
            .read,
            "Records that two systems changed at once, the newest first; their rows need the scope images.",
            parameters: [
                Field.choice("state", ["open", "settled"]).orNull, Field.text("node").orNull,
                tableFilter, Field.text("type").orNull, Field.text("record").orNull,
            ],
            answer: conflictFields,
            .pages(
                Statement(
                    conflictSQL + """

                        from pgsync.conflicts as own
                        where (:state::text is null or own.state = :state)
                            and (:node::text is null or own.node = :node)
                            and (:type::text is null or own.type = :type)
                            and (:record::text is null or own.record_id = :record)
                            and (
                                :table::text is null
                                or own.source_table in (
                                    select synced.source_table
                                    from pgsync.synced_tables() as synced
                                    where synced.name = :table
                                )
                            )
                        """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .get,
            "/conflicts/{id}",
            .images,
            "A conflict with the rows of both sides, and with what came of it.",
            answer: conflictFields + [
                Field.any("local_row").orNull, Field.any("remote_row").orNull, Field.any("base_row").orNull,
                Field.any("result_row").orNull,
            ],
            .row(
                Statement(
                    conflictSQL + """
                        , own.local_image as local_row, own.remote_image as remote_row, own.base_image as base_row,
                            own.result_image as result_row
                        from pgsync.conflicts as own
                        where own.id = :id::bigint
                        """
                )
            ),
            look: "look at conflict"
        ),
        Endpoint(
            .post,
            "/conflicts/{id}/resolve",
            .operate,
            "Settles a conflict: local keeps the row that is here, remote takes that of the node; it wins everywhere.",
            body: [.choice("take", ["local", "remote"]), Field.text("reason").orNull],
            answer: [.id("conflict"), .text("resolution"), Field.text("version").orNull],
            .act(
                Act(
                    name: "resolve conflict",
                    statement: """
                        select :id::text as conflict, own.resolution, own.version
                        from pgsync.resolve_conflict(:id::bigint, :take) as own
                        """,
                    object: "id"
                )
            )
        ),
    ]
}
