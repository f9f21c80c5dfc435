-- All of posting, for any mix of sources and rules, in one statement: each claim is evaluated, combined and
-- compared with the current entries; the decisions are one list, which each of the inserts reads. No row of
-- the batch is compared with every other row, and the big tables are accessed only by key; the settings make
-- the planner do so, because it cannot know how many rows an array has.
create or replace function pgsync.post_claims(
    claims pgsync.claim[],
    worker text,
    started_at timestamptz default clock_timestamp()
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_zone text;
    v_open datemultirange;
    v_ruled regclass[];
    v_tables regclass[];
    v_images jsonb[];
    v_encrypted bigint[];
    v_unread bigint[] := array[]::bigint[];
    v_sited regclass[];
    v_result pgsync.batch_result;
    v_deferred_ids bigint[];
begin
    select
        (
            select setting.config_value
            from pgsync.sync_configuration as setting
            where setting.config_key = 'books_time_zone'
        ) as zone,
        (
            select range_agg(period.days)
            from ledger.periods as period
            where period.status = 'open'
        ) as open,
        array(select distinct rule.source_table from pgsync.rules as rule) as ruled,
        array(select source.source_table from pgsync.sources as source where source.site_column is not null) as sited,
        -- The elements of an array come in order and are numbered in that order; nothing here sorts them.
        array_agg(claim.source_table) as tables,
        array_agg(claim.data) as images,
        array_agg(claim.log_id) filter (where claim.data is null and claim.action <> 'delete') as encrypted
    into v_zone, v_open, v_ruled, v_sited, v_tables, v_images, v_encrypted
    from unnest(post_claims.claims) as claim;

    if v_encrypted is not null then
        select
            array_agg(coalesce(claim.data, (decrypted.image -> 'data')::jsonb) order by claim.number),
            array_agg(claim.log_id) filter (where claim.log_id = any(v_encrypted) and decrypted.image is null)
        into v_images, v_unread
        from unnest(post_claims.claims) with ordinality as claim (
            log_id, source_table, record_id, action, data, slot, captured_xid, captured_at, snapshot,
            correlation_id, retry_count, attempts, number
        )
        left join unnest(v_encrypted, pgsync.decrypted_images(v_encrypted)) as decrypted (log_id, image)
            on decrypted.log_id = claim.log_id;
        v_unread := coalesce(v_unread, '{}');
    end if;

    with evaluated as (
        -- A record that several rules post has a row for each rule.
        select
            claim.*,
            result.rule,
            result.entry_date as document_date,
            result.currency,
            result.description,
            result.accounts,
            result.amounts,
            result.parties,
            result.dimensions,
            result.error_message,
            result.error_column,
            booking.entry_date as booked_date,
            case when result.accounts is not null then nextval('ledger.journal_entries_id_seq') end as entry_id,
            case
                -- The seed is 1, because with 0 an empty object would hash like null.
                when result.accounts is not null
                    then hash_record_extended(
                        row(
                            result.rule, result.entry_date, result.currency, result.description,
                            result.accounts, result.amounts, result.parties, result.dimensions
                        ), 1
                    )
                else 0
            end as rule_fingerprint,
            case
                when claim.step <> 'post' then null
                when claim.log_id = any(v_unread) then 'image.encrypted'
                when result.error_class is not null then result.error_class
                when result.accounts is not null and booking.entry_date is null then 'period.closed'
                -- The sizes in bytes are cheap and nearly always sufficient.
                when (
                    octet_length(result.description) > 1000
                    or pg_column_size(result.parties) > 224
                    or pg_column_size(result.dimensions) > 2000
                )
                and ledger.excess_of(result.description, result.parties, result.dimensions) is not null
                    then 'data.length'
                when result.rule is null and claim.source_table <> all(v_ruled) then 'rule.missing'
            end as rule_failure
        from pgsync.rank_claims(post_claims.claims) as claim
        left join pgsync.evaluate(v_tables, v_images) as result
            on result.number = claim.number and claim.step = 'post'
        cross join lateral (
            select
                case
                    when v_open @> result.entry_date then result.entry_date
                    when result.entry_date is not null then ledger.entry_date_for(result.entry_date)
                end as entry_date
        ) as booking
    ),

    combined as (
        -- A claim has a row for each rule that posts it: the first with a failure, else any, represents all.
        select
            evaluated.*,
            row_number() over whole as place,
            bit_xor(evaluated.rule_fingerprint) over whole as new_fingerprint,
            array_remove(array_agg(evaluated.entry_id) over whole, null) as new_ids,
            array_remove(array_agg(evaluated.rule) over whole, null) as new_rules,
            first_value(evaluated.rule_failure) over whole as failure
        from evaluated
        window whole as (
            partition by evaluated.number
            order by evaluated.rule_failure is null
            rows between unbounded preceding and unbounded following
        )
    ),

    compared as (
        select
            combined.*,
            case
                when combined.step = 'supersede' then 'superseded'
                when combined.step = 'defer' then null
                when combined.failure is not null then 'failed'
                when combined.new_fingerprint = combined.fingerprint then 'unchanged'
                when combined.new_ids = '{}' then 'reversed'
                when combined.entry_ids = '{}' then 'posted'
                when pgsync.hash_check() <> pgsync.hash_origin()
                    and combined.new_fingerprint = ledger.fingerprint_of(combined.entry_ids)
                    then 'unchanged'
                else 'amended'
            end::pgsync.outcome as outcome
        from combined
    ),

    decided as materialized (
        select
            compared.*,
            case
                when compared.outcome <> 'failed' then null
                when compared.failure = 'image.encrypted'
                    then 'its image is encrypted, and none of the private keys of this worker can decrypt it'
                when compared.failure = 'rule.missing' then 'no rule posts its table'
                when compared.failure = 'period.closed'
                    then 'no open period contains ' || to_char(compared.document_date, 'YYYY-MM-DD')
                when compared.failure = 'data.length'
                    then ledger.excess_of(compared.description, compared.parties, compared.dimensions)
                else left(compared.error_message, 1000)
            end as message,
            compared.outcome not in ('superseded', 'failed') as is_applied,
            compared.outcome in ('posted', 'amended') and compared.accounts is not null as has_entry,
            case
                when compared.source_table = any(v_sited)
                    then pgsync.site_of(compared.source_table, compared.record_id, v_images[compared.number])
            end as site
        from compared
    ),

    reversal as materialized (
        select taken.log_id, taken.ids
        from (
            select
                array_agg(original.id) as originals,
                array_agg(decided.log_id) as changes,
                array_agg(decided.outcome = 'amended') as amendments,
                array_agg((decided.captured_at at time zone v_zone)::date) as days,
                array_agg(decided.correlation_id) as correlation_ids
            from decided
            cross join lateral unnest(decided.entry_ids) as original (id)
            where decided.place = 1 and decided.outcome in ('amended', 'reversed')
        ) as due
        cross join lateral pgsync.reverse_entries(
            due.originals, due.changes, due.amendments, due.days, due.correlation_ids
        ) as taken
    ),

    entry as (
        insert into ledger.journal_entries (
            id, entry_date, document_date, swept_from, purpose, currency, change_id, source_table, record_id, rule,
            correlation_id, site, idempotency_key, input_hash, description
        )
        select
            decided.entry_id,
            decided.booked_date,
            decided.document_date,
            nullif(decided.document_date, decided.booked_date),
            'posting'::ledger.purpose,
            decided.currency,
            decided.log_id,
            decided.source_table,
            decided.record_id,
            decided.rule,
            decided.correlation_id,
            decided.site,
            'change:' || decided.log_id || ':' || decided.rule,
            int8send(decided.rule_fingerprint),
            decided.description
        from decided
        where decided.has_entry
    ),

    line as (
        insert into ledger.journal_lines (entry_id, line, account, amount, currency, party, dimensions)
        select
            decided.entry_id,
            generate_subscripts(decided.accounts, 1)::smallint,
            unnest(decided.accounts),
            unnest(decided.amounts),
            decided.currency,
            unnest(decided.parties),
            unnest(decided.dimensions)
        from decided
        where decided.has_entry
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, entry_ids, superseded_by, previous_change, error_class,
            error_message, error_column, worker, duration, correlation_id, site
        )
        select
            decided.log_id,
            decided.attempts + 1,
            decided.outcome,
            decided.source_table,
            decided.record_id,
            case when decided.outcome in ('posted', 'amended', 'reversed') then reversal.ids || decided.new_ids end,
            decided.superseded_by,
            decided.previous_change,
            decided.failure,
            decided.message,
            decided.error_column,
            post_claims.worker,
            clock_timestamp() - post_claims.started_at,
            decided.correlation_id,
            decided.site
        from decided
        left join reversal on reversal.log_id = decided.log_id
        where decided.place = 1 and decided.outcome is not null
    ),

    noted as (
        insert into pgsync.sync_master_status as present (
            source_table, record_id, last_change, last_xid, last_snapshot, last_audited, entry_ids, fingerprint, rules,
            site
        )
        select
            decided.source_table,
            pgsync.short_id(decided.record_id),
            case when decided.is_applied then decided.log_id else 0 end,
            case when decided.is_applied then decided.captured_xid end,
            case when decided.is_applied then decided.snapshot end,
            decided.chain_end,
            case
                when decided.outcome in ('posted', 'amended', 'reversed') then decided.new_ids
                else decided.entry_ids
            end,
            case when decided.is_applied then decided.new_fingerprint else decided.fingerprint end,
            case
                when decided.outcome in ('posted', 'amended', 'reversed') then decided.new_rules
                else decided.rules
            end,
            decided.site
        from decided
        where decided.chain_end is not null and decided.place = 1
        on conflict on constraint sync_master_status_pkey do update
        set
            last_change = case when excluded.last_change = 0 then present.last_change else excluded.last_change end,
            last_xid = case when excluded.last_change = 0 then present.last_xid else excluded.last_xid end,
            last_snapshot = case when excluded.last_change = 0 then present.last_snapshot else excluded.last_snapshot end,
            last_audited = excluded.last_audited,
            entry_ids = excluded.entry_ids,
            fingerprint = excluded.fingerprint,
            rules = excluded.rules,
            -- Nor does a change that was not applied move a record to another site.
            site = case
                when excluded.last_change = 0 and present.last_change <> 0 then present.site
                else excluded.site
            end,
            updated_at = excluded.updated_at
    ),

    finished as (
        delete from pgsync.sync_queue as queue
        where queue.log_id = any(
            array(
                select decided.log_id
                from decided
                where decided.outcome <> 'failed'
            )
        )
    )

    select
        cardinality(post_claims.claims),
        (count(*) filter (where decided.outcome = 'posted'))::integer,
        (count(*) filter (where decided.outcome = 'amended'))::integer,
        (count(*) filter (where decided.outcome = 'reversed'))::integer,
        (count(*) filter (where decided.outcome = 'unchanged'))::integer,
        (count(*) filter (where decided.outcome = 'superseded'))::integer,
        (count(*) filter (where decided.outcome = 'failed'))::integer,
        (count(*) filter (where decided.step = 'defer'))::integer,
        0,
        null::bigint,
        array_agg(decided.log_id) filter (where decided.is_applied),
        array_agg(decided.log_id) filter (where decided.outcome = 'failed'),
        array_agg(decided.failure) filter (where decided.outcome = 'failed'),
        array_agg(decided.message) filter (where decided.outcome = 'failed'),
        array_agg(decided.log_id) filter (where decided.step = 'defer'),
        false
    into
        v_result.claimed,
        v_result.posted,
        v_result.amended,
        v_result.reversed,
        v_result.unchanged,
        v_result.superseded,
        v_result.failed,
        v_result.deferred,
        v_result.left_waiting,
        v_result.first_left,
        v_result.applied_ids,
        v_result.failed_ids,
        v_result.error_classes,
        v_result.error_messages,
        v_deferred_ids,
        v_result.is_paused
    from decided
    where decided.place = 1;

    if v_result.failed > 0 then
        perform pgsync.reschedule(v_result.failed_ids, v_result.error_classes, v_result.error_messages);
    end if;
    if v_result.deferred > 0 then
        perform pgsync.defer_changes(v_deferred_ids);
    end if;
    -- Nearly always nothing has failed before, and one lookup shows that: in order, so that it is an index
    -- lookup and never a scan of everything that waits.
    if v_result.applied_ids is not null
        and (
            select queue.log_id
            from pgsync.sync_queue as queue
            where queue.error_class is not null
            order by queue.record_hash, queue.log_id
            limit 1
        ) is not null
    then
        v_result.superseded := v_result.superseded + pgsync.supersede_failed(
            post_claims.claims, v_result.applied_ids, post_claims.worker, post_claims.started_at
        );
    end if;
    return v_result;
end;
$$;

comment on function pgsync.post_claims(pgsync.claim[], text, timestamptz)
is 'Posts claimed changes in the transaction of the claim: compares, reverses, audits and finishes them.';
