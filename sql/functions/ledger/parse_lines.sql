create or replace function ledger.parse_lines(lines jsonb, currency text)
returns table (line smallint, account text, amount bigint, party text, dimensions jsonb)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_exponent smallint;
    v_wrong text;
begin
    select known.exponent
    into v_exponent
    from ledger.currencies as known
    where known.code = parse_lines.currency;
    if not found then
        raise exception 'unknown currency %', quote_nullable(parse_lines.currency) using errcode = 'PL008';
    end if;
    if jsonb_typeof(parse_lines.lines) is distinct from 'array' then
        raise exception 'the lines must be an array' using errcode = 'PL013';
    end if;

    select format('line %s: %s', element.place, element.value)
    into v_wrong
    from jsonb_array_elements(parse_lines.lines) with ordinality as element (value, place)
    where case
        when jsonb_typeof(element.value) <> 'object' then true
        when element.value - '{account, debit, credit, party, dimensions}'::text[] <> '{}' then true
        when jsonb_typeof(coalesce(element.value -> 'account', '0')) <> 'string' then true
        -- The amount: exactly one of the two, and neither sign, exponent nor NaN.
        else coalesce(element.value ->> 'debit', '') || coalesce(element.value ->> 'credit', '')
            !~ format('^[0-9]{1,15}%s$', case when v_exponent > 0 then format('([.][0-9]{1,%s}0*)?', v_exponent) end)
            or num_nonnulls(element.value ->> 'debit', element.value ->> 'credit') <> 1
    end
    order by element.place
    limit 1;
    if found then
        raise exception 'invalid line of an entry in %: %', parse_lines.currency, v_wrong
            using errcode = 'PL013',
            hint = format(
                'A line is {"account": "1000", "debit": "12.50"} or credit, at most %s decimals, with party and dimensions '
                || 'if wanted.',
                v_exponent
            );
    end if;

    return query
    select
        element.place::smallint,
        element.value ->> 'account',
        (
            coalesce((element.value ->> 'debit')::numeric, -(element.value ->> 'credit')::numeric)
            * 10::numeric ^ v_exponent
        )::bigint,
        element.value ->> 'party',
        nullif(element.value -> 'dimensions', 'null')
    from jsonb_array_elements(parse_lines.lines) with ordinality as element (value, place);
end;
$$;

comment on function ledger.parse_lines(jsonb, text)
is 'Converts the lines of an entry, as users write them, to the smallest unit of the currency; never rounds.';
