// Long because each statement stands beside what it answers.
import PGSyncLedger

extension Catalog {
    private static let lineFields: [Field] = [
        .text("account"), Field.money("debit").orNull, Field.money("credit").orNull,
        Field.text("party").orNull,
        Field.any("dimensions").orNull,
    ]

    /// What entries and their export are chosen by.
    private static let entryFilter =
        spanFilter + [
            Field.text("account").orNull, tableFilter, Field.text("record").orNull,
            Field.text("rule").orNull,
            Field.choice("purpose", ["posting", "reversal", "manual", "opening", "closing"]).orNull,
            Field.text("text").orNull, Field.money("min").orNull, Field.money("max").orNull,
        ]

    private static let entryFields: [Field] = [
        .id("entry"), .date("date"), Field.date("document_date").orNull, Field.date("swept_from").orNull,
        .time("posted_at"), .text("posted_by"), .text("purpose"), Field.text("description").orNull,
        .text("currency"),
        .money("total"), Field.id("reverses").orNull, Field.id("reversed_by").orNull,
        Field.text("table").orNull,
        Field.text("record").orNull, Field.id("change").orNull, Field.text("rule").orNull,
        Field.text("correlation_id").orNull, .list("lines", lineFields),
    ]

    private static let entryColumns = "select own.entry_date as k1, own.id as k2, " + entryFieldColumns

    static let entryFieldColumns = """
        own.id::text as entry, own.entry_date as date, own.document_date, own.swept_from, own.posted_at,
            own.posted_by, own.purpose, own.description, own.currency, own.total::text as total,
            own.reverses::text as reverses, own.reversed_by::text as reversed_by,
            case when own.source_table is not null then pgsync.qualified_name(own.source_table) end as table,
            own.record_id as record, own.change_id::text as change, own.rule, own.correlation_id, own.lines
        """

    private static let spanFilter: [Field] = [Field.date("from").orNull, Field.date("to").orNull]

    private static let span = """
        select
            coalesce(:from::date, (select min(lower(own.days)) from ledger.periods as own), current_date) as first_day,
            coalesce(:to::date, current_date) as last_day
        """

