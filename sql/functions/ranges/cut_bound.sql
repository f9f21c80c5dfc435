-- Half of the margin may be used before the bound is near. A worker moves it then; that it comes nearer than
-- a quarter means that none does.
create or replace function pgsync.cut_bound(
    table_name text,
    out bound bigint,
    out is_checked boolean,
    out is_near boolean,
    out is_urgent boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    own.bound,
    own.convalidated,
    own.bound - pgsync.last_id() < pgsync.cut_margin() / 2,
    own.bound - pgsync.last_id() < pgsync.cut_margin() / 4
from pgsync.open_end(cut_bound.table_name) as last
left join lateral (
    select substr(present.conname, 13)::bigint as bound, present.convalidated
    from pg_catalog.pg_constraint as present
    where present.conrelid = last.part and present.conname ~ '^stays_below_[0-9]+$'
) as own on true;
$$;

comment on function pgsync.cut_bound(text)
is 'The bound that a cut under way has set, beyond which writes fail: null if there is none.';
