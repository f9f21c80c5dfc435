-- One step for a transaction of its own, since each may fail without the others: the next ids of the oldest
-- range that may go are counted, or it is dropped. Dropping locks out writers for a moment, the parent first,
-- as they lock it: not while a transaction holds it up, and never waiting for long. Whether to try again is
-- up to the caller.
create or replace function pgsync.drop_range_step(
    out state text,
    out range_name text,
    out row_count bigint,
    out bytes bigint,
    out has_more boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '150ms'
set jit = off
as $$
    -- The statements are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_until constant timestamptz := clock_timestamp() + interval '1 second';
    v_range pgsync.id_ranges;
    v_parent regclass;
    v_part regclass;
    v_end record;
begin
    has_more := false;
    row_count := 0;
    if not pg_try_advisory_xact_lock(1886876531, 6 /* ranges */) then
        state := 'busy';
        return;
    end if;
    select made.*
    into v_range
    from pgsync.id_ranges as made
    where made.state <> 'dropped' and pgsync.range_obstacle(made) is null
    order by made.table_name = 'sync_audit_log', made.from_id
    limit 1;
    if not found then
        state := 'done';
        return;
    end if;
    range_name := v_range.range_name;
    v_parent := format('pgsync.%I', v_range.table_name)::regclass;
    v_part := format('pgsync.%I', v_range.range_name)::regclass;

    if v_range.state <> 'frozen' then
        if v_range.frozen_through is null then
            -- Nobody writes there any more, except a transaction that began long ago.
            begin
                execute format('lock table only %s in share mode nowait', v_part);
            exception when lock_not_available then
                state := 'busy';
                return;
            end;
        end if;
        loop
            row_count := row_count + pgsync.freeze_step(v_range);
            select own.* into v_range from pgsync.id_ranges as own where own.range_name = v_range.range_name;
            exit when v_range.state = 'frozen' or clock_timestamp() > v_until;
        end loop;
        state := v_range.state;
        has_more := true;
        return;
    end if;

    v_end := pgsync.open_end(v_range.table_name);
    if pgsync.lasting_locks(array[v_parent, v_part, v_end.part]) > 0 then
        state := 'busy';
        return;
    end if;
    bytes := pg_total_relation_size(v_part);
    begin
        execute format('lock table only %s in access exclusive mode', v_parent);
        execute format('lock table only %s, only %s in access exclusive mode', v_end.part, v_part);
    exception when lock_not_available then
        state := 'busy';
        return;
    end;
    if pgsync.range_obstacle(v_range) is not null then
        state := 'busy';
        return;
    end if;
    update pgsync.id_ranges as own
    set
        state = 'dropped',
        dropped_at = clock_timestamp(),
        dropped_by = session_user,
        bytes = drop_range_step.bytes,
        inserted = pg_stat_get_tuples_inserted(v_part)
    where own.range_name = v_range.range_name;
    execute format('drop table %s', v_part);
    state := 'dropped';
    row_count := v_range.row_count;
    has_more := true;
end;
$$;

comment on function pgsync.drop_range_step()
is 'Takes the next step of dropping ranges that are old enough; the state says which, busy or done.';
