-- Until the master has shown what it has, everything from it may be what it has lost: so it is sent, with
-- itself as its base, unless the same or something newer comes.
create or replace function pgsync.resync_master(endpoint text, last_sequence bigint, was_restored boolean default false)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(resync_master.endpoint);
begin
    perform from pgsync.version_fold for update;
    update pgsync.record_versions as own
    set via = '', base_stamp = own.stamp, base_origin = own.origin, base_image = null
    where own.via = v_master.endpoint;
    delete from pgsync.staged_records as own where own.endpoint = v_master.endpoint;
    update pgsync.masters as own
    set
        next_page = null,
        uploaded_tick = 0,
        unanswered = null,
        sequence = coalesce(resync_master.last_sequence, own.sequence),
        is_resyncing = true,
        was_restored = resync_master.was_restored,
        resent_until = case
            when resync_master.last_sequence > own.sequence then (extract(epoch from clock_timestamp()) * 1000000)::bigint
            else own.resent_until
        end,
        updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint;
end;
$$;

comment on function pgsync.resync_master(text, bigint, boolean)
is 'Has everything loaded from a master anew; what is here stays until something newer comes.';
