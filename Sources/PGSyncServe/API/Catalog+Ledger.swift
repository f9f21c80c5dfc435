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

    private static let entryColumns = """
        select
            own.id as k1, own.id::text as entry, own.entry_date as date, own.document_date, own.swept_from, own.posted_at,
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
            "The lines of an account, oldest first, with what it had before; the balance after each unless a filter hides lines.",
            parameters: spanFilter + [
                Field.text("party").orNull, Field.text("text").orNull, Field.money("min").orNull,
                Field.money("max").orNull, Field.text("currency").orNull,
            ],
            answer: [
                .text("account"), .text("name"), .date("from"), .date("to"),
                .list("opening", [.text("currency"), .money("balance")]), .boolean("filtered"),
                .list("shown", [.text("currency"), .money("debit"), .money("credit")]),
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
            "Journal entries with their lines, newest first.",
            parameters: entryFilter,
            answer: entryFields,
            .pages(
                Statement(
                    entryColumns + """
                         from ledger.entry_details as own
                        where (:from is null or own.entry_date >= :from::date)
                            and (:to is null or own.entry_date <= :to::date)
                            and (:table is null or own.source_table = (
                                select pgsync.table_named(:table)
                            ))
                            and (:record is null or own.record_id = :record)
                            and (:rule is null or own.rule = :rule or starts_with(own.rule, :rule || '@'))
                            and (:purpose is null or own.purpose::text = :purpose)
                            and (:text is null or position(lower(:text) in lower(own.description)) > 0)
                            and (:min is null or own.total >= :min::numeric)
                            and (:max is null or own.total <= :max::numeric)
                            and (
                                :account is null
                                or exists (
                                    select
                                    from ledger.journal_lines as line
                                    where line.entry_id = own.id and line.account = :account
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
            "/ledger/export",
            .read,
            "The entries that match, oldest first, as a file; up to a million lines.",
            parameters: entryFilter + [
                Field.choice("format", JournalExport.Format.allCases.map(\.rawValue)).orNull,
                Field.boolean("totals").orNull, Field.boolean("bom").orNull,
            ],
            answer: [],
            .export
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
                )
            )
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
                    (
                        select coalesce(json_agg(json_build_object('reason', blocker.reason, 'count', blocker.count)), '[]')
                        from (
                            select 'account ' || balance.account || ' is not zero' as reason, 1 as count
                            from ledger.balances_at(upper(own.days) - 1) as balance
                            inner join ledger.accounts as account on balance.account = account.code
                            where account.zero_to_close and balance.amount <> 0 and own.status <> 'closed'
                        ) as blocker
                    ) as blockers
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

        opening as (
            select balance.*
            from span
            cross join lateral ledger.balances_at(span.first_day - 1) as balance
        ),

        movement as (
            select
                line.account, line.currency,
                sum(line.amount) filter (where line.amount > 0) as debits,
                -sum(line.amount) filter (where line.amount < 0) as credits
            from span
            inner join ledger.journal_entries as entry on entry.entry_date between span.first_day and span.last_day
            inner join ledger.journal_lines as line on entry.id = line.entry_id
            group by line.account, line.currency
        ),

        balance as (
            select
                coalesce(opening.account, movement.account) as account,
                coalesce(opening.currency, movement.currency) as currency,
                coalesce(opening.amount, 0) as opening,
                coalesce(movement.debits, 0) as debits,
                coalesce(movement.credits, 0) as credits
            from opening
            full join movement on opening.account = movement.account and opening.currency = movement.currency
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

    private static let lineFilter = """
        (:currency is null or line.currency = :currency)
            and (:party is null or line.party = :party)
            and (:text is null or position(lower(:text) in lower(entry.description)) > 0)
            and (:min is null or abs(line.amount) / 10::numeric ^ currency.exponent >= :min::numeric)
            and (:max is null or abs(line.amount) / 10::numeric ^ currency.exponent <= :max::numeric)
        """

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
            (
                select coalesce(json_agg(total.json order by total.currency), '[]')
                from (
                    select
                        line.currency,
                        json_build_object(
                            'currency', line.currency,
                            'debit', round(
                                coalesce(sum(line.amount) filter (where line.amount > 0), 0)
                                / 10::numeric ^ currency.exponent, currency.exponent
                            )::text,
                            'credit', round(
                                coalesce(-sum(line.amount) filter (where line.amount < 0), 0)
                                / 10::numeric ^ currency.exponent, currency.exponent
                            )::text
                        ) as json
                    from ledger.journal_entries as entry
                    inner join ledger.journal_lines as line on entry.id = line.entry_id
                    inner join ledger.currencies as currency on line.currency = currency.code
                    where entry.entry_date between span.first_day and span.last_day and line.account = own.code
                        and \(lineFilter)
                    group by line.currency, currency.exponent
                ) as total
            ) as shown
        from ledger.accounts as own
        cross join span
        where own.code = :code
        """
    )

    private static let statementLines = """
        with span as (
            \(span)
        ),

        before as materialized (
            select own.currency, own.amount
            from span
            cross join lateral ledger.balances_at(span.first_day - 1) as own
            where own.account = :code
        ),

        moved as (
            select
                entry.entry_date, entry.id, line.line, entry.description, line.party, line.currency, line.amount,
                currency.exponent, entry.source_table, entry.record_id,
                sum(line.amount) over (
                    partition by line.currency order by entry.entry_date, entry.id, line.line
                ) + coalesce(before.amount, 0) as balance
            from span
            inner join ledger.journal_entries as entry on entry.entry_date between span.first_day and span.last_day
            inner join ledger.journal_lines as line on entry.id = line.entry_id
            inner join ledger.currencies as currency on line.currency = currency.code
            left join before on line.currency = before.currency
            where line.account = :code and \(lineFilter)
        )

        select
            own.entry_date as k1, own.id as k2, own.line as k3, own.entry_date as date, own.id::text as entry, own.line,
            own.description, own.party, own.currency,
            case when own.amount > 0 then round(own.amount / 10::numeric ^ own.exponent, own.exponent)::text end as debit,
            case when own.amount < 0 then round(-own.amount / 10::numeric ^ own.exponent, own.exponent)::text end as credit,
            case when not \(hides) then round(own.balance / 10::numeric ^ own.exponent, own.exponent)::text end as balance,
            case when own.source_table is not null then pgsync.qualified_name(own.source_table) end as table,
            own.record_id as record
        from moved as own
        """
}
