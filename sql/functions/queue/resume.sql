create or replace function pgsync.resume(source regclass default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_last_id bigint;
begin
    if source is null then
        update pgsync.sync_configuration as setting set config_value = 'false' where setting.config_key = 'posting_paused';
    else
        update pgsync.sources as own
        set paused_at = null, paused_by = null
        where own.source_table = resume.source and own.attached;
        if not found then
            raise exception '% is not attached', source
                using errcode = 'undefined_object', hint = 'select table_name from pgsync.sources; lists what is.';
        end if;
        select max(log.id) into v_last_id from pgsync.sync_logs as log;
        -- Those that were met while it was paused; the others were never touched. A microsecond apart, they
        -- are taken in their order.
        update pgsync.sync_queue as queue
        set scheduled_at = statement_timestamp() - make_interval(secs => (v_last_id - queue.log_id) / 1e6)
        from pgsync.sync_logs as log
        where queue.scheduled_at = 'infinity' and log.id = queue.log_id and log.source_table = resume.source;
    end if;
    perform pgsync.ring_doorbell();
end;
$$;

comment on function pgsync.resume(regclass)
is 'Ends a pause: of a table, or without a table the pause of everything.';
