-- A run that failed leaves its items due: it is asked for again after a while, and not at once. Items of a
-- stream that is no longer there are due for ever.
create or replace function pgsync.request_item_retries(rest interval default '10 minutes')
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
        inner join pgsync.import_streams as listed
            on item.subject = listed.import and starts_with(item.item_id, listed.stream || ' ')
        where item.state = 'open' and item.next_attempt_at <= clock_timestamp() and item.kind = 'import'
            and not exists (
                select
                from pgsync.sync_jobs as other
                where other.kind = 'import'
                    and other.subject = item.subject
                    and (
                        other.state in ('pending', 'running', 'waiting')
                        or other.type = 'retry'
                        and other.finished_at > clock_timestamp() - request_item_retries.rest
                        and other.state = 'failed'
                    )
            )
    loop
        perform pgsync.request_import(v_import, 'retry', trigger => 'schedule');
        return next v_import;
    end loop;
end;
$$;

comment on function pgsync.request_item_retries(interval)
is 'Asks for a run of each import that has failed items whose time has come; returns these imports.';
