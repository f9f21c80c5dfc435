-- News is told by group. The first waits for what follows it at once; later ones keep a distance, and what
-- was told is repeated only after long. An alert that got worse is news, one that got better is not.
create or replace function pgsync.tell_alerts(now timestamptz)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := tell_alerts.now;
    v_wait constant interval := make_interval(secs => pgsync.configuration_integer('alert_group_wait_seconds'));
    v_pause constant interval := make_interval(secs => pgsync.configuration_integer('alert_group_interval_seconds'));
    v_repeat constant interval := make_interval(mins => pgsync.configuration_integer('alert_repeat_minutes')::integer);
    v_group record;
begin
    -- Nobody needs to know the end of what is silenced.
    update pgsync.sync_alerts as own
    set end_told_at = v_now
    where own.told_at is not null
        and own.end_told_at is null
        and own.state = 'resolved'
        and exists (
            select from pgsync.alert_silences as quiet
            where quiet.id = own.silence and quiet.starts_at <= v_now and quiet.ends_at > v_now
        );

    insert into pgsync.alert_groups (group_key)
    select distinct own.group_key
    from pgsync.sync_alerts as own
    where own.state = 'firing' and own.inhibited_by is null
    on conflict on constraint alert_groups_pkey do nothing;

    for v_group in
        select own.group_key, own.told_at, own.thread, own.changed_at, news.*
        from pgsync.alert_groups as own
        cross join lateral (
            select
                count(*) filter (where alert.is_new) as new,
                count(*) filter (where alert.is_over) as over,
                count(*) filter (where not alert.is_over and alert.told_at is not null) as left_told,
                count(*) filter (where alert.fires) as firing
            from (
                select
                    every.told_at,
                    every.state = 'firing' and every.inhibited_by is null as fires,
                    every.state = 'firing' and every.inhibited_by is null and (
                        every.told_severity is null
                        or pgsync.severity_rank(every.severity) > pgsync.severity_rank(every.told_severity)
                    ) as is_new,
                    every.state = 'resolved' as is_over
                from pgsync.sync_alerts as every
                where every.group_key = own.group_key
                    and (every.state <> 'resolved' or (every.told_at is not null and every.end_told_at is null))
            ) as alert
        ) as news
        order by own.group_key
    loop
        if v_group.new + v_group.over = 0 then
            if v_group.firing > 0 and v_now - v_group.told_at >= v_repeat then
                perform pgsync.tell_group(v_group.group_key, 'repeated', v_now);
            elsif v_group.left_told + v_group.firing = 0 then
                delete from pgsync.alert_groups as own where own.group_key = v_group.group_key;
            else
                update pgsync.alert_groups as own
                set changed_at = null
                where own.group_key = v_group.group_key and own.changed_at is not null;
            end if;
        elsif v_now >= greatest(coalesce(v_group.changed_at, v_now) + v_wait, v_group.told_at + v_pause) then
            perform pgsync.tell_group(
                v_group.group_key,
                case
                    when v_group.told_at is null then 'raised'
                    when v_group.new + v_group.left_told = 0 then 'resolved'
                    else 'changed'
                end,
                v_now
            );
        elsif v_group.changed_at is null then
            update pgsync.alert_groups as own set changed_at = v_now where own.group_key = v_group.group_key;
        end if;
    end loop;
end;
$$;

comment on function pgsync.tell_alerts(timestamptz)
is 'Decides which groups of alerts there is news of, and whether it is time to tell it.';
