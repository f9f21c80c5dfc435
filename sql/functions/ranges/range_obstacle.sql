-- Of a range that is not dropped. The age of its newest row is known exactly only once its totals are
-- computed; before, a look at the rows with the highest ids tells most. Where there is a chain, it must have
-- all rows of a range of the audit log, and its totals, or a verification would miss the rows.
create or replace function pgsync.range_obstacle(id_range pgsync.id_ranges)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
    -- The statement is composed with %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_days constant bigint := pgsync.configuration_integer(
        case id_range.table_name when 'sync_logs' then 'retention_days' else 'audit_retention_days' end
    );
    v_newest timestamptz;
begin
    if id_range.until_id > pgsync.last_id() + 1 then
        return 'current';
    end if;
    if id_range.table_name = 'sync_audit_log'
        and exists (
            select
            from pgsync.id_ranges as log
            where log.table_name = 'sync_logs'
                and log.state <> 'dropped'
                and log.from_id < id_range.until_id
                and log.until_id > id_range.from_id
        )
    then
        return 'logged';
    end if;
    execute format(
        'select max(latest.at) from (select own.%I as at from pgsync.%I as own order by own.%I desc limit 1000) as latest',
        case id_range.table_name when 'sync_logs' then 'captured_at' else 'recorded_at' end, id_range.range_name,
        case id_range.table_name when 'sync_logs' then 'id' else 'log_id' end
    ) into v_newest;
    if greatest(v_newest, id_range.newest_at) > now() - make_interval(days => v_days::integer) then
        return 'young';
    elsif exists (
        select
        from pgsync.sync_queue as queue
        where queue.log_id >= id_range.from_id and queue.log_id < id_range.until_id
    ) then
        return 'unfinished';
    elsif exists (
        select
        from pgsync.range_totals as total
        where total.range_name = id_range.range_name and total.outcome = 'lost'
    ) then
        return 'lost';
    elsif id_range.table_name = 'sync_logs'
        and exists (
            select
            from pgsync.sources as source
            inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
            where source.attached
                and source.counted ? 'triggers'
                and (source.counted ->> 'log_id')::bigint < id_range.until_id - 1
        )
    then
        return 'counted';
    elsif id_range.table_name = 'sync_logs'
        and exists (select from pgsync.sources as source where source.synced)
        and id_range.until_id - 1 > (
            select tick.last_log_id
            from pgsync.version_fold as fold
            inner join pgsync.ticks as tick on fold.folded_through = tick.id
        )
    then
        return 'unfolded';
    elsif id_range.table_name = 'sync_audit_log'
        and id_range.state = 'frozen'
        and exists (select from pgsync.audit_chain)
        and (
            not pgsync.is_range_chained(id_range.range_name)
            or pgsync.count_chained(id_range.from_id, id_range.until_id) <> id_range.row_count
        )
    then
        return 'unchained';
    end if;
    return null;
end;
$$;

comment on function pgsync.range_obstacle(pgsync.id_ranges)
is 'Why a range cannot be dropped yet, in a word of Retention.md; null if it can.';
