-- The session that is about to sleep holds the lock. Writers then cannot share it, so they send NOTIFY. While
-- a transaction that has captured something is open, the lock is not available: then sleep briefly and look
-- again.
create or replace function pgsync.arm_doorbell()
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return pgsync.configuration_boolean('enable_doorbell') and pg_try_advisory_lock(1886876531, 1 /* doorbell */);
end;
$$;

comment on function pgsync.arm_doorbell()
is 'Call before sleeping: true when the next change will send NOTIFY pgsync; then look once more.';
