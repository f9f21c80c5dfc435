create or replace function pgsync.default_key(source_table regclass)
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array(
    select attribute.attname::text
    from unnest(candidate.indkey::smallint[]) with ordinality as key (number, place)
    inner join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = candidate.indrelid and attribute.attnum = key.number
    where key.place <= candidate.indnkeyatts
    order by key.place
)
from pg_catalog.pg_index as candidate
where candidate.indrelid = default_key.source_table
    and candidate.indisunique
    and candidate.indisvalid
    and candidate.indpred is null
    and candidate.indexprs is null
    and not exists (
        select
        from unnest(candidate.indkey::smallint[]) with ordinality as key (number, place)
        inner join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = candidate.indrelid and attribute.attnum = key.number
        where key.place <= candidate.indnkeyatts and not attribute.attnotnull
    )
order by candidate.indisprimary desc, candidate.indisreplident desc, candidate.indnkeyatts, candidate.indexrelid
limit 1;
$$;

comment on function pgsync.default_key(regclass)
is 'The columns of the primary key, or else of another unique index on not-null columns.';
