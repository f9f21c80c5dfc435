-- For changes that are put back into the queue; capture functions contain the same lines, to save the call.
create or replace function pgsync.ring_doorbell()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not pg_try_advisory_xact_lock_shared(1886876531, 1 /* doorbell */) and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('pgsync', '');
    end if;
end;
$$;

comment on function pgsync.ring_doorbell()
is 'Wakes a sleeping worker when the transaction commits; see the generated capture functions.';
