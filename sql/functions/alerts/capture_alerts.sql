create or replace function pgsync.capture_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'CAPTURE_BYPASS',
    own.source_table,
    own.finding,
    case when bool_or(own.severity = 'problem') then 'critical' else 'medium' end,
    count(*)::numeric,
    0,
    'findings',
    string_agg(own.found, '; ' order by own.found),
    min(own.remedy),
    null::timestamptz,
    null,
    true
from pgsync.inspect_capture() as own
where own.severity in ('problem', 'warning')
group by own.source_table, own.finding
union all
select
    'CAPTURE_BYPASS',
    missed.source_table,
    'not_captured',
    'high',
    count(*),
    0,
    'rows',
    format('%s rows were never captured', count(*)),
    'pgsync verify --heal --dry-run; pgsync doctor says whether capture works now',
    min(missed.first_seen_at),
    null,
    true
from (
    select open.source_table, open.first_seen_at
    from pgsync.sync_differences as open
    where open.state <> 'gone' and open.state <> 'healed' and open.state <> 'accepted'
        and open.kind = 'not_captured'
        and open.first_seen_at <= as_of
    limit 10000
) as missed
group by missed.source_table;
$$;

comment on function pgsync.capture_alerts(timestamptz)
is 'The alerts CAPTURE_BYPASS: what is wrong with capture, and rows that verifications found uncaptured.';
