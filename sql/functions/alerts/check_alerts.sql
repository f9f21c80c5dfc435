-- Checks take turns. What is not observed is neither raised nor resolved; nor is a share of failures while
-- nothing is posted, because then nothing fails.
create or replace function pgsync.check_alerts(
    now timestamptz default clock_timestamp(),
    checker text default null
)
returns table (kind text, severity text, alerts bigint)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := check_alerts.now;
    v_for constant interval := make_interval(secs => pgsync.configuration_integer('alert_for_seconds'));
    v_keep constant interval := make_interval(secs => pgsync.configuration_integer('alert_keep_seconds'));
    v_facts pgsync.alert_condition[];
    v_blind text[];
begin
    perform from pgsync.alert_check as own for update;
    v_facts := array(
        select fact from pgsync.alert_facts(v_now) as fact where fact.kind <> 'CHECKER_SILENT'
    );
    v_blind := array(select fact.kind from unnest(v_facts) as fact where not fact.is_observed);
    if pgsync.configuration_boolean('posting_paused')
        or exists (select from unnest(v_facts) as fact where fact.kind = 'SYSTEM_DOWN' and fact.is_observed)
    then
        v_blind := array_append(v_blind, 'SYNC_FAILURES');
    end if;

    insert into pgsync.sync_alerts as own (
        kind, source_table, table_name, class, severity, value, threshold, unit, words, remedy, since, inhibited_by,
        first_seen_at, last_seen_at
    )
    select distinct on (fact.kind, coalesce(fact.source_table, 0::oid), coalesce(fact.class, ''))
        fact.kind, fact.source_table, source.table_name, fact.class, fact.severity, fact.value, fact.threshold,
        fact.unit, fact.words, fact.remedy, fact.since, fact.inhibited_by, v_now, v_now
    from unnest(v_facts) as fact
    left join pgsync.sources as source on fact.source_table = source.source_table
    where fact.is_observed
    order by
        fact.kind, coalesce(fact.source_table, 0::oid), coalesce(fact.class, ''),
        pgsync.severity_rank(fact.severity) desc
    on conflict (kind, coalesce(source_table, 0::oid), coalesce(class, '')) where state <> 'resolved' do update
    set
        table_name = excluded.table_name,
        severity = excluded.severity,
        value = excluded.value,
        threshold = excluded.threshold,
        unit = excluded.unit,
        words = excluded.words,
        remedy = excluded.remedy,
        since = excluded.since,
        inhibited_by = excluded.inhibited_by,
        seen = own.seen + 1,
        last_seen_at = v_now,
        gone_at = null;

    update pgsync.sync_alerts as own
    set gone_at = case when own.kind <> all(v_blind) then coalesce(own.gone_at, v_now) end
    where own.state <> 'resolved' and own.last_seen_at < v_now;
    delete from pgsync.sync_alerts as own
    where own.state = 'pending' and v_now - own.gone_at >= v_for;
    update pgsync.sync_alerts as own
    set state = 'firing', raised_at = v_now
    where own.state = 'pending'
        and own.gone_at is null
        and (own.severity = 'critical' or v_now - own.first_seen_at >= v_for);
    update pgsync.sync_alerts as own
    set state = 'resolved', resolved_at = v_now
    where own.state not in ('pending', 'resolved') and v_now - own.gone_at >= v_keep;

    perform pgsync.refresh_alerts(v_now);
    perform pgsync.tell_alerts(v_now);
    update pgsync.alert_check as own
    set
        checked_at = v_now,
        checked_by = left(coalesce(check_alerts.checker, session_user), 200),
        problems = array(
            select fact.kind || ': ' || fact.words from unnest(v_facts) as fact where not fact.is_observed
        );

    return query
    select own.kind, own.severity, count(*)
    from pgsync.sync_alerts as own
    where own.state = 'firing' and own.inhibited_by is null
    group by own.kind, own.severity
    order by own.kind, own.severity;
end;
$$;

comment on function pgsync.check_alerts(timestamptz, text)
is 'Compares what is wrong now with the alerts: raises, resolves and tells; returns how many fire.';
