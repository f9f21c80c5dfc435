-- Bounded, because it is asked for every few seconds: of each neighbour, versions are read only up to a
-- limit, by their ticks and from the index alone.
create or replace function pgsync.exchange_figures(most bigint default 20000)
returns table (
    role text,
    name text,
    status text,
    exchange_age double precision,
    pending bigint,
    must_resync boolean,
    clock_skew double precision
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'node',
    own.name,
    own.status,
    extract(epoch from clock_timestamp() - own.acknowledged_at)::double precision,
    waiting.number,
    own.must_resync,
    extract(epoch from own.clock_skew)::double precision
from pgsync.nodes as own
cross join lateral (
    select count(*) filter (where newer.via <> own.name) as number
    from (
        select known.via
        from pgsync.synced_tables(own.tables) as synced
        cross join lateral (
            select version.via
            from pgsync.record_versions as version
            where version.source_table = synced.source_table and version.tick > own.acknowledged_tick
            order by version.tick
            limit exchange_figures.most
        ) as known
        limit exchange_figures.most
    ) as newer
) as waiting
union all
select
    'master',
    own.endpoint,
    own.status,
    extract(epoch from clock_timestamp() - own.last_synced_at)::double precision,
    waiting.number,
    own.is_resyncing,
    extract(epoch from called.clock_skew)::double precision
from pgsync.masters as own
inner join pgsync.endpoints as called on own.endpoint = called.name
cross join lateral (
    select count(*) filter (where newer.is_waiting) as number
    from (
        select known.is_waiting
        from pgsync.synced_tables(own.tables) as synced
        cross join lateral (
            (
                select version.via <> own.endpoint as is_waiting
                from pgsync.record_versions as version
                where version.source_table = synced.source_table and version.tick > own.uploaded_tick
                order by version.tick
                limit exchange_figures.most
            )
            union all
            (
                select true
                from pgsync.record_versions as version
                where version.source_table = synced.source_table and version.refused_at is not null
                limit exchange_figures.most
            )
        ) as known
        limit exchange_figures.most
    ) as newer
) as waiting
union all
select 'conflicts', null, null, null, count(*), null, null
from (
    select
    from pgsync.conflicts as own
    where own.state = 'open'
    limit exchange_figures.most
) as clash;
$$;

comment on function pgsync.exchange_figures(bigint)
is 'How exchanges with nodes and masters stand, and how many conflicts are open; counted to a limit.';
