-- That a record was deleted is told by its newest change. A change that was noted before, by whoever
-- applied it for a neighbour or by a look ahead of the fold, keeps its version. A record that a neighbour
-- has, and that is changed here, keeps that version as its base until the neighbour has taken the change.
create or replace function pgsync.fold_changes(
    until_tick bigint,
    only_table regclass default null,
    only_records text[] default null
)
returns table (source_table regclass, was_read boolean, was_emptied boolean)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with change as materialized (
        select
            log.id, log.source_table, log.record_id, log.action, log.captured_at, log.captured_xid, log.snapshot,
            case when source.policy in ('fields', 'delta') then log.old_data end as old_data
        from (
            select read.*
            from pgsync.version_fold as fold
            cross join lateral pgsync.changes_between(fold.folded_through, until_tick) as read
            where only_records is null
                -- Who looks ahead of the fold has made the others itself.
                and (until_tick is not null or read.captured_xid <> pg_current_xact_id())
            union all
            select read.*
            from pgsync.changes_ahead(only_table, only_records) as read
            where only_records is not null
        ) as log
        inner join pgsync.sources as source on log.source_table = source.source_table and source.synced
    ),

    newest as materialized (
        select distinct on (change.source_table, change.record_id) change.*
        from change
        where change.action <> 'truncate'
        order by change.source_table, change.record_id, change.id desc
    ),

    own_first as materialized (
        select distinct on (change.source_table, change.record_id)
            change.source_table, change.record_id, change.old_data
        from change
        cross join lateral (
            -- The limit has each looked up by its key: a join would read the versions of all records.
            select
            from pgsync.record_versions as known
            where known.source_table = change.source_table
                and known.record_id = pgsync.short_id(change.record_id) collate "C"
                and (known.changed_xid = change.captured_xid and change.id <= known.changed_log_id) is not true
            limit 1
        ) as own
        where change.old_data is not null
        order by change.source_table, change.record_id, change.id
    ),

    folded as (
        insert into pgsync.record_versions as known (
            source_table, record_id, long_id, tick, stamp, deleted_at, changed_xid, changed_log_id, created_tick, base_image
        )
        select
            newest.source_table,
            pgsync.short_id(newest.record_id),
            nullif(newest.record_id, pgsync.short_id(newest.record_id)),
            coalesce(until_tick, (select fold.folded_through + 1 from pgsync.version_fold as fold)),
            (extract(epoch from newest.captured_at) * 1000000)::bigint,
            case when newest.action = 'delete' then newest.captured_at end,
            newest.captured_xid,
            newest.id,
            coalesce(until_tick, (select fold.folded_through + 1 from pgsync.version_fold as fold)),
            own_first.old_data
        from newest
        left join own_first on newest.source_table = own_first.source_table and newest.record_id = own_first.record_id
        on conflict on constraint record_versions_pkey do update
        set (tick, deleted_at, changed_xid, changed_log_id, created_tick, stamp, origin, via, base_stamp, base_origin, base_image, refused_at, written_for) = (
            select
                excluded.tick, excluded.deleted_at, excluded.changed_xid, excluded.changed_log_id,
                case when known.deleted_at is null then known.created_tick else excluded.created_tick end,
                version.stamp, version.origin, version.via,
                version.base_stamp, version.base_origin, version.base_image, version.refused_at,
                version.written_for
            from (
                -- What no neighbour has taken still stands on the version that it was made of.
                select known.via = '' or known.refused_at is not null as stays
            ) as base
            cross join lateral (
                values (
                    known.stamp, known.origin, known.via, known.base_stamp, known.base_origin, known.base_image,
                    known.refused_at, known.written_for,
                    known.changed_xid = excluded.changed_xid and excluded.changed_log_id <= known.changed_log_id
                ),
                (
                    greatest(excluded.stamp, known.stamp + 1), '', '',
                    case when base.stays then known.base_stamp else known.stamp end,
                    case when base.stays then known.base_origin else known.origin end,
                    case when base.stays then known.base_image else excluded.base_image end,
                    null::timestamptz, null::text,
                    (known.changed_xid = excluded.changed_xid and excluded.changed_log_id <= known.changed_log_id)
                    is not true
                )
            ) as version (stamp, origin, via, base_stamp, base_origin, base_image, refused_at, written_for, holds)
            where version.holds
        )
    )

    select change.source_table, bool_or(change.snapshot is not null), bool_or(change.action = 'truncate')
    from change
    group by change.source_table;
end;
$$;

comment on function pgsync.fold_changes(bigint, regclass, text[])
is 'Notes the newest versions of what changed since the fold, up to a tick, or till now for some records.';
