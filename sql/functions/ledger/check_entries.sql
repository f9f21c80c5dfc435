-- Runs once per statement, when both the entries and their lines are inserted. Its plans are made once, often
-- while the tables are still empty: the journal is accessed by key, in an order that the planner cannot
-- reverse, and the settings keep it from scanning tables. It runs as the owner, to lock periods: closing a
-- period waits for postings into it, and later postings find it closed.
create or replace function ledger.check_entries()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_found record;
begin
    select
        entry.id,
        entry.idempotency_key,
        entry.xid <> pg_current_xact_id()
        or entry.posted_at <> now()
        or entry.posted_by <> session_user as is_forged
    into v_found
    from new_entries as entry
    left join lateral (
        select own.entry_id
        from ledger.journal_lines as own
        where own.entry_id = entry.id and own.line = 1
        offset 0
    ) as line on true
    where entry.xid <> pg_current_xact_id()
        or entry.posted_at <> now()
        or entry.posted_by <> session_user
        or line.entry_id is null
    limit 1;

    if found then
        if v_found.is_forged then
            raise exception 'entry % has a posted_by, posted_at or xid that is not its own', v_found.id
                using errcode = 'PL012',
                detail = format('Its key is %s.', v_found.idempotency_key),
                hint = 'Leave xid, posted_at and posted_by at their defaults.';
        end if;
        raise exception 'entry % has no lines', v_found.id
            using errcode = 'PL003',
            detail = format('Its key is %s.', v_found.idempotency_key),
            hint = 'Insert an entry and all its lines in one statement.';
    end if;

    perform
    from ledger.periods as period
    where period.status <> 'closed'
        and period.days && (
            select daterange(min(entry.entry_date), max(entry.entry_date), '[]')
            from new_entries as entry
        )
    order by lower(period.days)
    for share;

    select
        used.entry_date,
        used.currency,
        used.id,
        currency.code is null as is_of_no_currency,
        coalesce(period.status, 'none') as status
    into v_found
    from (
        select
            entry.entry_date,
            entry.currency,
            entry.purpose in ('manual', 'closing') as is_by_people,
            min(entry.id) as id
        from new_entries as entry
        group by 1, 2, 3
    ) as used
    left join ledger.periods as period on period.days @> used.entry_date
    left join ledger.currencies as currency on currency.code = used.currency
    where currency.code is null
        or not coalesce(period.status = 'open' or (period.status = 'closing' and used.is_by_people), false)
    limit 1;

    if found and v_found.is_of_no_currency then
        raise exception 'unknown currency %', quote_literal(v_found.currency)
            using errcode = 'PL008',
            detail = format('Entry %s and perhaps others.', v_found.id),
            hint = 'List the currencies: select code, name from ledger.currencies;';
    elsif found then
        raise exception 'no entry can be posted on %: %',
            v_found.entry_date,
            case v_found.status when 'none' then 'the day is in no period' else 'its period is ' || v_found.status end
            using errcode = 'PL005',
            detail = format('Entry %s and perhaps others.', v_found.id),
            hint = 'List the periods: select name, days, status from ledger.periods order by days;';
    end if;

    select entry.id, entry.reverses, original.id is null as is_unknown, entry.purpose, original.purpose as original_purpose
    into v_found
    from new_entries as entry
    left join lateral (
        select own.id, own.purpose
        from ledger.journal_entries as own
        where own.id = entry.reverses
        offset 0
    ) as original on true
    where entry.reverses is not null
        and (
            original.id is null
            or original.id = entry.id
            or (original.purpose = 'reversal') <> (entry.purpose = 'reinstatement')
            or array(
                select row(own.line, own.account, -own.amount, own.currency, own.party, own.dimensions)
                from ledger.journal_lines as own
                where own.entry_id = entry.id
                order by own.line
            ) <> array(
                select row(own.line, own.account, own.amount, own.currency, own.party, own.dimensions)
                from ledger.journal_lines as own
                where own.entry_id = original.id
                order by own.line
            )
        )
    limit 1;

    if found then
        case
            when v_found.is_unknown then
                raise exception 'entry % reverses entry %, which does not exist', v_found.id, v_found.reverses
                    using errcode = 'PL009';
            when (v_found.original_purpose = 'reversal') <> (v_found.purpose = 'reinstatement') then
                raise exception 'entry % is a % of entry %, which is %a reversal',
                    v_found.id,
                    v_found.purpose,
                    v_found.reverses,
                    case v_found.original_purpose when 'reversal' then '' else 'not ' end
                    using errcode = 'PL009',
                    hint = 'The reversal of a reversal is a reinstatement.';
            else
                raise exception 'entry % does not mirror entry %, which it reverses', v_found.id, v_found.reverses
                    using errcode = 'PL009',
                    hint = 'Each line must repeat the original line of the same number with the opposite amount.';
        end case;
    end if;
    return null;
end;
$$;

comment on function ledger.check_entries()
is 'Refuses entries without lines, outside open periods or with a false author, and wrong reversals.';
