import PGSyncRules
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("The orders, posted by their rules", .packs, .timeLimit(.minutes(5)))
struct OrdersPackTests {
    private func post(_ generate: String) async throws -> TestDatabase {
        let database = TestDatabase.current
        let files = try Pack.orders.ruleFiles()
        try await database.session { session in
            try session.transaction {
                let store = RuleStore(session)
                try store.beginChange()
                _ = try store.apply(try store.report(on: files, requiresTables: true).verdict.get())
            }
        }
        try await database.run(generate)
        try await database.run(
            """
            do $$
            begin
                loop
                    exit when (pgsync.process_batch('psql', 500)).claimed = 0;
                end loop;
            end;
            $$
            """
        )
        return database
    }

    /// What each document must come to, calculated from the tables in whole cents, without a rule.
    private static let byHand = """
        select 'market.orders' as source, own.id, own.confirmed_at as moment, own.currency_code, line.account, line.party,
            line.amount
        from market.orders as own
        cross join lateral (
            select 'market:receivable' as account, own.customer_id::text as party, own.total_cents as amount
            union all
            select
                case one ->> 'kind'
                    when 'goods' then 'market:income:goods'
                    when 'books' then 'market:income:books'
                    when 'shipping' then 'market:income:shipping'
                end,
                null, - (one ->> 'unit_cents')::bigint * (one ->> 'quantity')::bigint
            from jsonb_array_elements(own.lines) as one
            union all
            select 'market:vat:standard', null, - (own.tax #>> '{standard,amount}')::bigint
            union all
            select 'market:vat:reduced', null, - (own.tax #>> '{reduced,amount}')::bigint
        ) as line
        where own.status = 'confirmed' and own.deleted_at is null
        union all
        select 'market.invoices', own.id, coalesce(own.sent_at, own.issued_at), own.currency_code, line.*
        from market.invoices as own
        cross join lateral (
            values
            ('market:receivable', own.customer_id::text, own.net_cents + own.tax_cents),
            (own.income_account, null, - own.net_cents),
            ('market:vat:standard', null, - own.tax_cents)
        ) as line (account, party, amount)
        union all
        select 'market.payments', own.id, own.paid_at, own.currency_code, line.*
        from market.payments as own
        cross join lateral (
            select
                case
                    when own.fee_cents is not null then own.fee_cents
                    -- A rate has three decimals, so these are thousandths of a cent.
                    when exact % 1000 > 500 or exact % 1000 = 500 and exact / 1000 % 2 = 1 then exact / 1000 + 1
                    else exact / 1000
                end as fee
            from (values ((own.amount_cents * own.fee_rate * 1000)::bigint)) as thousandths (exact)
        ) as kept
        cross join lateral (
            values
            ('market:' || own.provider, null, own.amount_cents - kept.fee),
            ('market:fees', null, kept.fee),
            ('market:receivable', own.customer_id::text, - own.amount_cents)
        ) as line (account, party, amount)
        where own.deleted_at is null
        union all
        select 'market.refunds', own.id, own.refunded_at, own.currency_code, line.*
        from market.refunds as own
        cross join lateral (
            values
            ('market:returns', null, own.amount_cents - own.tax_cents),
            ('market:vat:standard', null, own.tax_cents),
            ('market:' || own.provider, null, - own.amount_cents)
        ) as line (account, party, amount)
        """

    @Test("are whole, and what was calculated by hand, line by line")
    func byHand() async throws {
        let database = try await post("select market.generate(2000, 5, bad_share => 0)")
        #expect(try await database.run("select count(*) from pgsync.sync_queue") == ["0"])
        let differences = try await database.run(
            """
            with by_hand as (
                select
                    line.source, line.id::text as id,
                    -- Summer time begins and ends at one in the morning in UTC, on the last Sunday of the month.
                    ((line.moment at time zone 'UTC') + case
                        when (line.moment at time zone 'UTC') >= summer.first_moment
                            and (line.moment at time zone 'UTC') < summer.last_moment then interval '2 hours'
                        else interval '1 hour'
                    end)::date as day,
                    line.currency_code, line.account, line.party, line.amount, count(*) as lines
                from (\(Self.byHand)) as line
                cross join lateral (
                    select
                        make_timestamp(year.number, 3, 31 - extract(dow from make_date(year.number, 3, 31))::integer, 1, 0, 0)
                        as first_moment,
                        make_timestamp(year.number, 10, 31 - extract(dow from make_date(year.number, 10, 31))::integer, 1, 0, 0)
                        as last_moment
                    from (values (extract(year from line.moment at time zone 'UTC')::integer)) as year (number)
                ) as summer
                where line.amount <> 0
                group by 1, 2, 3, 4, 5, 6, 7
            ),
            posted as (
                select
                    source.table_name as source, entry.record_id as id, entry.document_date as day, entry.currency,
                    line.account, line.party, line.amount, count(*) as lines
                from ledger.journal_entries as entry
                inner join ledger.journal_lines as line on line.entry_id = entry.id
                inner join pgsync.sources as source on source.source_table = entry.source_table
                group by 1, 2, 3, 4, 5, 6, 7
            )
            (select 'only by hand', by_hand::text from by_hand except select 'only by hand', posted::text from posted)
            union all
            (select 'only posted', posted::text from posted except select 'only posted', by_hand::text from by_hand)
            """
        )
        #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(5))")
        let counts = try await database.run(
            "select concat_ws(' ', currency, count(*) > 500) from ledger.journal_entries group by currency order by 1"
        )
        #expect(counts == ["EUR t", "USD t"])
    }

    @Test("fail where they are bad, with the class, the column and the value")
    func bad() async throws {
        let database = try await post("select market.generate(300, 5, bad_share => 1)")
        let failures = try await database.run(
            """
            select distinct concat_ws(' ', waiting.error_class, pgsync.failure_text(waiting.error_column, waiting.error_message))
            from pgsync.waiting_changes as waiting
            order by 1
            """
        )
        #expect(
            failures == [
                "data.missing confirmed_at is missing",
                "data.type tax.standard is not an object",
                "data.unknown_mode lines.kind: the map market_income has no entry for this value",
                "data.unknown_mode provider: the map market_money has no entry for this value",
                "rule.no_account income_account: the chart has no open account 'market:income:gifts' that needs no party",
                "rule.no_currency currency_code: unknown currency 'XTS'",
                "rule.unbalanced debits and credits differ",
            ]
        )
    }
}
