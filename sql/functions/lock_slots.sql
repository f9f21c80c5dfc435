-- Shorter than deadlock_timeout: who waits here holds slots, and gives up before anybody is made to.
create or replace function pgsync.lock_slots()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '500ms'
as $$
begin
    perform pg_advisory_xact_lock(1886876532, slot.number)
    from generate_series(0, 1023) as slot (number);
    return true;
exception when lock_not_available or deadlock_detected then
    return false;
end;
$$;

comment on function pgsync.lock_slots()
is 'Takes all slots for this transaction, so that nobody posts anything; false if somebody has one for long.';
