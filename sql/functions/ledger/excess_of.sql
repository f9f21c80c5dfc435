-- The journal is kept forever, and anyone who can write a row chooses its texts.
create or replace function ledger.excess_of(
    description text,
    parties text[] default null,
    dimensions jsonb[] default null
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format('%s; the limit is %s', replace(text.what, '#', text.length::text), text.allowed)
from (
    select 'a description has # characters' as what, length(excess_of.description) as length, 1000 as allowed
    union all
    select 'a party has # characters', max(length(party.text)), 200
    from unnest(excess_of.parties) as party (text)
    union all
    select 'the dimensions of a line have # bytes', max(pg_column_size(line.dimensions)), 2000
    from unnest(excess_of.dimensions) as line (dimensions)
) as text
where text.length > text.allowed
limit 1;
$$;

comment on function ledger.excess_of(text, text[], jsonb[])
is 'Which text of an entry is longer than the journal allows; null if none is.';
