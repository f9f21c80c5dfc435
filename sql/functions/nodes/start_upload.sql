-- What was sent and not answered is sent again as it was, so that the master knows it again. Once nothing is
-- left, everything up to the fold is sent.
create or replace function pgsync.start_upload(
    endpoint text,
    row_limit integer default 500,
    force boolean default false,
    refused_before timestamptz default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master pgsync.masters := pgsync.known_master(endpoint);
    v_records jsonb;
    v_guard record;
begin
    select own.* into v_master from pgsync.masters as own where own.endpoint = v_master.endpoint for update;
    if v_master.unanswered is not null then
        return v_master.unanswered;
    end if;
    select going.*
    into v_guard
    from (
        select
            synced.source_table,
            (
                select count(*)
                from pgsync.record_versions as known
                where known.source_table = synced.source_table
                    and known.tick > v_master.uploaded_tick
                    and known.via <> v_master.endpoint
                    and known.deleted_at is not null
                    and known.base_stamp is not null
            ) as number
        from pgsync.synced_tables(v_master.tables) as synced
        where not v_master.frozen_tables ? synced.name
    ) as going
    where not force
        -- All records are only counted where any are deleted.
        and case
            when going.number > 0
                then pgsync.exceeds_guard(going.number, pgsync.live_records(going.source_table) + going.number)
            else false
        end
    limit 1;
    if found then
        raise exception '% records of % were deleted here', v_guard.number, v_guard.source_table
            using errcode = 'PS005',
            hint = 'If the master is to delete them, too: pgsync sync run --force';
    end if;
    v_records := pgsync.unsent_records(v_master.endpoint, row_limit, refused_before);
    -- No master takes a record that is larger than an upload.
    perform pgsync.refuse_large(v_master.endpoint, v_records);
    v_records := (
        select coalesce(jsonb_agg(sized.content order by sized.place), '[]')
        from (
            select
                record.content,
                record.place,
                octet_length(record.content::text) as bytes,
                sum(octet_length(record.content::text)) over (order by record.place) as bytes_so_far
            from jsonb_array_elements(v_records) with ordinality as record (content, place)
            where octet_length(record.content::text) <= 12000000
        ) as sized
        where sized.bytes_so_far <= 4000000 or sized.bytes_so_far = sized.bytes
    );
    if v_records = '[]' then
        update pgsync.masters as own
        set
            -- What a frozen table has waits, and so does the mark behind it.
            uploaded_tick = case when own.frozen_tables = '{}' then fold.folded_through else own.uploaded_tick end,
            is_resyncing = false, was_restored = false
        from pgsync.version_fold as fold
        where own.endpoint = v_master.endpoint
            and (own.uploaded_tick < fold.folded_through or own.is_resyncing);
        return null;
    end if;
    update pgsync.masters as own
    set
        unanswered = jsonb_build_object('sequence', own.sequence + 1, 'records', v_records),
        updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint
    returning own.unanswered into v_records;
    return v_records;
end;
$$;

comment on function pgsync.start_upload(text, integer, boolean, timestamptz)
is 'The next upload to a master, or the one that it has not answered; null if there is nothing to send.';
