-- Runs as the owner, so that whoever may not read images can follow a record.
create or replace function pgsync.trace_events(source regclass, record_id text)
returns table (
    happened_at timestamptz,
    event text,
    change bigint,
    entry bigint,
    what text,
    details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select own.happened_at, own.event, own.change, own.entry, own.what, own.details
from pgsync.trace(trace_events.source, trace_events.record_id, false) as own;
$$;

comment on function pgsync.trace_events(regclass, text)
is 'The life of a record as trace tells it, without the images, for those who may not read them.';
