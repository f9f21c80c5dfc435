-- What a master that was restored has lost is here alone: it is sent, with itself as its base, unless the
-- same or something newer comes. Otherwise the master is right: what does not come with everything else is
-- gone there.
create or replace function pgsync.resync_master(
    endpoint text,
    last_sequence bigint,
    was_restored boolean default false
)
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
    set
        via = case when was_restored then '' else own.via end,
        base_stamp = own.stamp,
        base_origin = own.origin,
        base_image = null
    where own.via = v_master.endpoint;
    delete from pgsync.staged_records as own where own.endpoint = v_master.endpoint;
    update pgsync.masters as own
    set
        next_page = null,
        uploaded_tick = case when resync_master.was_restored then 0 else own.uploaded_tick end,
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
is 'Has everything loaded from a master anew; what is here and was not sent stays.';
