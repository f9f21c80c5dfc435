create or replace function pgsync.capture_key(key_columns text[])
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    '(select %s from (select pgsync_row.*) as pgsync_content)',
    case cardinality(capture_key.key_columns)
        when 1 then format('to_jsonb(%I) #>> ''{}''', capture_key.key_columns[1])
        else (
            select format(
                'case when num_nulls(%1$s) = 0 then jsonb_build_array(%1$s)::text end',
                string_agg(quote_ident(key.name), ', ' order by key.place)
            )
            from unnest(capture_key.key_columns) with ordinality as key (name, place)
        )
    end
);
$$;

comment on function pgsync.capture_key(text[])
is 'The SQL expression that makes the record_id of a row called pgsync_row.';
