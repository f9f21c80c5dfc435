// Long because each statement stands beside what it answers.

/// What another text of a rule would post differently: a job, whose result is kept with its age.
extension Catalog {
    private static let diffFields: [Field] = [
        .id("job"), .text("rule"), Field.date("since").orNull, Field.date("until").orNull, .text("state"),
        Field.count("done").orNull, Field.count("expected").orNull, .texts("candidates"), .count("records"),
        .count("differing"), .count("failures_before"), .count("failures_after"), .count("left_out"),
        .text("requested_by"), .time("requested_at"), Field.time("finished_at").orNull,
        Field.text("error_message").orNull,
    ]

    private static let diffSQL = """
        select
            own.job as k1, own.job::text as job, own.rule, own.since, own.until, state.state, state.done, state.expected,
            coalesce(own.candidates, '{}') as candidates, own.records, own.differing, own.failures_before,
            own.failures_after, own.left_out, state.requested_by, state.requested_at, state.finished_at,
            state.error_message
        """

    static let ruleDiffs: [Endpoint] = [
        Endpoint(
            .get,
            "/rule-diffs",
            .read,
            "Comparisons of other texts of rules with what is in force, newest first.",
            parameters: [Field.text("rule").orNull],
            answer: diffFields,
            .pages(
                Statement(
                    diffSQL + """
                         from pgsync.rule_diffs as own
                        inner join pgsync.job_states as state on own.job = state.id
                        where :rule is null or own.rule = :rule
                        """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .post,
            "/rule-diffs",
            // A text of somebody's own can put any captured column into what it would post.
            .images,
            "Asks a worker to compare a text of a rule, or a version that was applied, with what is in force. Nothing is changed.",
            body: [
                .text("rule"), Field.count("version").orNull, Field.text("text").orNull,
                Field.date("since").orNull,
                Field.date("until").orNull, Field.text("reason").orNull,
            ],
            answer: [.id("job")],
            .act(
                Act(
                    name: "start rule diff",
                    statement: """
                        select pgsync.request_rule_diff(:rule, given.text, :since::date, :until::date)::text as job
                        from (
                            select
                                case
                                    when :text is not null then :text
                                    else (
                                        select known.content
                                        from pgsync.rules as known
                                        where known.name = :rule and known.version = :version::integer
                                    )
                                end as text
                        ) as given
                        where given.text is not null and (:text is null or :version is null)
                        """,
                    object: "rule",
                    status: 202,
                    location: "rule-diffs/",
                    nothing: .unprocessable,
                    whenNothing: "give a version that was applied, or a text"
                )
            )
        ),
        Endpoint(
            .get,
            "/rule-diffs/{id}",
            .read,
            "One of them: for each account, what it has by the rules in force, what it would have, and the difference.",
            answer: diffFields + [
                .text("text"),
                .list(
                    "sums",
                    [
                        .text("account"), Field.text("name").orNull, .text("currency"), .money("before"),
                        .money("after"),
                        .money("difference"),
                    ]
                ),
            ],
            .row(
                Statement(
                    diffSQL + """
                        , own.content as text,
                            (
                                select coalesce(
                                    json_agg(
                                        json_build_object(
                                            'account', listed.account, 'name', account.name, 'currency', listed.currency,
                                            'before', ledger.amount_text(listed.before, listed.currency),
                                            'after', ledger.amount_text(listed.after, listed.currency),
                                            'difference',
                                            ledger.amount_text(listed.after - listed.before, listed.currency)
                                        )
                                        order by listed.currency, listed.account
                                    ),
                                    '[]'
                                )
                                from pgsync.rule_diff_sums as listed
                                left join ledger.accounts as account on listed.account = account.code
                                where listed.job = own.job
                            ) as sums
                        from pgsync.rule_diffs as own
                        inner join pgsync.job_states as state on own.job = state.id
                        where own.job = :id::bigint
                        """
                )
            )
        ),
        Endpoint(
            .get,
            "/rule-diffs/{id}/records",
            .images,
            "The first thousand records that would be posted differently, by both sides; each look is recorded.",
            answer: [.text("table"), .text("record"), .any("before"), .any("after")],
            .pages(
                """
                select
                    own.number as k1, own.table_name as table, own.record_id as record, own.before, own.after
                from pgsync.rule_diff_records as own
                where own.job = :id::bigint
                """,
                keys: ["bigint"],
                isAscending: true
            ),
            look: "look at rule diff"
        ),
    ]
}
