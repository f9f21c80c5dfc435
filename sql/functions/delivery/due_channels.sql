create or replace function pgsync.due_channels(now timestamptz default clock_timestamp())
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select channel.name
from pgsync.channels as channel
where channel.enabled
    and (channel.not_before is null or channel.not_before <= due_channels.now)
    and exists (
        select
        from pgsync.alert_deliveries as own
        where own.channel = channel.name
            and own.state in ('waiting', 'sending')
            and own.next_attempt_at <= due_channels.now
    )
order by channel.name;
$$;

comment on function pgsync.due_channels(timestamptz) is 'The channels for which something is to be sent now.';
