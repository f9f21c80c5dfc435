-- A trial balance says what was debited and credited, not only the difference; so the snapshots keep the
-- debits, too, and the credits follow. The sums are made before the table is locked, for what the mark
-- includes; meanwhile no snapshot is taken.
do $$
declare
    v_spans text[];
    v_days date[];
    v_accounts text[];
    v_currencies text[];
    v_debits numeric[];
begin
    perform from ledger.balance_mark as mark for update;

    with day as (
        select
            entry.entry_date,
            line.account,
            line.currency,
            sum(line.amount) as amount
        from ledger.balance_mark as mark
        inner join ledger.journal_entries as entry
            on
                entry.xid < pg_snapshot_xmin(mark.boundary)
                or pg_visible_in_snapshot(entry.xid, mark.boundary)
                or mark.included_through >= entry.id
        inner join ledger.journal_lines as line on entry.id = line.entry_id and line.amount > 0
        group by entry.entry_date, line.account, line.currency
    ),

    debit as (
        select
            span.name as span,
            date_trunc(span.name, day.entry_date::timestamp)::date as first_day,
            day.account,
            day.currency,
            sum(day.amount) as amount
        from day
        cross join (values ('year'), ('month'), ('day')) as span (name)
        group by span.name, date_trunc(span.name, day.entry_date::timestamp)::date, day.account, day.currency
    )

    select
        array_agg(debit.span),
        array_agg(debit.first_day),
        array_agg(debit.account),
        array_agg(debit.currency),
        array_agg(debit.amount)
    into v_spans, v_days, v_accounts, v_currencies, v_debits
    from debit;

    -- Not null without a default, so that a program that does not know it fails rather than leaves it out.
    alter table ledger.balance_snapshots add column debits numeric not null default 0;
    alter table ledger.balance_snapshots alter column debits drop default;

    update ledger.balance_snapshots as summed
    set debits = debit.amount
    from unnest(v_spans, v_days, v_accounts, v_currencies, v_debits)
        as debit (span, first_day, account, currency, amount)
    where
        summed.span = debit.span
        and summed.first_day = debit.first_day
        and summed.account = debit.account
        and summed.currency = debit.currency;
end;
$$;

comment on column ledger.balance_snapshots.debits is 'The debits alone; the credits are these less amount.';