    static let ledger: [Endpoint] = [
        Endpoint(
            .get,
            "/ledger/trial-balance",
            .read,
            "For each account: what it had before the span, what was debited and credited in it, and what it has after.",
            parameters: spanFilter + [Field.text("currency").orNull, Field.boolean("zero").orNull],
            answer: [
                .date("from"), .date("to"),
                .list(
                    "accounts",
                    [
                        .text("account"), .text("name"), .text("type"), .text("currency"),
                        .money("opening_debit"),
                        .money("opening_credit"), .money("debits"), .money("credits"),
                        .money("closing_debit"),
                        .money("closing_credit"),
                    ]
                ),
                .list(
                    "totals",
                    [
                        .text("currency"), .money("opening_debit"), .money("opening_credit"),
                        .money("debits"),
                        .money("credits"), .money("closing_debit"), .money("closing_credit"),
                        .boolean("balanced"),
                    ]
                ),
            ],
            .row(trialBalance)
        ),
        Endpoint(
            .get,
            "/ledger/accounts",
            .read,
            "The chart of accounts.",
            answer: [
                .text("account"), .text("name"), .text("type"), .boolean("contra"), .text("normal_side"),
                Field.text("parent").orNull, .boolean("party_required"), .boolean("zero_to_close"),
                .boolean("active"),
            ],
            .rows(
                """
                select own.code as account, own.name, own.type, own.contra, own.normal_side, own.parent,
                    own.party_required, own.zero_to_close, own.active
                from ledger.accounts as own
                order by own.code
                """
            )
        ),
        Endpoint(
            .get,
            "/ledger/accounts/{code}/statement",
            .read,
            "The lines of an account, oldest first, with what it had before; the balance after each unless a filter hides lines, and then the sums of what is shown, unless that is among very many.",
            parameters: spanFilter + [
                Field.text("party").orNull, Field.text("text").orNull, Field.money("min").orNull,
                Field.money("max").orNull, Field.text("currency").orNull,
            ],
            answer: [
                .text("account"), .text("name"), .date("from"), .date("to"),
                .list("opening", [.text("currency"), .money("balance")]), .boolean("filtered"),
                Field.list("shown", [.text("currency"), .money("debit"), .money("credit")]).orNull,
                .list(
                    "lines",
                    [
                        .date("date"), .id("entry"), .count("line"), Field.text("description").orNull,
                        Field.text("party").orNull, .text("currency"), Field.money("debit").orNull,
                        Field.money("credit").orNull, Field.money("balance").orNull,
                        Field.text("table").orNull,
                        Field.text("record").orNull,
                    ]
                ),
            ],
            .framed(statementFrame, "lines", Statement(statementLines), keys: ["date", "bigint", "smallint"])
        ),
        Endpoint(
            .get,
            "/ledger/entries",
            .read,
            "Journal entries with their lines, by their dates, newest first.",
            parameters: entryFilter,
            answer: entryFields,
            .pages(
                Statement(
                    entryColumns + """
                         from ledger.entry_ids(
                            :from::date, :to::date, :account, :table, :record, :rule, :purpose, :text, :min::numeric,
                            :max::numeric, :place::date, :second_place::bigint, :is_backward::boolean, :page_size::integer
                        ) as listed (id)
                        inner join ledger.entry_details as own on listed.id = own.id
                        """
                ),
                keys: ["date", "bigint"],
                isAscending: false
            ),
            site: siteEntries
        ),
        Endpoint(
            .get,
            "/ledger/export",
            .read,
            "The entries that match, oldest first, as a file; up to a million lines.",
            parameters: entryFilter + [
                Field.choice("format", JournalExport.Format.allCases.map(\.rawValue)).orNull,
                Field.boolean("totals").orNull, Field.boolean("bom").orNull,
            ],
            answer: [],
            .export,
            look: "export ledger"
        ),
        Endpoint(
            .get,
            "/ledger/entries/{id}",
            .read,
            "One entry.",
            answer: entryFields + [.text("idempotency_key"), Field.id("chain_block").orNull],
            .row(
                Statement(
                    entryColumns + """
                        , own.idempotency_key,
                            (
                                select block.seq::text
                                from pgsync.audit_chain as block
                                where block.kind = 'entry' and block.part = own.id >> 14 and own.id::text = any(block.keys)
                                limit 1
                            ) as chain_block
                        from ledger.entry_details as own
                        where own.id = :id::bigint
                        """
                ),
                near: """
                    (select own.id::text from ledger.journal_entries as own where own.id < :id::bigint order by own.id desc limit 2)
                    union all
                    (select own.id::text from ledger.journal_entries as own where own.id > :id::bigint order by own.id limit 2)
                    """
            ),
            site: siteEntry
        ),
        Endpoint(
            .get,
            "/ledger/currencies",
            .read,
            "The currencies, and how many digits follow the point.",
            answer: [.text("currency"), .text("name"), .count("exponent")],
            .rows(
                "select own.code as currency, own.name, own.exponent from ledger.currencies as own order by own.code"
            )
        ),
        Endpoint(
            .get,
            "/ledger/periods",
            .read,
            "The periods, newest first, and what keeps each from being closed.",
            answer: [
                .text("period"), .date("from"), .date("until"),
                .choice("state", ["open", "closing", "closed"]),
                Field.time("closed_at").orNull, Field.text("closed_by").orNull,
                Field.text("reopened_because").orNull,
                .list("blockers", [.text("reason"), .count("count")]),
            ],
            .rows(
                """
                select
                    own.name as period, lower(own.days) as from, upper(own.days) - 1 as until, own.status as state,
                    own.closed_at, own.closed_by,
                    (
                        select history.reason
                        from ledger.period_history as history
                        where history.period = own.name and history.reason is not null
                        order by history.id desc
                        limit 1
                    ) as reopened_because,
                    case
                        -- Closed ones have none, and without such an account there is nothing to add up.
                        when own.status <> 'closed' and exists (select from ledger.accounts as account where account.zero_to_close)
                            then (
                                select coalesce(json_agg(json_build_object('reason', blocker.reason, 'count', blocker.count)), '[]')
                                from (
                                    select 'account ' || balance.account || ' is not zero' as reason, 1 as count
                                    from ledger.balances_at(upper(own.days) - 1) as balance
                                    inner join ledger.accounts as account on balance.account = account.code
                                    where account.zero_to_close and balance.amount <> 0
                                ) as blocker
                            )
                        else '[]'
                    end as blockers
                from ledger.periods as own
                order by lower(own.days) desc
                """
            )
        ),
        period(
            "start-closing",
            "The first step of closing: only manual and closing entries are taken.",
            "closing",
            "ledger.start_closing(:period)"
        ),
        period("close", "The second step: nothing more is posted.", "closed", "ledger.close_period(:period)"),
        Endpoint(
            .post,
            "/ledger/periods/{period}/reopen",
            .admin,
            "Opens a period again, for a reason; confirmed by a token.",
            body: [.text("reason")],
            answer: [.text("period"), .text("state")],
            .act(
                Act(
                    name: "reopen period",
                    statement: """
                        select own.name as period, 'open' as state, ledger.reopen_period(own.name, :reason) as done
                        from ledger.periods as own
                        where own.name = :period
                        """,
                    object: "period",
                    isConfirmed: { _ in true },
                    nothing: .notFound
                )
            )
        ),
    ]

