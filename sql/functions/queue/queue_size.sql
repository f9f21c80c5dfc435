create or replace function pgsync.queue_size(
    most integer default 100000,
    out changes bigint,
    out is_estimate boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    case
        when counted.changes > most then greatest(
            counted.changes, pg_stat_get_live_tuples('pgsync.sync_queue'::regclass)
        )
        else counted.changes
    end,
    counted.changes > most
from (
    select count(*) as changes
    from (
        select
        from pgsync.sync_queue as queue
        limit most::bigint + 1
    ) as seen
) as counted;
$$;

comment on function pgsync.queue_size(integer)
is 'How many changes are unfinished: counted up to a limit, estimated above it.';
