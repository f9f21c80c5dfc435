-- A page costs about as much as it shows. The snapshots tell on which days the account moved; the lines of a
-- day are found by its entries, in their order. An account of few lines is read by these instead. What a
-- filter hides has to be looked at, too.
create or replace function ledger.statement_lines(
    account text,
    first_day date,
    last_day date,
    after_day date,
    after_entry bigint,
    after_line smallint,
    is_backward boolean,
    most integer,
    only_currency text,
    only_party text,
    only_text text,
    smallest numeric,
    largest numeric
)
returns table (
    entry_date date,
    entry_id bigint,
    line smallint,
    description text,
    party text,
    currency text,
    amount bigint,
    balance numeric,
    source_table regclass,
    record_id text
)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set jit = off
as $$
#variable_conflict use_column
declare
    v_few constant integer := 10000;
    v_hides constant boolean := num_nonnulls(only_party, only_text, smallest, largest) > 0;
    v_is_rare constant boolean := (
        select count(*) <= v_few
        from (
            select
            from ledger.journal_lines as own
            where own.account = statement_lines.account
            limit v_few + 1
        ) as seen
    );
    v_low constant date := greatest(
        case when is_backward then first_day else coalesce(after_day, first_day) end,
        (select min(entry.entry_date) from ledger.journal_entries as entry)
    );
    v_high constant date := least(
        case when is_backward then coalesce(after_day, last_day) else last_day end,
        (select max(entry.entry_date) from ledger.journal_entries as entry)
    );
    v_months constant integer := (
        12 * (extract(year from v_high) - extract(year from v_low))
        + extract(month from v_high) - extract(month from v_low)
    )::integer;
    v_day date;
    v_found record;
    v_days date[] := array[]::date[];
    v_entries bigint[] := array[]::bigint[];
    v_lines smallint[] := array[]::smallint[];
