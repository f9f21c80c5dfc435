-- A number alone says little: a thousand changes are nothing where thirty thousand are posted a second. So
-- age counts, by table, and growth, by the samples of the last minutes; while a table is paused, growth says
-- nothing.
create or replace function pgsync.queue_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
with setting as (
    select
        pgsync.configuration_integer('alert_queue_age_seconds') as age,
        pgsync.configuration_integer('alert_threshold_queue_size') as size,
        pgsync.configuration_integer('alert_growth_minutes')::integer as minutes
),

size as (
    select
        queue.changes,
        (array_agg(own.queue_size order by own.starts_at))[1] as first_size,
        max(own.queue_size) as highest
    from setting
    cross join pgsync.queue_size(least(setting.size * 4, 20000)::integer) as queue
    inner join pgsync.sync_system_health as own
        on
            own.span = 'minute'
            and own.queue_size is not null
            and own.starts_at >= as_of - make_interval(mins => setting.minutes + 1)
            and own.starts_at < as_of
    where not exists (select from pgsync.sources as source where source.paused_at is not null)
    group by queue.changes
)

select
    'QUEUE_BACKUP',
    ready.source_table,
    null,
    case when waited.seconds > 5 * setting.age then 'high' else 'medium' end,
    round(waited.seconds, 1),
    setting.age::numeric,
    'seconds',
    format('the oldest change has been ready for %s', pgsync.duration_words(as_of - ready.ready_at)),
    'pgsync status    (are workers busy, or do they wait for a lock?)',
    ready.ready_at,
    null,
    true
from setting
cross join pgsync.ready_changes(2000, as_of) as ready
cross join lateral (select extract(epoch from as_of - ready.ready_at) as seconds) as waited
where waited.seconds > setting.age
union all
select
    'QUEUE_BACKUP',
    null,
    'growth',
    'medium',
    size.changes,
    setting.size,
    'changes',
    format('%s changes are unfinished, %s minutes ago it was %s', size.changes, setting.minutes, size.first_size),
    'pgsync worker --posters N    (more posters, if the server has processors to spare)',
    null,
    null,
    true
from setting
cross join size
where size.changes > setting.size
    and size.changes >= 1.5 * size.first_size
    and size.changes >= size.highest;
$$;

comment on function pgsync.queue_alerts(timestamptz)
is 'The alerts QUEUE_BACKUP: a table whose changes wait too long, or a queue that grows.';
