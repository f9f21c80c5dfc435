-- Of ten minutes all ticks of folds are kept, and from then on the first of each minute. After the database
-- was restored there are other ticks of these numbers, or none.
create or replace function pgsync.is_own_tick(tick bigint, taken_at bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pgsync.ticks as own
    where own.id <= is_own_tick.tick
        and (own.id = is_own_tick.tick or told.moment < clock_timestamp() - interval '9 minutes')
        and (
            own.taken_at = told.moment
            or own.id < is_own_tick.tick
            and date_trunc('minute', own.taken_at) = date_trunc('minute', told.moment)
        )
)
from (select 'epoch'::timestamptz + is_own_tick.taken_at * interval '1 microsecond' as moment) as told;
$$;

comment on function pgsync.is_own_tick(bigint, bigint)
is 'Whether this database has taken that tick at that time, in microseconds since 1970.';
