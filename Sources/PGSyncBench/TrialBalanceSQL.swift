/// The journal that is made, and what balances are compared with: plain SQL, to be read and believed.
enum TrialBalanceSQL {
    static let linesPerEntry = 5
    static let accounts = 200
    /// Three years, up to 2026-12-31.
    static let days = 1_096

    static let preparation = """
        select ledger.import_chart(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'code', (1000 + number)::text,
                        'name', 'Account ' || number,
                        'type', (array['asset', 'liability', 'equity', 'income', 'expense'])[1 + number % 5]
                    )
                )
                from generate_series(0, \(accounts - 1)) as number
            )
        );

        select ledger.open_period('All', '2024-01-01', '2026-12-31');
        """

    /// Posts entries `$1` to `$2` of `$3`: five lines each on accounts all over the chart, one in five in USD, on days
    /// that move on with the entries but go back by up to a month, as bills do that come late.
    static let posting = """
        with source as materialized (
            select
                nextval('ledger.journal_entries_id_seq') as id,
                number,
                greatest(
                    date '2024-01-01',
                    date '2024-01-01' + (number * \(days - 1) / $3)::integer - (number * 7919 % 31)::integer
                ) as day,
                case when number % 5 = 0 then 'USD' else 'INR' end as currency
            from generate_series($1::bigint, $2::bigint) as number
        ),

        entry as (
            insert into ledger.journal_entries (
                id, entry_date, document_date, purpose, currency, idempotency_key, input_hash, description
            )
            select id, day, day, 'posting', currency, 'bench ' || number, '\\x01', 'Bill ' || number
            from source
        )

        insert into ledger.journal_lines (entry_id, line, account, amount, currency)
        select
            source.id,
            line.number,
            (1000 + (source.number * 31 + line.number * 57) % \(accounts))::text,
            case line.number
                when 5 then -(10 + 4 * (source.number * 104729 % 1000003))
                else line.number + source.number * 104729 % 1000003
            end,
            source.currency
        from source
        cross join generate_series(1, \(linesPerEntry)) as line (number)
        """

    /// What the trial balance has to be, by adding up every line there is.
    static let plainSum = """
        select line.account, line.currency, sum(line.amount) as amount
        from ledger.journal_entries as entry
        inner join ledger.journal_lines as line on line.entry_id = entry.id
        where entry.entry_date <= $1::date
        group by line.account, line.currency
        """

    static let trialBalance = "select account, currency, amount from ledger.trial_balance_at($1::date)"

    /// How many accounts differ between the two, and whether the debits and credits of each currency are equal.
    static let comparison = """
        with ours as (\(trialBalance)),
        theirs as (\(plainSum))

        select
            (
                select count(*) from ours
                full join theirs on theirs.account = ours.account and theirs.currency = ours.currency
                where ours.amount is distinct from theirs.amount
            ) as different,
            (select count(*) from ours) as balances,
            coalesce((select bool_and(total = 0) from (select sum(amount) as total from ours group by currency) as t), true)
            as is_balanced
        """
}
