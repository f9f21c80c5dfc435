-- How many changes ended how of late, and minute by minute in the last quarter of an hour.
set search_path to pg_catalog, pg_temp;

select
    recent.outcome,
    recent.last_minute,
    recent.is_minute_capped as or_more,
    recent.last_hour,
    recent.is_hour_capped as or_more_in_the_hour
from pgsync.recent_outcomes() as recent;

select
    date_trunc('minute', attempt.recorded_at) as minute,
    count(*) filter (where attempt.outcome = 'posted') as posted,
    count(*) filter (where attempt.outcome = 'amended') as amended,
    count(*) filter (where attempt.outcome = 'reversed') as reversed,
    count(*) filter (where attempt.outcome in ('unchanged', 'superseded', 'skipped')) as needless,
    count(*) filter (where attempt.outcome = 'failed') as failed,
    round(avg(extract(epoch from attempt.duration) * 1000), 1) as milliseconds
from pgsync.sync_audit_log as attempt
where attempt.recorded_at > now() - interval '15 minutes'
group by minute
order by minute desc;
