create or replace function pgsync.release_slice(job bigint, stream text, slice tstzrange)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_advisory_unlock(
    1886876537 /* slices */, hashtext(format('%s %s %s', release_slice.job, release_slice.stream, release_slice.slice))
);
$$;

comment on function pgsync.release_slice(bigint, text, tstzrange)
is 'Gives a span back that this session took.';
