-- Of the waiting changes of a record the newest counts and the others end superseded; where a source asks for
-- every version, the oldest is posted and the others stay. What a backfill has read is older than each change
-- that its snapshot does not show, whatever the ids say. A record that has one claim, as nearly all have, is
-- spared the sorting. It has no setting, so that the planner puts it into the query of post_claims, and is
-- bound when it is made instead. The linter cannot follow the arguments of such a function.
-- noqa: disable=all
create or replace function pgsync.rank_claims(claims pgsync.claim[])
returns table (
    number integer,
    log_id bigint,
    source_table regclass,
    record_id text,
    step text,
    superseded_by bigint,
    previous_change bigint,
    chain_end bigint,
    captured_xid xid8,
    captured_at timestamptz,
    snapshot pg_snapshot,
    correlation_id text,
    attempts integer,
    is_blocked boolean,
    entry_ids bigint[],
    fingerprint bigint,
    rules text[]
)
language sql
stable
begin atomic
    with shared as (
        -- A hash is enough: records that share it by chance only take the longer way.
        select hashtext(claim.record_id) as hash
        from unnest(rank_claims.claims) as claim
        group by hashtext(claim.record_id)
        having count(*) > 1
    ),

    standing as (
        select
            claim.number,
            claim.log_id,
            claim.source_table,
            claim.record_id,
            claim.action,
            claim.captured_xid,
            claim.captured_at,
            claim.snapshot,
            claim.correlation_id,
            claim.attempts,
            shared.hash is null as is_alone,
            coalesce(source.every_version, false) as every_version,
            source.paused_at is not null as is_paused,
            master.last_change,
            master.last_audited,
            master.entry_ids,
            master.fingerprint,
            master.rules,
            case
                when claim.log_id < source.truncated_through then source.truncated_through
                when claim.snapshot is not null and master.last_snapshot is null
                    then
                        case
                            -- A number that is still to come was given out by another server, before a restore.
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
        from unnest(rank_claims.claims) with ordinality as claim (
            log_id, source_table, record_id, action, data, slot, captured_xid, captured_at, snapshot,
            correlation_id, retry_count, attempts, number
        )
        left join shared on shared.hash = hashtext(claim.record_id)
        left join pgsync.sources as source on source.source_table = claim.source_table
        left join lateral (
            select own.*
            from pgsync.sync_master_status as own
            where own.source_table = claim.source_table
                and own.record_id = claim.record_id collate "C"
            offset 0
        ) as master on true
    ),

    compared as (
        select
            standing.*,
            case
                when standing.overtaken_by is not null then standing.overtaken_by
                when standing.snapshot is null or first_value(standing.snapshot) over newest_live is not null
                    then null
                when not pg_visible_in_snapshot(
                    first_value(standing.captured_xid) over newest_live, standing.snapshot
                )
                    then first_value(standing.log_id) over newest_live
            end as older_than
        from standing
        where not standing.is_alone
        window newest_live as (
            partition by standing.source_table, standing.record_id
            order by standing.snapshot is not null, standing.log_id desc
        )
    ),

    ordered as (
        select
            compared.*,
            first_value(compared.log_id) over newest as newest_id,
            first_value(compared.log_id) over oldest as oldest_id
        from compared
        window
            newest as (
                partition by compared.source_table, compared.record_id
                order by compared.older_than is not null, compared.log_id desc
            ),
            oldest as (
                partition by compared.source_table, compared.record_id
                order by compared.older_than is not null, compared.log_id
            )
        union all
        select standing.*, standing.overtaken_by, standing.log_id, standing.log_id
        from standing
        where standing.is_alone
    ),

    stepped as (
        select
            ordered.*,
            case
                when ordered.is_paused then 'defer'
                when ordered.older_than is not null then 'supersede'
                when ordered.every_version and ordered.log_id <> ordered.oldest_id then 'leave'
                when ordered.every_version
                    and pgsync.is_blocked(ordered.log_id, ordered.source_table, ordered.record_id)
                    then 'defer'
                when not ordered.every_version and ordered.log_id <> ordered.newest_id then 'supersede'
                when ordered.action = 'delete' then 'delete'
                else 'post'
            end as step
        from ordered
    ),

    chained as (
        select
            stepped.*,
            lag(stepped.log_id) over chain as previous_id,
            max(stepped.log_id) filter (where stepped.step not in ('leave', 'defer')) over whole as end_id,
            bool_or(stepped.step in ('post', 'delete')) over whole as is_settled
        from stepped
        where not stepped.is_alone
        window
            chain as (
                partition by stepped.source_table, stepped.record_id
                order by stepped.step in ('leave', 'defer'), stepped.log_id
            ),
            whole as (partition by stepped.source_table, stepped.record_id)
        union all
        select stepped.*, null, stepped.log_id, false
        from stepped
        where stepped.is_alone
    )

    select
        chained.number::integer as number,
        chained.log_id,
        chained.source_table,
        chained.record_id,
        chained.step,
        case
            when chained.step = 'supersede' then coalesce(chained.older_than, chained.newest_id)
        end as superseded_by,
        nullif(coalesce(chained.previous_id, chained.last_audited), chained.log_id) as previous_change,
        case
            when chained.step in ('post', 'delete') then chained.end_id
            when chained.step = 'supersede' and not chained.is_settled and chained.log_id = chained.end_id
                then chained.end_id
        end as chain_end,
        chained.captured_xid,
        chained.captured_at,
        chained.snapshot,
        chained.correlation_id,
        chained.attempts,
        chained.step = 'defer' and not chained.is_paused as is_blocked,
        coalesce(chained.entry_ids, '{}') as entry_ids,
        coalesce(chained.fingerprint, 0) as fingerprint,
        coalesce(chained.rules, '{}') as rules
    from chained;
end;

comment on function pgsync.rank_claims(pgsync.claim[])
is 'Decides which of the claimed changes of each record counts, and looks up where the record stands.';
