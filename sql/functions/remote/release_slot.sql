create or replace function pgsync.release_slot(endpoint text, slot integer)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_advisory_unlock(
    1886876536 /* endpoints */, hashtext(format('%s %s', release_slot.slot, release_slot.endpoint))
);
$$;

comment on function pgsync.release_slot(text, integer)
is 'Gives a place for calls back that this session took.';
