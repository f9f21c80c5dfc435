-- Entries are walked from the newest day on, and looked at until a page is full. Where a filter leaves few,
-- they are found another way: those of a record by its attempts, of an account of few lines by these, of a
-- table of few records by them. What people posted has no attempts, nor has what reversed it. Planned each
-- time, so that filters that were not given cost nothing.
create or replace function ledger.entry_ids(
    first_day date,
    last_day date,
    only_account text,
    only_table text,
    only_record text,
    only_rule text,
    only_purpose text,
    only_text text,
    smallest numeric,
    largest numeric,
    after_day date,
    after_entry bigint,
    is_backward boolean,
    most integer
)
returns setof bigint
language plpgsql
stable
rows 50
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set max_parallel_workers_per_gather = 0
set jit = off
as $$
#variable_conflict use_variable
declare
    v_few constant integer := 10000;
    v_low constant date := case when is_backward then greatest(first_day, after_day) else first_day end;
    v_high constant date := case when is_backward then last_day else least(last_day, after_day) end;
    v_source regclass;
    v_records text[];
    v_follows boolean;
    v_ids bigint[];
begin
    if only_table is not null then
        v_source := pgsync.table_named(only_table);
        if v_source is null then
            return;
        end if;
    end if;
    if only_rule is not null and not exists (
        select
        from pgsync.rules as known
        where known.name = only_rule or known.name || '@' || known.version = only_rule
    ) then
        return;
    end if;

    -- The attempts of a record are followed back as long as all of them are kept.
    v_follows := not exists (
        select
        from pgsync.id_ranges as made
        where made.table_name = 'sync_audit_log' and made.state = 'dropped'
    );
    if only_record is not null and v_follows then
        v_ids := array(
            with recursive by_hand (id) as (
                select entry.id
                from ledger.journal_entries as entry
                where entry.purpose not in ('posting', 'reversal') and entry.record_id = only_record
                union
                select later.id
                from by_hand
                inner join ledger.journal_entries as later on by_hand.id = later.reverses
            )

            select pgsync.entries_of(v_source, only_record)
            union
            select by_hand.id from by_hand
        );
    elsif only_account is not null then
        v_ids := array(
            select line.entry_id
            from ledger.journal_lines as line
            where line.account = only_account
            limit v_few + 1
        );
    elsif v_source is not null and v_follows then
        v_records := array(
            select status.record_id
            from pgsync.sync_master_status as status
            where status.source_table = v_source and octet_length(status.record_id) < 400
            limit 101
        );
        if cardinality(v_records) <= 100 and not exists (
            select
            from pgsync.sync_master_status as status
            where status.source_table = v_source and octet_length(status.record_id) >= 400
        ) then
            v_ids := array(
                with recursive by_hand (id) as (
                    select entry.id
                    from ledger.journal_entries as entry
                    where entry.purpose not in ('posting', 'reversal') and entry.source_table = v_source
                    union
                    select later.id
                    from by_hand
                    inner join ledger.journal_entries as later on by_hand.id = later.reverses
                )

                select entry.id
                from unnest(v_records) as listed (record_id)
                cross join lateral pgsync.entries_of(v_source, listed.record_id) as entry (id)
                union
                select by_hand.id from by_hand
            );
        end if;
    end if;
    if cardinality(v_ids) > v_few then
        v_ids := null;
    end if;

    return query
    select entry.id
    from ledger.journal_entries as entry
    where (v_ids is null or entry.id = any(v_ids))
        and (v_low is null or entry.entry_date >= v_low)
        and (v_high is null or entry.entry_date <= v_high)
        and (
            after_entry is null
            or case
                when is_backward then (entry.entry_date, entry.id) > (after_day, after_entry)
                else (entry.entry_date, entry.id) < (after_day, after_entry)
            end
        )
        and (v_source is null or entry.source_table = v_source)
        and (only_record is null or entry.record_id = only_record)
        and (only_rule is null or entry.rule = only_rule or starts_with(entry.rule, only_rule || '@'))
        and (only_purpose is null or entry.purpose = only_purpose::ledger.purpose)
        and (
            only_purpose is null
            or only_purpose in ('posting', 'reversal')
            or entry.purpose not in ('posting', 'reversal')
        )
        and (only_text is null or strpos(lower(entry.description), lower(only_text)) > 0)
        and (
            (smallest is null and largest is null)
            or (
                select
                    sum(line.amount) filter (where line.amount > 0) / 10::numeric ^ (
                        select currency.exponent
                        from ledger.currencies as currency
                        where currency.code = entry.currency
                    )
                from ledger.journal_lines as line
                where line.entry_id = entry.id
            ) between coalesce(smallest, 0) and coalesce(largest, 'infinity')
        )
        and (
            only_account is null
            or exists (
                select
                from ledger.journal_lines as line
                where line.entry_id = entry.id and line.account = only_account
                offset 0
            )
        )
    order by
        case when is_backward then entry.entry_date end,
        case when is_backward then entry.id end,
        entry.entry_date desc,
        entry.id desc
    limit most;
end;
$$;

comment on function ledger.entry_ids(
    date, date, text, text, text, text, text, text, numeric, numeric, date, bigint, boolean, integer
)
is 'The newest entries that pass all filters that are not null, before one of them, or after it.';
