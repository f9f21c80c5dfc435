-- Locks of a session, as those of jobs: they end with the process, however it ends.
create or replace function pgsync.hold_slot(endpoint text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_slots integer;
begin
    select own.parallel into v_slots from pgsync.endpoints as own where own.name = hold_slot.endpoint;
    for v_slot in 1 .. v_slots loop
        if pg_try_advisory_lock(1886876536 /* endpoints */, hashtext(format('%s %s', v_slot, hold_slot.endpoint))) then
            return v_slot;
        end if;
    end loop;
    return null;
end;
$$;

comment on function pgsync.hold_slot(text)
is 'Takes one of the places for calls under way at once, while this session lives; null if all are taken.';
