create or replace function pgsync.pause(source regclass default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if source is null then
        update pgsync.sync_configuration as setting set config_value = 'true' where setting.config_key = 'posting_paused';
        return;
    end if;
    update pgsync.sources as own
    set paused_at = coalesce(own.paused_at, clock_timestamp()), paused_by = coalesce(own.paused_by, pgsync.actor())
    where own.source_table = pause.source and own.attached;
    if not found then
        raise exception '% is not attached', source
            using errcode = 'undefined_object',
            hint = 'List the attached tables: select table_name from pgsync.sources where attached;';
    end if;
end;
$$;

comment on function pgsync.pause(regclass)
is 'Makes the changes of a table wait, or all changes if no table is given; capture continues.';
