create or replace function ledger.inspect_safeguards()
returns table (finding text, entry_id bigint, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    'safeguard_off' as finding,
    null::bigint as entry_id,
    format('trigger %s on ledger.%s is disabled or missing', safeguard.trigger_name, safeguard.table_name) as found
from ledger.safeguards as safeguard
where not safeguard.is_in_force
union all
select 'unknown_parent', null, format('account %s has parent %s, which does not exist', account.code, account.parent)
from ledger.accounts as account
left join ledger.accounts as parent on account.parent = parent.code
where account.parent is not null and parent.code is null;
$$;

comment on function ledger.inspect_safeguards()
is 'Which safeguards of the ledger are off, and which accounts have no parent; no rows when all is well.';
