create or replace function ledger.post_entry(
    entry_date date,
    currency text,
    description text,
    lines jsonb,
    idempotency_key text default null,
    document_date date default null,
    purpose ledger.purpose default 'manual',
    source_table regclass default null,
    record_id text default null,
    correlation_id text default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_key constant text := coalesce(post_entry.idempotency_key, 'manual:' || gen_random_uuid());
    v_document_date constant date := coalesce(post_entry.document_date, post_entry.entry_date);
    v_excess text;
    v_hash bytea;
    v_id bigint;
begin
    if purpose not in ('manual', 'opening', 'closing') then
        raise exception 'the purpose must be manual, opening or closing, not %', purpose
            using errcode = 'PL013';
    elsif post_entry.idempotency_key ~* '^(change|reversal|manual):' then
        raise exception 'keys that begin with %: are reserved', split_part(v_key, ':', 1)
            using errcode = 'PL013',
            hint = 'pgsync makes the keys that begin with change:, reversal: or manual: itself.';
    elsif length(v_key) > 200 or length(post_entry.correlation_id) > 200 then
        raise exception 'an idempotency key or correlation id must not exceed 200 characters'
            using errcode = 'PL013';
    end if;
    select ledger.excess_of(post_entry.description, array_agg(parsed.party), array_agg(parsed.dimensions))
    into v_excess
    from ledger.parse_lines(post_entry.lines, post_entry.currency) as parsed;
    if v_excess is not null then
        raise exception '%', v_excess using errcode = 'PL013';
    end if;

    select ledger.hash_of(
        array[
            to_char(post_entry.entry_date, 'YYYY-MM-DD'), to_char(v_document_date, 'YYYY-MM-DD'),
            post_entry.currency, post_entry.description, purpose::text, source_table::oid::text, record_id
        ] || array_agg(field.value order by parsed.line, field.place)
    )
    into v_hash
    from ledger.parse_lines(post_entry.lines, post_entry.currency) as parsed
    cross join lateral unnest(
        array[parsed.account, parsed.amount::text, parsed.party, parsed.dimensions::text]
    ) with ordinality as field (value, place);

    with entry as (
        insert into ledger.journal_entries (
            entry_date, document_date, purpose, currency, source_table, record_id, correlation_id, idempotency_key,
            input_hash, description
        )
        values (
            post_entry.entry_date, v_document_date, purpose, post_entry.currency, source_table, record_id,
            correlation_id, v_key, v_hash, post_entry.description
        )
        on conflict (idempotency_key) do nothing
        returning id
    ),

    line as (
        insert into ledger.journal_lines (entry_id, line, account, amount, currency, party, dimensions)
        select
            entry.id,
            parsed.line,
            parsed.account,
            parsed.amount,
            post_entry.currency,
            parsed.party,
            parsed.dimensions
        from entry
        cross join ledger.parse_lines(post_entry.lines, post_entry.currency) as parsed
    )

    select entry.id into v_id from entry;

    if v_id is null then
        select posted.entry_id
        into v_id
        from ledger.already_posted(array[v_key], array[v_hash]) as posted;
    end if;
    return v_id;
end;
$$;

comment on function ledger.post_entry(
    date, text, text, jsonb, text, date, ledger.purpose, regclass, text, text
)
is 'Posts one balanced entry and returns its id; the same key and contents again return the same id.';
