-- How old the transactions of others are, only members of pg_read_all_stats may see; but everybody sees their
-- numbers, and samples tell which number came next and when. On an idle server, where numbers do not grow,
-- that shows nothing, but then there are no old rows either.
create or replace function pgsync.horizon_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
with setting as (
    select make_interval(mins => pgsync.configuration_integer('alert_horizon_minutes')::integer) as patience
),

sampled as (
    select own.next_xid::xid as next_xid, own.sampled_at
    from setting
    cross join pgsync.sync_system_health as own
    where own.span = 'minute'
        and own.next_xid is not null
        and own.starts_at <= as_of - setting.patience - interval '1 minute'
        and own.sampled_at <= as_of - setting.patience
    order by own.starts_at desc
    limit 1
),

holder as (
    select
        'session' as class,
        coalesce(
            activity.xact_start,
            case
                when age(coalesce(activity.backend_xmin, activity.backend_xid)) > age(sampled.next_xid)
                    then sampled.sampled_at
            end
        ) as since,
        age(coalesce(activity.backend_xid, activity.backend_xmin)) as held,
        format(
            'process %s of %I%s', activity.pid, coalesce(activity.usename, 'nobody'),
            coalesce(format(' (%s)', left(nullif(activity.application_name, ''), 100)), '')
        ) as name,
        format('select pg_terminate_backend(%s);', activity.pid) as release
    from pg_catalog.pg_stat_activity as activity
    left join sampled on true
    where (activity.backend_xmin is not null or activity.backend_xid is not null)
        and activity.usesysid is not null
        and coalesce(activity.backend_type, 'client backend') in ('client backend', 'walsender')
    union all
    select
        'prepared',
        prepared.prepared,
        age(prepared.transaction),
        format('the prepared transaction %L of %I', left(prepared.gid, 100), prepared.owner),
        format('rollback prepared %L;', prepared.gid)
    from pg_catalog.pg_prepared_xacts as prepared
),

oldest as (
    select distinct on (holder.class) holder.*
    from holder
    where holder.since is not null
    order by holder.class asc, holder.since asc, holder.held desc
)

select
    'HORIZON_HELD',
    null::regclass,
    oldest.class,
    'medium',
    round(extract(epoch from as_of - oldest.since)),
    extract(epoch from setting.patience),
    'seconds',
    format('%s has been open for at least %s', oldest.name, pgsync.duration_words(as_of - oldest.since)),
    oldest.release,
    oldest.since,
    null,
    true
from oldest
cross join setting
where as_of - oldest.since >= setting.patience
union all
-- Of a slot, nothing tells the time; but nobody advances one that is not active.
select
    'HORIZON_HELD',
    null,
    'slot',
    'medium',
    slots.number,
    0,
    'slots',
    format('nobody reads the replication slot %L, which keeps old rows', left(slots.name, 100)),
    format('select pg_drop_replication_slot(%L);    (if nobody will)', slots.name),
    null,
    null,
    true
from (
    select count(*) as number, min(slot.slot_name::text) as name
    from pg_catalog.pg_replication_slots as slot
    where not slot.active and not slot.temporary and (slot.xmin is not null or slot.catalog_xmin is not null)
) as slots
where slots.number > 0;
$$;

comment on function pgsync.horizon_alerts(timestamptz)
is 'The alerts HORIZON_HELD: the oldest session, prepared transaction or slot that keeps old rows.';