begin
    if v_is_rare then
        select
            coalesce(array_agg(found.entry_date), '{}') as days,
            coalesce(array_agg(found.id), '{}') as entries,
            coalesce(array_agg(found.line), '{}') as lines
        into v_found
        from (
            select entry.entry_date, entry.id, own.line
            from (
                select listed.*
                from ledger.journal_lines as listed
                where listed.account = statement_lines.account
                offset 0
            ) as own
            cross join lateral (
                select listed.id, listed.entry_date, listed.description
                from ledger.journal_entries as listed
                where listed.id = own.entry_id
                offset 0
            ) as entry
            where entry.entry_date >= v_low
                and entry.entry_date <= v_high
                and case
                    when after_entry is null then true
                    when is_backward
                        then (entry.entry_date, entry.id, own.line) < (after_day, after_entry, after_line)
                    else (entry.entry_date, entry.id, own.line) > (after_day, after_entry, after_line)
                end
                and ledger.is_shown(
                    own.currency, own.party, entry.description, own.amount, only_currency, only_party, only_text,
                    smallest, largest
                )
            order by
                case when is_backward then entry.entry_date end desc,
                case when is_backward then entry.id end desc,
                case when is_backward then own.line end desc,
                entry.entry_date,
                entry.id,
                own.line
            limit most
        ) as found;
        v_days := v_found.days;
        v_entries := v_found.entries;
        v_lines := v_found.lines;
    else
        -- By months, because a page mostly ends within one.
        for v_day in
            select moved.day
            from generate_series(0, v_months) as step (number)
            cross join lateral (
                select (
                    date_trunc('month', case when is_backward then v_high else v_low end::timestamp)
                    + case when is_backward then -step.number else step.number end * interval '1 month'
                )::date as first_day
            ) as month
            cross join lateral (
                select listed.day
                from ledger.days_moved(
                    statement_lines.account, greatest(v_low, month.first_day),
                    least(v_high, (month.first_day + interval '1 month')::date - 1), only_currency
                ) as listed (day)
                order by case when is_backward then listed.day end desc, listed.day
                offset 0
            ) as moved
        loop
            -- Twice, because an order for both would sort the whole day.
            if is_backward then
                select array_agg(found.id) as entries, array_agg(found.line) as lines
                into v_found
                from (
                    select entry.id, own.line
                    from ledger.journal_entries as entry
                    cross join lateral (
                        select listed.*
                        from ledger.journal_lines as listed
                        where listed.entry_id = entry.id and listed.account = statement_lines.account
                        offset 0
                    ) as own
                    where entry.entry_date = v_day
                        and entry.id <= case when v_day = after_day then after_entry else 9223372036854775807 end
                        and (
                            v_day <> after_day
                            or after_day is null
                            or (entry.id, own.line) < (after_entry, after_line)
                        )
                        and ledger.is_shown(
                            own.currency, own.party, entry.description, own.amount, only_currency, only_party, only_text,
                            smallest, largest
                        )
                    order by entry.id desc, own.line desc
                    limit most - cardinality(v_days)
                ) as found;
            else
                select array_agg(found.id) as entries, array_agg(found.line) as lines
                into v_found
                from (
                    select entry.id, own.line
                    from ledger.journal_entries as entry
                    cross join lateral (
                        select listed.*
                        from ledger.journal_lines as listed
                        where listed.entry_id = entry.id and listed.account = statement_lines.account
                        offset 0
                    ) as own
                    where entry.entry_date = v_day
                        and entry.id >= case when v_day = after_day then after_entry else 0 end
                        and (
                            v_day <> after_day
                            or after_day is null
                            or (entry.id, own.line) > (after_entry, after_line)
                        )
                        and ledger.is_shown(
                            own.currency, own.party, entry.description, own.amount, only_currency, only_party, only_text,
                            smallest, largest
                        )
                    order by entry.id, own.line
                    limit most - cardinality(v_days)
                ) as found;
            end if;
            if v_found.entries is not null then
                v_entries := v_entries || v_found.entries;
                v_lines := v_lines || v_found.lines;
                v_days := v_days || array_fill(v_day, array[cardinality(v_found.entries)]);
            end if;
            exit when cardinality(v_days) >= most;
        end loop;
    end if;

    return query
    with shown as materialized (
        select
            listed.day,
            listed.entry,
            listed.line,
            entry.description,
            own.party,
            own.currency,
            own.amount,
            entry.source_table,
            entry.record_id
        from unnest(v_days, v_entries, v_lines) as listed (day, entry, line)
        inner join ledger.journal_entries as entry on listed.entry = entry.id
        inner join ledger.journal_lines as own on listed.entry = own.entry_id and listed.line = own.line
    ),

    earliest as materialized (
        select shown.day, shown.entry, shown.line
        from shown
        order by shown.day, shown.entry, shown.line
        limit 1
    ),

    -- What the account had before the first of these lines.
    before as materialized (
        select part.currency, sum(part.amount) as amount
        from (
            select past.currency, past.amount
            from earliest
            cross join lateral ledger.turnover_at(earliest.day - 1) as past
            where not v_hides and past.account = statement_lines.account
            union all
            select own.currency, own.amount
            from earliest
            inner join ledger.journal_entries as entry on earliest.day = entry.entry_date and entry.id <= earliest.entry
            cross join lateral (
                select listed.currency, listed.amount, listed.line
                from ledger.journal_lines as listed
                where listed.entry_id = entry.id and listed.account = statement_lines.account
                offset 0
            ) as own
            where not v_hides and not v_is_rare and (entry.id, own.line) < (earliest.entry, earliest.line)
            union all
            select own.currency, own.amount
            from earliest
            cross join lateral (
                select listed.*
                from ledger.journal_lines as listed
                where listed.account = statement_lines.account and listed.entry_id <= earliest.entry
                offset 0
            ) as own
            cross join lateral (
                select listed.entry_date
                from ledger.journal_entries as listed
                where listed.id = own.entry_id
                offset 0
            ) as entry
            where not v_hides
                and v_is_rare
                and entry.entry_date = earliest.day
                and (own.entry_id, own.line) < (earliest.entry, earliest.line)
        ) as part
        group by part.currency
    )

    select
        shown.day,
        shown.entry,
        shown.line,
        shown.description,
        shown.party,
        shown.currency,
        shown.amount,
        case
            when not v_hides
                then coalesce(before.amount, 0) + sum(shown.amount) over (
                    partition by shown.currency order by shown.day, shown.entry, shown.line
                )
        end,
        shown.source_table,
        shown.record_id
    from shown
    left join before on shown.currency = before.currency;
end;
$$;

comment on function ledger.statement_lines(
    text, date, date, date, bigint, smallint, boolean, integer, text, text, text, numeric, numeric
)
is 'A page of the lines of an account after or before one of them, with the balance after each.';
