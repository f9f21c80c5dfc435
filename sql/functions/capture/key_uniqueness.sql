-- A record is known by its key, so the key must be unique, by an index over it or over a part of it.
create or replace function pgsync.key_uniqueness(source_table regclass, key_columns text[])
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select case when bool_or(guard.indimmediate) then 'immediate' when count(*) > 0 then 'deferrable' end
        from pg_catalog.pg_index as guard
        where guard.indrelid = key_uniqueness.source_table
            and guard.indisunique
            and guard.indisvalid
            and guard.indpred is null
            and guard.indexprs is null
            and not exists (
                select
                from unnest(guard.indkey::smallint[]) with ordinality as key (number, place)
                inner join pg_catalog.pg_attribute as attribute
                    on attribute.attrelid = guard.indrelid and attribute.attnum = key.number
                where key.place <= guard.indnkeyatts and attribute.attname <> all(key_uniqueness.key_columns)
            )
    );
end;
$$;

comment on function pgsync.key_uniqueness(regclass, text[])
is 'What keeps a key unique: an immediate or a deferrable index; null if nothing does.';
