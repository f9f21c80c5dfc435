-- The snapshots of balances are the sums of all entries that their boundary includes, whenever these are
-- read. So the lines are added up in steps, and compared at the end with the snapshots of the first step.
create or replace function pgsync.verify_books(job bigint, start jsonb, row_limit bigint)
returns table (row_count bigint, next jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_position jsonb := start;
    v_after bigint;
    v_through bigint;
    v_count bigint;
    v_sums jsonb;
    v_found record;
begin
    if v_position ->> 'boundary' is null then
        for v_found in
            select inspected.*
            from ledger.inspect_safeguards() as inspected
        loop
            perform pgsync.note_difference(
                job, 'journal', v_found.finding || ': ' || v_found.found, detail => v_found.found,
                remedy => case v_found.finding
                    when 'safeguard_off' then 'pgsync migrate restores it; find out who turned it off'
                end
            );
        end loop;
        select
            jsonb_build_object(
                'after', 0,
                'sums', '{}'::jsonb,
                'boundary', mark.boundary,
                'included_through', mark.included_through,
                'balances', (
                    select coalesce(jsonb_object_agg(balance.key, balance.amount), '{}')
                    from (
                        select
                            jsonb_build_array(summed.account, summed.currency)::text as key,
                            sum(summed.amount) as amount
                        from ledger.balance_snapshots as summed
                        where summed.span = 'year'
                        group by summed.account, summed.currency
                    ) as balance
                )
            )
        into v_position
        from ledger.balance_mark as mark
        inner join pg_control_system() as control on mark.system_identifier = control.system_identifier;
        -- Snapshots of another server, before a restore, count for nothing.
        if not found then
            return query select 1::bigint, null::jsonb;
            return;
        end if;
    end if;

    v_after := (v_position ->> 'after')::bigint;
    select count(*), max(entry.id)
    into v_count, v_through
    from (
        select own.id
        from ledger.journal_entries as own
        where own.id > v_after
        order by own.id
        limit row_limit
    ) as entry;
    select coalesce(jsonb_object_agg(added.key, added.amount), '{}')
    into v_sums
    from (
        select part.key, sum(part.amount) as amount
        from (
            select jsonb_build_array(line.account, line.currency)::text as key, sum(line.amount) as amount
            from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on line.entry_id = entry.id
            where entry.id > v_after
                and entry.id <= v_through
                and line.entry_id > v_after
                and line.entry_id <= v_through
                and (
                    entry.id <= (v_position ->> 'included_through')::bigint
                    or pg_visible_in_snapshot(entry.xid, (v_position ->> 'boundary')::pg_snapshot)
                )
            group by line.account, line.currency
            union all
            select earlier.key, earlier.value::numeric
            from jsonb_each_text(v_position -> 'sums') as earlier
        ) as part
        group by part.key
    ) as added;
    if v_count = row_limit then
        return query select v_count, v_position || jsonb_build_object('after', v_through, 'sums', v_sums);
        return;
    end if;

    for v_found in
        select
            coalesce(summed.key, counted.key)::jsonb ->> 0 as account,
            coalesce(counted.value, '0') as by_lines,
            coalesce(summed.value, '0') as by_snapshots
        from jsonb_each_text(v_sums) as counted
        full join jsonb_each_text(v_position -> 'balances') as summed on summed.key = counted.key
        where coalesce(counted.value, '0')::numeric <> coalesce(summed.value, '0')::numeric
    loop
        perform pgsync.note_difference(
            job,
            'balance',
            format(
                'wrong_balance: account %s: the lines add up to %s, the snapshots to %s',
                v_found.account, v_found.by_lines, v_found.by_snapshots
            ),
            detail => v_found.account,
            -- In this order: the mark keeps others from taking a snapshot meanwhile.
            remedy => 'begin; update ledger.balance_mark set boundary = ''1:1:'', included_through = 0; '
            || 'delete from ledger.balance_snapshots; select ledger.take_snapshot(); commit;'
        );
    end loop;
    return query select v_count, null::jsonb;
end;
$$;

comment on function pgsync.verify_books(bigint, jsonb, bigint)
is 'Records which safeguards of the ledger are off, and which balances are not the sum of their lines.';
