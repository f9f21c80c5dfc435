-- A transaction number in a row has 32 bits, which go round: half of them are before that of this
-- transaction. Its subtransactions have higher ones.
create or replace function pgsync.is_new(row_xid xid)
returns boolean
language sql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
select distance.value = 0 or distance.value >= 2147483648
from (
    select mod(pg_current_xact_id()::text::numeric - row_xid::text::numeric + 8589934592, 4294967296) as value
) as distance;
$$;

comment on function pgsync.is_new(xid)
is 'Whether a row was written by this transaction, or by one that began later.';