    private static func period(_ verb: String, _ summary: String, _ state: String, _ call: String) -> Endpoint
    {
        Endpoint(
            .post,
            "/ledger/periods/{period}/\(verb)",
            .admin,
            summary,
            body: [Field.text("reason").orNull],
            answer: [.text("period"), .text("state")],
            .act(
                Act(
                    name: "\(verb) period",
                    statement: Statement(
                        """
                        select own.name as period, '\(state)' as state, \(call) as done
                        from ledger.periods as own
                        where own.name = :period
                        """
                    ),
                    object: "period",
                    nothing: .notFound
                )
            )
        )
    }

    private static let trialBalance = Statement(
        """
        with span as (
            \(span)
        ),

        balance as (
            select
                reached.account, reached.currency,
                coalesce(opening.amount, 0) as opening,
                reached.debits - coalesce(opening.debits, 0) as debits,
                reached.debits - coalesce(opening.debits, 0) - reached.amount + coalesce(opening.amount, 0) as credits
            from span
            -- The sum up to a day includes all accounts and currencies of earlier days.
            cross join lateral ledger.turnover_at(greatest(span.last_day, span.first_day - 1)) as reached
            left join (
                select before.*
                from span
                cross join lateral ledger.turnover_at(span.first_day - 1) as before
            ) as opening
                on reached.account = opening.account and reached.currency = opening.currency
        ),

        shown as (
            select
                account.code as account, account.name, account.type, currency.code as currency, currency.exponent,
                balance.opening, balance.debits, balance.credits, balance.opening + balance.debits - balance.credits as closing
            from balance
            inner join ledger.accounts as account on balance.account = account.code
            inner join ledger.currencies as currency on balance.currency = currency.code
            where (:currency is null or currency.code = :currency)
                and (
                    coalesce(:zero, '0') in ('1', 'true')
                    or (balance.opening, balance.debits, balance.credits) is distinct from (0, 0, 0)
                )
        )

        select
            span.first_day as from,
            span.last_day as to,
            (
                select coalesce(
                    json_agg(
                        json_build_object(
                            'account', own.account, 'name', own.name, 'type', own.type, 'currency', own.currency,
                            'opening_debit', round(greatest(own.opening, 0) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'opening_credit', round(greatest(-own.opening, 0) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'debits', round(own.debits / 10::numeric ^ own.exponent, own.exponent)::text,
                            'credits', round(own.credits / 10::numeric ^ own.exponent, own.exponent)::text,
                            'closing_debit', round(greatest(own.closing, 0) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'closing_credit', round(greatest(-own.closing, 0) / 10::numeric ^ own.exponent, own.exponent)::text
                        )
                        order by own.account, own.currency
                    ),
                    '[]'
                )
                from shown as own
            ) as accounts,
            (
                select coalesce(json_agg(total.json order by total.currency), '[]')
                from (
                    select
                        own.currency,
                        json_build_object(
                            'currency', own.currency,
                            'opening_debit', round(sum(greatest(own.opening, 0)) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'opening_credit', round(sum(greatest(-own.opening, 0)) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'debits', round(sum(own.debits) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'credits', round(sum(own.credits) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'closing_debit', round(sum(greatest(own.closing, 0)) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'closing_credit', round(sum(greatest(-own.closing, 0)) / 10::numeric ^ own.exponent, own.exponent)::text,
                            'balanced', sum(own.opening) = 0 and sum(own.debits) = sum(own.credits)
                        ) as json
                    from shown as own
                    group by own.currency, own.exponent
                ) as total
            ) as totals
        from span
        """
    )

