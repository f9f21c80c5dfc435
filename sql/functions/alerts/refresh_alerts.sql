-- The one place that decides between firing, acknowledged and silenced.
create or replace function pgsync.refresh_alerts(now timestamptz)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := refresh_alerts.now;
begin
    update pgsync.sync_alerts as own
    set
        state = case own.state when 'acknowledged' then 'firing' else own.state end,
        acknowledged_at = null,
        acknowledged_by = null,
        acknowledged_until = null,
        acknowledged_severity = null
    where own.state not in ('pending', 'resolved')
        and (
            own.acknowledged_until <= v_now
            or pgsync.severity_rank(own.severity) > pgsync.severity_rank(own.acknowledged_severity)
        );
    update pgsync.sync_alerts as own
    set
        silence = coalesce(judged.silence, own.silence),
        state = case
            when judged.silence is not null then 'silenced'
            when own.acknowledged_at is not null then 'acknowledged'
            else 'firing'
        end
    from (
        select
            alert.id,
            (
                select quiet.id
                from pgsync.alert_silences as quiet
                where quiet.starts_at <= v_now
                    and quiet.ends_at > v_now
                    and (quiet.kind is null or quiet.kind = alert.kind)
                    and (quiet.source_table is null or quiet.source_table = alert.source_table)
                    and (quiet.class is null or quiet.class = alert.class)
                order by quiet.ends_at desc
                limit 1
            ) as silence
        from pgsync.sync_alerts as alert
        where alert.state not in ('pending', 'resolved')
    ) as judged
    where judged.id = own.id;
end;
$$;

comment on function pgsync.refresh_alerts(timestamptz)
is 'Ends acknowledgements whose time is over or whose alert got worse, and applies silences.';
