create or replace function pgsync.request_item_retries()
returns setof text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_import text;
begin
    for v_import in
        select distinct item.subject
        from pgsync.sync_failed_items as item
        inner join pgsync.endpoints as own on item.subject = own.name and own.paused_at is null
        where item.state = 'open' and item.next_attempt_at <= clock_timestamp() and item.kind = 'import'
            and not exists (
                select
                from pgsync.sync_jobs as active
                where active.kind = 'import'
                    and active.subject = item.subject
                    and active.state in ('pending', 'running', 'waiting')
            )
    loop
        perform pgsync.request_import(v_import, 'retry', trigger => 'schedule');
        return next v_import;
    end loop;
end;
$$;

comment on function pgsync.request_item_retries()
is 'Asks for a run of each import that has failed items whose time has come; returns these imports.';
