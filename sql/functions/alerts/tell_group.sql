-- Channels carry it to people; here it is kept. What no channel took was not told: it is tried again, and
-- kept once. The end is as severe as what was told, so that it comes to all who know of the beginning. Of a
-- channel's own failure, they learn from the body which one to leave out.
create or replace function pgsync.tell_group(group_key text, event text, now timestamptz)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := tell_group.now;
    v_thread bigint;
    v_first_id bigint;
    v_first pgsync.sync_alerts;
    v_count bigint;
    v_ids bigint[];
    v_words text;
    v_severity text;
    v_subject text;
    v_body jsonb;
    v_problem text;
    v_channels integer := 0;
    v_failed boolean := false;
    v_last pgsync.alert_notices;
begin
    select
        array_agg(own.id order by own.id),
        count(*),
        string_agg(
            concat_ws(' ', own.severity, own.table_name, own.class) || ': ' || own.words
            || case when own.state = 'resolved' then ' (resolved)' else '' end,
            E'\n' order by pgsync.severity_rank(own.severity) desc, own.id
        ),
        (array_agg(told.severity order by pgsync.severity_rank(told.severity) desc))[1],
        (array_agg(own.id order by own.state = 'resolved', pgsync.severity_rank(own.severity) desc, own.id))[1]
    into v_ids, v_count, v_words, v_severity, v_first_id
    from pgsync.sync_alerts as own
    cross join lateral (
        select case when own.state = 'resolved' then own.told_severity else own.severity end as severity
    ) as told
    where own.group_key = tell_group.group_key
        and (
            (own.state = 'firing' and own.inhibited_by is null)
            or (own.state = 'resolved' and own.told_at is not null and own.end_told_at is null)
        );
    if v_count = 0 then
        return;
    end if;
    select own.* into v_first from pgsync.sync_alerts as own where own.id = v_first_id;
    select coalesce(own.thread, v_first.id)
    into v_thread
    from pgsync.alert_groups as own
    where own.group_key = tell_group.group_key;

    v_subject := left(
        concat_ws(
            ' ',
            case tell_group.event when 'resolved' then 'resolved:' else v_severity || ':' end,
            v_first.kind, v_first.table_name, v_first.class,
            case when v_count > 1 then format('and %s more', v_count - 1) end
        ),
        200
    );
    v_body := jsonb_strip_nulls(jsonb_build_object(
        'kind', v_first.kind,
        'table', v_first.table_name,
        'class', v_first.class,
        'words', left(v_words, 2000),
        'remedy', case when v_first.state <> 'resolved' then v_first.remedy end,
        'since', coalesce(v_first.since, v_first.first_seen_at),
        'channel', case when v_first.kind = 'DELIVERY_FAILED' then v_first.class end
    ));
    begin
        v_channels := pgsync.queue_delivery(v_thread, tell_group.event, v_severity, v_subject, v_body);
        if v_channels = 0 then
            v_problem := 'no enabled channel takes news of this kind and severity';
        end if;
    exception
        when others then
            v_problem := left(sqlerrm, 500);
            v_failed := true;
    end;

    select own.*
    into v_last
    from pgsync.alert_notices as own
    where own.group_key = tell_group.group_key
    order by own.id desc
    limit 1;
    if v_last.problem = v_problem and v_last.alerts = v_ids and v_last.event = tell_group.event then
        update pgsync.alert_notices as own set told_at = v_now where own.id = v_last.id;
    else
        insert into pgsync.alert_notices (told_at, group_key, event, severity, subject, body, thread, alerts, problem)
        values (
            v_now, tell_group.group_key, tell_group.event, v_severity, v_subject, v_body, v_thread, v_ids, v_problem
        );
    end if;
    -- Where nobody is left to be told of the end, or again, that is all.
    if v_failed or (v_channels = 0 and tell_group.event in ('raised', 'changed')) then
        update pgsync.alert_groups as own set changed_at = v_now where own.group_key = tell_group.group_key;
        return;
    end if;
    update pgsync.sync_alerts as own
    set
        told_at = case when own.state = 'resolved' or v_channels = 0 then own.told_at else v_now end,
        told_severity = case
            when own.state <> 'resolved'
                and pgsync.severity_rank(own.severity) > coalesce(pgsync.severity_rank(own.told_severity), 0)
                then own.severity
            else own.told_severity
        end,
        end_told_at = case when own.state = 'resolved' then v_now end
    where own.id = any(v_ids);
    if tell_group.event = 'resolved' then
        delete from pgsync.alert_groups as own where own.group_key = tell_group.group_key;
    else
        update pgsync.alert_groups as own
        set told_at = v_now, changed_at = null, thread = v_thread
        where own.group_key = tell_group.group_key;
    end if;
end;
$$;

comment on function pgsync.tell_group(text, text, timestamptz)
is 'Tells the news of a group of alerts: keeps it, and hands it to the channels.';
