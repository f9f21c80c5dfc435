create or replace function pgsync.inspect_ranges()
returns table (finding text, severity text, found text, remedy text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
    -- The statement is composed with regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_table text;
    v_end record;
    v_left record;
    v_is_used boolean;
    v_ahead bigint;
begin
    foreach v_table in array array['sync_audit_log', 'sync_logs']
    loop
        select own.* into v_left from pgsync.cut_bound(v_table) as own;
        if v_left.is_urgent then
            return query select
                'bound_left',
                'problem',
                format('a cut of pgsync.%s was not finished: soon it refuses ids, from %s on', v_table, v_left.bound),
                'pgsync migrate    (and check that a worker runs: it moves the bound)';
        end if;
        v_end := pgsync.open_end(v_table);
        if not v_end.is_separate then
            return query select
                'not_cut',
                'warning',
                format('pgsync.%s is not kept in ranges yet, so nothing of it can be dropped', v_table),
                'pgsync migrate';
            continue;
        end if;
        execute format('select exists (select from %s)', v_end.part) into v_is_used;
        if v_is_used then
            return query select
                'open_end_used',
                'problem',
                format('the open end of pgsync.%s has rows: no range was ready for them', v_table),
                'pgsync migrate    (and check that a worker runs: it makes the ranges)';
        end if;
        select count(*)
        into v_ahead
        from pgsync.id_ranges as made
        where made.table_name = v_table and made.from_id > pgsync.last_id() and made.state = 'kept';
        if v_ahead < 2 then
            return query select
                'few_ranges',
                'problem',
                format('%s of pgsync.%s %s ready', case v_ahead
                when 0 then 'no range' else 'only 1 range' end, v_table, 'is'),
                'select pgsync.make_ranges();    (a worker does it; check that one runs)';
        end if;
    end loop;
end;
$$;

comment on function pgsync.inspect_ranges()
is 'What is wrong with the ranges of ids, and how to fix it; no rows when all is well.';
