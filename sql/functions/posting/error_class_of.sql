-- What a failed change is recorded as; for what it means for the poster see PosterFailure+Postgres.swift.
-- Both must agree on which errors are transient.
create or replace function pgsync.error_class_of(
    state text,
    schema_name text default '',
    constraint_name text default '',
    column_name text default ''
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case
        when state in ('40001', '40P01', '55P03', '57014', '57P01', '57P02', '57P03', '25006')
            or left(state, 2) in ('08', '53', '58')
            then 'transient'
        when state = 'PL001' then 'ledger.conflict'
        when state = 'PL005' then 'period.closed'
        when state = 'PL006' then 'ledger.account'
        when state = 'PL007' then 'ledger.party'
        when state = 'PL008' then 'ledger.currency'
        when state like 'PL%' then 'ledger.refused'
        when state = '23505' and constraint_name in ('idempotency_key_is_used_once', 'entry_is_reversed_once')
            then 'ledger.conflict'
        when left(state, 2) = '23' and schema_name = 'ledger' then 'ledger.refused'
        when left(state, 2) = '22' then 'data.refused'
        else 'unexpected'
    end;
$$;

comment on function pgsync.error_class_of(text, text, text, text)
is 'The class of a failure that PostgreSQL reported, from its SQLSTATE and what it concerned.';
