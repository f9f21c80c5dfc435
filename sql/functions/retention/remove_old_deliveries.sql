create or replace function pgsync.remove_old_deliveries(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.alert_deliveries as own
    where own.id in (
        select old.id
        from pgsync.alert_deliveries as old
        where old.ended_at < remove_old_deliveries.before
        order by old.ended_at
        limit remove_old_deliveries.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_deliveries(timestamptz, integer)
is 'Removes messages to channels that were delivered or given up before a time.';
