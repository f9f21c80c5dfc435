create or replace view pgsync.system_health as
select
    own.span,
    own.starts_at,
    nullif(own.worker, 0) as worker,
    own.samples,
    own.queue_size,
    own.oldest_seconds,
    own.captured,
    own.posted,
    own.without_entry,
    own.failed,
    latency.p50,
    latency.p95,
    latency.p99
from pgsync.sync_system_health as own
cross join lateral pgsync.latency_percentiles(own.latency) as latency;

comment on view pgsync.system_health
is 'Figures of each worker and minute, and of all workers by hour and day, with percentiles of latency.';

comment on column pgsync.system_health.span is 'minute, hour or day.';
comment on column pgsync.system_health.starts_at
is 'When the span starts. A span without a row was not observed.';
comment on column pgsync.system_health.worker is 'The number of the worker; null for all.';
comment on column pgsync.system_health.samples is 'How many samples it is made of.';
comment on column pgsync.system_health.queue_size
is 'Unfinished changes at its end; for hours and days, the highest.';
comment on column pgsync.system_health.oldest_seconds
is 'The age of the oldest waiting change at its end; for hours and days, the highest.';
comment on column pgsync.system_health.captured is 'Changes captured.';
comment on column pgsync.system_health.posted
is 'Changes that ended with an entry posted, amended or reversed.';
comment on column pgsync.system_health.without_entry is 'Changes that ended otherwise, failures excluded.';
comment on column pgsync.system_health.failed is 'Attempts that failed.';
comment on column pgsync.system_health.p50
is 'Seconds from capture to posting that half of the posted changes took at most.';
comment on column pgsync.system_health.p95 is 'The same for 95 of 100.';
comment on column pgsync.system_health.p99 is 'The same for 99 of 100.';
