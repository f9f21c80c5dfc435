-- The audit log can only be read by time from the beginning of a span, so a busy span is shortened until it
-- can be read whole.
create or replace function pgsync.recent_failures(as_of timestamptz, most integer default 20000)
returns table (source_table regclass, error_class text, failed bigint, attempts bigint, span interval)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_window constant interval := make_interval(
        mins => pgsync.configuration_integer('alert_window_minutes')::integer
    );
    v_span interval;
    v_count bigint;
begin
    foreach v_span in array array[v_window, least(v_window, '1 minute'), '5 seconds', '1 second'] loop
        select count(*)
        into v_count
        from (
            select
            from pgsync.sync_audit_log as audit
            where audit.recorded_at > as_of - v_span and audit.recorded_at <= as_of
            limit most + 1
        ) as seen;
        exit when v_count <= most;
    end loop;

    return query
    with counted as materialized (
        select audit.source_table, audit.error_class, count(*) as number
        from (
            select own.source_table, own.error_class
            from pgsync.sync_audit_log as own
            where own.recorded_at > as_of - v_span and own.recorded_at <= as_of
            limit most
        ) as audit
        group by audit.source_table, audit.error_class
    )
    select counted.source_table, counted.error_class, counted.number, whole.number::bigint, v_span
    from counted
    inner join (
        select every.source_table, sum(every.number) as number from counted as every group by every.source_table
    ) as whole on counted.source_table = whole.source_table
    where counted.error_class is not null;
end;
$$;

comment on function pgsync.recent_failures(timestamptz, integer)
is 'For each table and failure class, how many of the recent attempts failed, and over which span.';
