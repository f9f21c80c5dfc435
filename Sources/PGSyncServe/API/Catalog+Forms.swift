import JSON

/// What the documents of users ask for, in exactly their forms: at their paths, in their words, without an envelope.
extension Catalog {
    private static let syncTypes = ["initial", "daily", "manual"]

    static let forms: [Endpoint] =
        [
            form(
                .post,
                "/sync-{import}/enhanced",
                .operate,
                "Starts a sync of an import. A key that comes along stays in the memory of this process.",
                body: [
                    .choice("syncType", syncTypes), Field.secret("apiKey").orNull,
                    Field.text("baseUrl").orNull,
                ],
                answer: [.uuid("syncId"), .choice("syncType", syncTypes), .text("status")],
                .startSync
            ),
            form(
                .get,
                "/sync-{import}/enhanced",
                .read,
                "How far a sync is; as text/event-stream the same again whenever it changes, until it has ended.",
                parameters: [.uuid("syncId")],
                answer: [
                    .uuid("syncId"), .text("syncType"), .text("status"), Field.text("phase").orNull,
                    .number("progress"), Field.text("message").orNull,
                    .list(
                        "phases",
                        [
                            .text("name"), .count("done"), Field.count("expected").orNull, .count("failed"),
                            .text("state"),
                        ]
                    ),
                    Field.time("startedAt").orNull, Field.time("completedAt").orNull, .any("results"),
                    .count("failedItems"), Field.text("error").orNull,
                ],
                .sync
            ),
        ] + exchange

    static func form(
        _ method: Endpoint.Method,
        _ path: String,
        _ scope: Scope,
        _ summary: String,
        parameters: [Field] = [],
        body: [Field] = [],
        answer: [Field],
        _ work: Endpoint.Work
    ) -> Endpoint {
        var endpoint = Endpoint(
            method,
            path,
            scope,
            summary,
            parameters: parameters,
            body: body,
            answer: answer,
            work
        )
        endpoint.base = "/api"
        return endpoint
    }

    /// What starting a sync does, with what is needed of its job; its answer is not kept, and neither is its key.
    static let startOfSync = Endpoint(
        .post,
        "/sync-{import}/enhanced",
        .operate,
        "Starts a sync.",
        answer: [.id("job"), .uuid("sync"), .boolean("is_new")],
        .act(
            Act(
                name: "start import",
                statement: """
                    select run.job::text as job, run.sync_id::text as sync, run.is_new
                    from pgsync.request_import(
                        :import, :syncType, base_url => nullif(:baseUrl, ''),
                        holds_key => coalesce(:holds_key::boolean, false), trigger => 'api'
                    ) as run
                    """,
                object: "import",
                keepsAnswer: false,
                refusal: { row in
                    guard row["is_new"]?.bool == false, let id = row["sync"]?.string else { return nil }
                    var problem = Problem(.conflict, "a sync of it is under way")
                    problem.more = [("syncId", .string(id))]
                    problem.headers = [("Location", "enhanced?syncId=\(id)")]
                    return problem
                }
            )
        )
    )

    /// How far syncs are, each as the document that is answered of it.
    static let progressOfSyncs = """
        select
            own.sync_id::text, own.import, (own.finished_at is not null)::text as has_ended,
            json_build_object(
                'syncId', own.sync_id, 'syncType', own.type, 'status', own.state, 'phase', own.phase,
                'progress', case
                    when own.state in ('completed', 'partial') then 100
                    else coalesce((floor(part.share * 1000) / 10)::double precision, 0)
                end,
                'message', coalesce(own.message, own.error_message), 'phases', coalesce(part.phases, '[]'),
                'startedAt', own.started_at, 'completedAt', own.finished_at, 'results', coalesce(part.results, '{}'),
                'failedItems', own.failed_items,
                'error', case
                    when own.finished_at is not null or own.waits_until = 'infinity'
                        then nullif(concat_ws(': ', own.error_class, own.error_message), '')
                end
            )::text as document
        from pgsync.import_runs as own
        cross join lateral (
            select
                avg(
                    case
                        when listed.state = 'finished' then 1
                        when listed.expected > 0 then least(greatest(listed.done / listed.expected::numeric, 0), 1)
                        else 0
                    end
                ) as share,
                json_agg(
                    json_build_object(
                        'name', listed.stream, 'done', listed.done, 'expected', listed.expected,
                        'failed', listed.failed, 'state', listed.state
                    )
                    order by listed.place
                ) as phases,
                json_object_agg(
                    listed.stream,
                    json_build_object(
                        'total', listed.done, 'new', listed.added, 'updated', listed.updated,
                        'unchanged', listed.unchanged, 'failed', listed.failed
                    )
                ) as results
            from pgsync.import_run_streams as listed
            where listed.job = own.job
        ) as part
        where own.sync_id = any($1::text::uuid[])
        """
}
