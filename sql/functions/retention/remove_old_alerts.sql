create or replace function pgsync.remove_old_alerts(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from pgsync.sync_alerts as own
    where own.id in (
        select old.id
        from pgsync.sync_alerts as old
        where old.state = 'resolved' and old.resolved_at < remove_old_alerts.before
        limit remove_old_alerts.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    delete from pgsync.alert_notices as own
    where own.id in (
        select old.id
        from pgsync.alert_notices as old
        where old.told_at < remove_old_alerts.before
        limit remove_old_alerts.row_limit - removed
        for update skip locked
    );
    get diagnostics v_count = row_count;
    removed := removed + v_count;
    delete from pgsync.alert_silences as own
    where own.id in (
        select old.id
        from pgsync.alert_silences as old
        where old.ends_at < remove_old_alerts.before
            and not exists (select from pgsync.sync_alerts as alert where alert.silence = old.id)
        limit remove_old_alerts.row_limit - removed
        for update skip locked
    );
    get diagnostics v_count = row_count;
    removed := removed + v_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_alerts(timestamptz, integer)
is 'Removes alerts that were resolved, silences that ended and news that was told before a time.';
