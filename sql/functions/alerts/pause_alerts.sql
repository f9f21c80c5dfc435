create or replace function pgsync.pause_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'PAUSED_TOO_LONG',
    paused.source_table,
    null,
    'medium',
    round(extract(epoch from as_of - paused.since)),
    60 * paused.minutes,
    'seconds',
    format(
        '%s has been paused for %s, by %s',
        case when paused.source_table is null then 'everything' else 'the table' end,
        pgsync.duration_words(as_of - paused.since), paused.by
    ),
    'pgsync resume' || coalesce(' ' || paused.source_table::text, ''),
    paused.since,
    null,
    true
from (
    select
        paused.*,
        pgsync.configuration_integer('alert_paused_minutes') as minutes
    from (
        select own.source_table, own.paused_at as since, own.paused_by as by
        from pgsync.sources as own
        where own.attached and own.paused_at is not null
        union all
        select null, setting.updated_at, setting.updated_by
        from pgsync.sync_configuration as setting
        where setting.config_key = 'posting_paused' and setting.config_value = 'true'
    ) as paused
) as paused
where as_of - paused.since > make_interval(mins => paused.minutes::integer);
$$;

comment on function pgsync.pause_alerts(timestamptz)
is 'The alerts PAUSED_TOO_LONG.';
