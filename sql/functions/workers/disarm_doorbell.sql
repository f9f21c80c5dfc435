create or replace function pgsync.disarm_doorbell()
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return pg_advisory_unlock(1886876531, 1 /* doorbell */);
end;
$$;

comment on function pgsync.disarm_doorbell()
is 'Call after waking: changes need not send NOTIFY any more.';
