-- After everything was loaded anew. What came from the master before, was not changed here since, and did not
-- come again was deleted there, even if nobody remembers.
create or replace function pgsync.stage_unconfirmed(endpoint text, tables text[])
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(stage_unconfirmed.endpoint);
    v_staged bigint;
begin
    perform from pgsync.version_fold for update;
    -- The tables are looked up once, and not for each record.
    with synced as materialized (
        select listed.* from pgsync.synced_tables(v_master.tables) as listed
    ),

    unconfirmed as (
        update pgsync.record_versions as own
        set base_stamp = null, base_origin = null
        from synced
        where own.source_table = synced.source_table
            and synced.name = any(stage_unconfirmed.tables)
            and not v_master.frozen_tables ? synced.name
            and own.via = v_master.endpoint
            and own.base_stamp is not null
            -- What a master has refused does not come from it.
            and own.refused_at is null
            and not exists (
                select
                from pgsync.staged_records as waiting
                where waiting.endpoint = v_master.endpoint
                    and waiting.source_table = own.source_table
                    and waiting.record_id = coalesce(own.long_id, own.record_id)
            )
        returning own.source_table, coalesce(own.long_id, own.record_id) as record_id, own.stamp, own.origin, own.deleted_at
    )

    insert into pgsync.staged_records (endpoint, source_table, record_id, stamp, origin, is_deleted)
    select v_master.endpoint, gone.source_table, gone.record_id, gone.stamp + 1, gone.origin, true
    from unconfirmed as gone
    where gone.deleted_at is null;
    get diagnostics v_staged = row_count;
    return v_staged;
end;
$$;

comment on function pgsync.stage_unconfirmed(text, text[])
is 'Stages deletions of what a master no longer has, once everything was loaded from it; returns how many.';
