-- Generated capture functions know the key by its column names. After a key column was renamed, and until the
-- function is regenerated, they call this: the numbers of columns do not change.
create or replace function pgsync.record_id_of(changed_table oid, image jsonb)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source constant pgsync.sources := pgsync.source_of(changed_table);
    v_key jsonb;
begin
    select jsonb_agg(record_id_of.image -> shaped.present_name order by key.place)
    into v_key
    from unnest(v_source.key_columns) with ordinality as key (name, place)
    inner join pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped on shaped.name = key.name;

    return coalesce(case jsonb_array_length(v_key) when 1 then v_key ->> 0 else v_key::text end, '?');
end;
$$;

comment on function pgsync.record_id_of(oid, jsonb)
is 'The key of a row by the numbers of its columns, for a table whose columns were renamed; or ?.';