    private static let hides =
        "(:party is not null or :text is not null or :min is not null or :max is not null)"

    private static let statementFrame = Statement(
        """
        with span as (
            \(span)
        )

        select
            own.code as account, own.name, span.first_day as from, span.last_day as to,
            (
                select coalesce(
                    json_agg(
                        json_build_object(
                            'currency', before.currency,
                            'balance', round(before.amount / 10::numeric ^ currency.exponent, currency.exponent)::text
                        )
                        order by before.currency
                    ),
                    '[]'
                )
                from ledger.balances_at(span.first_day - 1) as before
                inner join ledger.currencies as currency on before.currency = currency.code
                where before.account = own.code and (:currency is null or before.currency = :currency)
            ) as opening,
            \(hides) as filtered,
            case
                when \(hides) then (
                    select case
                        when count(*) = count(line.currency) then coalesce(
                            json_agg(
                                json_build_object(
                                    'currency', line.currency, 'debit', ledger.amount_text(line.debits, line.currency),
                                    'credit', ledger.amount_text(line.credits, line.currency)
                                )
                                order by line.currency
                            ),
                            '[]'
                        )
                    end
                    from ledger.statement_sums(
                        own.code, span.first_day, span.last_day, :currency, :party, :text, :min::numeric, :max::numeric
                    ) as line
                )
                else (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'currency', reached.currency,
                                'debit', ledger.amount_text(reached.debits - coalesce(before.debits, 0), reached.currency),
                                'credit', ledger.amount_text(
                                    reached.debits - coalesce(before.debits, 0) - reached.amount + coalesce(before.amount, 0),
                                    reached.currency
                                )
                            )
                            order by reached.currency
                        ) filter (
                            where (reached.debits, reached.amount)
                                is distinct from (coalesce(before.debits, 0), coalesce(before.amount, 0))
                        ),
                        '[]'
                    )
                    from ledger.turnover_at(greatest(span.last_day, span.first_day - 1)) as reached
                    left join ledger.turnover_at(span.first_day - 1) as before
                        on reached.account = before.account and reached.currency = before.currency
                    where reached.account = own.code and (:currency is null or reached.currency = :currency)
                )
            end as shown
        from ledger.accounts as own
        cross join span
        where own.code = :code
        """
    )

    private static let statementLines = """
        with span as (
            \(span)
        ),

        moved as (
            select own.*, currency.exponent
            from span
            cross join lateral ledger.statement_lines(
                :code, span.first_day, span.last_day, :place::date, :second_place::bigint, :third_place::smallint,
                :is_backward::boolean, :page_size::integer, :currency, :party, :text, :min::numeric, :max::numeric
            ) as own
            inner join ledger.currencies as currency on own.currency = currency.code
        )

        select
            own.entry_date as k1, own.entry_id as k2, own.line as k3, own.entry_date as date, own.entry_id::text as entry,
            own.line, own.description, own.party, own.currency,
            case when own.amount > 0 then round(own.amount / 10::numeric ^ own.exponent, own.exponent)::text end as debit,
            case when own.amount < 0 then round(-own.amount / 10::numeric ^ own.exponent, own.exponent)::text end as credit,
            round(own.balance / 10::numeric ^ own.exponent, own.exponent)::text as balance,
            case when own.source_table is not null then pgsync.qualified_name(own.source_table) end as table,
            own.record_id as record
        from moved as own
        """
}
