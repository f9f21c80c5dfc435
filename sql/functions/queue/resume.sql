create or replace function pgsync.resume(source regclass default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if source is null then
        update pgsync.sync_configuration as setting set config_value = 'false' where setting.config_key = 'posting_paused';
    else
        update pgsync.sources as own
        set paused_at = null, paused_by = null
        where own.source_table = resume.source and own.attached;
        if not found then
            raise exception '% is not attached', source
                using errcode = 'undefined_object',
                hint = 'List the attached tables: select table_name from pgsync.sources where attached;';
        end if;
        -- Those that posters met while it was paused; the others were never touched. They get the same time,
        -- and are claimed in the order of their ids.
        update pgsync.sync_queue as queue
        set scheduled_at = statement_timestamp()
        from pgsync.sync_logs as log
        where queue.scheduled_at = 'infinity' and log.id = queue.log_id and log.source_table = resume.source;
    end if;
    perform pgsync.ring_doorbell();
end;
$$;

comment on function pgsync.resume(regclass)
is 'Ends the pause of a table or, if no table is given, the pause of everything.';
