create or replace function pgsync.rule_lines(source_table regclass, image jsonb)
returns table (rule text, account text, currency text, amount numeric)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select result.rule, line.account, result.currency, line.amount
from pgsync.evaluate(array[rule_lines.source_table], array[rule_lines.image]) as result
cross join lateral unnest(result.accounts, result.amounts) as line (account, amount)
where rule_lines.image is not null and result.accounts is not null;
$$;

comment on function pgsync.rule_lines(regclass, jsonb)
is 'The lines that the rules make of a row image.';
