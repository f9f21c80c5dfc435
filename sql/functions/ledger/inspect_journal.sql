-- It reads the whole journal.
create or replace function ledger.inspect_journal()
returns table (finding text, entry_id bigint, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select books.*
from ledger.inspect_books() as books
union all
select entries.*
from ledger.inspect_entries(0, 9223372036854775807) as entries;
$$;

comment on function ledger.inspect_journal()
is 'What in the ledger breaks its rules, and which safeguards are off; no rows when all is well.';
