-- It adds exactly what the new boundary includes and the old one does not, so nothing is ever summed twice or
-- omitted, whatever the order of commits.
create or replace function ledger.take_snapshot()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_here constant bigint := (select control.system_identifier from pg_control_system() as control);
    v_mark ledger.balance_mark;
    v_boundary pg_snapshot;
    v_anew boolean;
    v_count bigint;
begin
    -- One at a time.
    select mark.* into v_mark from ledger.balance_mark as mark for update;
    v_anew := v_mark.system_identifier <> v_here;
    if v_anew then
        -- Restored from another server, whose transaction numbers mean nothing here. Nobody posts meanwhile.
        lock table ledger.journal_entries in share row exclusive mode;
        delete from ledger.balance_snapshots;
        v_mark.boundary := '1:1:';
        v_mark.included_through := 0;
    end if;

    v_boundary := pgsync.running_snapshot();

    -- Looked up as in ledger.balances_at.
    with entry as materialized (
        select entry.id, entry.entry_date
        from ledger.journal_entries as entry
        where entry.xid >= pg_snapshot_xmin(v_mark.boundary)
            and not pg_visible_in_snapshot(entry.xid, v_mark.boundary)
            and entry.id + 0 > v_mark.included_through
            and (coalesce(v_anew, false) or pg_visible_in_snapshot(entry.xid, v_boundary))
    ),

    fresh as (
        select
            entry.entry_date,
            line.account,
            line.currency,
            sum(line.amount) as amount,
            sum(greatest(line.amount, 0)) as debits
        from entry
        cross join lateral (
            select own.account, own.currency, own.amount
            from ledger.journal_lines as own
            where own.entry_id = entry.id
            offset 0
        ) as line
        group by entry.entry_date, line.account, line.currency
    ),

    summed as (
        insert into ledger.balance_snapshots as present (span, first_day, account, currency, amount, debits)
        select
            span.name,
            date_trunc(span.name, fresh.entry_date::timestamp)::date as first_day,
            fresh.account,
            fresh.currency,
            sum(fresh.amount) as amount,
            sum(fresh.debits) as debits
        from fresh
        cross join (values ('year'), ('month'), ('day')) as span (name)
        group by 1, 2, 3, 4
        on conflict on constraint balance_snapshots_pkey
        do update set amount = present.amount + excluded.amount, debits = present.debits + excluded.debits
        returning present.span
    ),

    marked as (
        update ledger.balance_mark as mark
        set
            boundary = v_boundary,
            included_through = case
                when v_anew then (select coalesce(max(entry.id), 0) from ledger.journal_entries as entry)
                else mark.included_through
            end,
            system_identifier = v_here,
            taken_at = clock_timestamp(),
            taken_by = session_user
    )

    select count(*) into v_count from summed;
    return v_count;
end;
$$;

comment on function ledger.take_snapshot()
is 'Updates the balance snapshots, or rebuilds them after a restore; returns how many sums changed.';
