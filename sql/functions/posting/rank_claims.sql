-- Of the waiting changes of a record, the newest counts and the others end as superseded. What a backfill has
-- read is older than each change that its snapshot does not show, whatever the ids say. Records with one
-- claim, as nearly all have, skip the sorting. previous_change is the change whose attempt precedes this one
-- in the audit log of the record; chain_end is what its last one will be, if this claim decides it.
-- step: post (evaluate the rules), delete (reverse), supersede, or defer (its table is paused).
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
    entry_ids bigint[],
    fingerprint bigint,
    rules text[]
)
language plpgsql
stable
rows 100
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_is_repeated boolean := false;
begin
    -- Preparing a query costs more than posting a change: a single claim skips even this lookup, and nearly
    -- all batches skip the longer way.
    if cardinality(rank_claims.claims) > 1 then
        v_is_repeated := exists (
            select
            from unnest(rank_claims.claims) as claim
            group by hashtext(claim.record_id)
            having count(*) > 1
        );
    end if;
    if not v_is_repeated then
        return query
        select
            stepped.number,
            stepped.log_id,
            stepped.source_table,
            stepped.record_id,
            stepped.step,
            case when stepped.step = 'supersede' then stepped.overtaken_by end as superseded_by,
            nullif(stepped.last_audited, stepped.log_id) as previous_change,
            case when stepped.step <> 'defer' then stepped.log_id end as chain_end,
            stepped.captured_xid,
            stepped.captured_at,
            stepped.snapshot,
            stepped.correlation_id,
            stepped.attempts,
            coalesce(stepped.entry_ids, '{}') as entry_ids,
            coalesce(stepped.fingerprint, 0) as fingerprint,
            coalesce(stepped.rules, '{}') as rules
        from (
            select
                claim.*,
                pgsync.claim_step(claim.is_paused, claim.overtaken_by is not null, claim.action) as step
            from pgsync.claims_with_status(rank_claims.claims) as claim
        ) as stepped;
        return;
    end if;

    return query
    with shared as (
        -- A hash is enough: records that share it by chance only take the longer way.
        select hashtext(claim.record_id) as hash
        from unnest(rank_claims.claims) as claim
        group by hashtext(claim.record_id)
        having count(*) > 1
    ),

    ranked as (
        select
            claim.*,
            shared.hash is null as is_alone
        from pgsync.claims_with_status(rank_claims.claims) as claim
        left join shared on shared.hash = hashtext(claim.record_id)
    ),

    -- older_than is the change that supersedes a claim: one whose entries stand already (overtaken_by), or the
    -- newest live one among these claims, if a backfill read the row before that.
    compared as (
        select
            ranked.*,
            case
                when ranked.overtaken_by is not null then ranked.overtaken_by
                when ranked.snapshot is null or first_value(ranked.snapshot) over newest_live is not null
                    then null
                when not pg_visible_in_snapshot(
                    first_value(ranked.captured_xid) over newest_live, ranked.snapshot
                )
                    then first_value(ranked.log_id) over newest_live
            end as older_than
        from ranked
        where not ranked.is_alone
        window newest_live as (
            partition by ranked.source_table, ranked.record_id
            order by ranked.snapshot is not null, ranked.log_id desc
        )
    ),

    ordered as (
        select
            compared.*,
            first_value(compared.log_id) over newest as newest_id
        from compared
        window newest as (
            partition by compared.source_table, compared.record_id
            order by compared.older_than is not null, compared.log_id desc
        )
        union all
        select ranked.*, ranked.overtaken_by, ranked.log_id
        from ranked
        where ranked.is_alone
    ),

    stepped as (
        select
            ordered.*,
            pgsync.claim_step(
                ordered.is_paused,
                ordered.older_than is not null or ordered.log_id <> ordered.newest_id,
                ordered.action
            ) as step
        from ordered
    ),

    chained as (
        select
            stepped.*,
            lag(stepped.log_id) over chain as previous_id,
            max(stepped.log_id) over whole as end_id,
            bool_or(stepped.step in ('post', 'delete')) over whole as is_settled
        from stepped
        where not stepped.is_alone
        window
            chain as (partition by stepped.source_table, stepped.record_id order by stepped.log_id),
            whole as (partition by stepped.source_table, stepped.record_id)
        union all
        select stepped.*, null, stepped.log_id, false
        from stepped
        where stepped.is_alone
    )

    select
        chained.number,
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
        coalesce(chained.entry_ids, '{}') as entry_ids,
        coalesce(chained.fingerprint, 0) as fingerprint,
        coalesce(chained.rules, '{}') as rules
    from chained;
end;
$$;

comment on function pgsync.rank_claims(pgsync.claim[])
is 'Decides which claimed change of each record counts, and looks up the status of the record.';
