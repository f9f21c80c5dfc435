-- It has no settings, so that the planner can inline it, and is bound when it is created instead. The linter
-- cannot follow the arguments of such a function.
-- noqa: disable=all
create or replace function pgsync.claims_with_status(claims pgsync.claim[])
returns table (
    number integer,
    log_id bigint,
    source_table regclass,
    record_id text,
    action text,
    captured_xid xid8,
    captured_at timestamptz,
    snapshot pg_snapshot,
    correlation_id text,
    attempts integer,
    is_paused boolean,
    last_audited bigint,
    entry_ids bigint[],
    fingerprint bigint,
    rules text[],
    overtaken_by bigint
)
language sql
stable
begin atomic
    select
        claim.number::integer,
        claim.log_id,
        claim.source_table,
        claim.record_id,
        claim.action,
        claim.captured_xid,
        claim.captured_at,
        claim.snapshot,
        left(claim.correlation_id, 200) as correlation_id,
        claim.attempts,
        source.paused_at is not null as is_paused,
        master.last_audited,
        master.entry_ids,
        master.fingerprint,
        master.rules,
        case
            when claim.log_id < source.truncated_through then source.truncated_through
            when claim.snapshot is not null and master.last_snapshot is null
                then
                    case
                        -- A transaction number in the future is from another server, before a restore: it
                        -- means nothing here.
                        when not pg_visible_in_snapshot(master.last_xid, claim.snapshot)
                            and (
                                master.last_xid < pg_snapshot_xmax(pg_current_snapshot())
                                or master.last_xid = pg_current_xact_id_if_assigned()
                            )
                            then master.last_change
                    end
            when claim.snapshot is null and master.last_snapshot is not null
                then
                    case
                        when claim.log_id < master.last_change
                            and pg_visible_in_snapshot(claim.captured_xid, master.last_snapshot)
                            then master.last_change
                    end
            when claim.log_id <= master.last_change then master.last_change
        end as overtaken_by
    from unnest(claims_with_status.claims) with ordinality as claim (
        log_id, source_table, record_id, action, data, slot, captured_xid, captured_at, snapshot,
        correlation_id, retry_count, attempts, number
    )
    left join pgsync.sources as source on source.source_table = claim.source_table
    left join lateral (
        select own.*
        from pgsync.sync_master_status as own
        where own.source_table = claim.source_table
            and own.record_id = pgsync.short_id(claim.record_id) collate "C"
        offset 0
    ) as master on true;
end;

comment on function pgsync.claims_with_status(pgsync.claim[])
is 'Looks up the status of the record of each claim, and the applied change newer than the claim.';
