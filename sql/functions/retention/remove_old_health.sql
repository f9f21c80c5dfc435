create or replace function pgsync.remove_old_health(
    spans text[],
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_system_health as own
    where (own.span, own.starts_at, own.worker) in (
        select old.span, old.starts_at, old.worker
        from pgsync.sync_system_health as old
        where old.span = any(spans) and old.starts_at < remove_old_health.before
        limit remove_old_health.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_health(text[], timestamptz, integer)
is 'Removes figures of spans that started before a time.';
