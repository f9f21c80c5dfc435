create or replace function pgsync.is_range_chained(range_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pgsync.audit_chain as block
    where block.kind = 'range' and block.part = 0 and is_range_chained.range_name = any(block.keys)
);
$$;

comment on function pgsync.is_range_chained(text)
is 'Whether the chain has a range with its totals.';
