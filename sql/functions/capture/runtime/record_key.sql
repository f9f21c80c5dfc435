-- The key as users write it is cast to the types of its columns, so that 017 and 2026-1-5 find what was
-- captured as 17 and 2026-01-05.
create or replace function pgsync.record_key(source regclass, variadic key text[])
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
    v_columns text[];
    v_words text[] := record_key.key;
    v_parts text[];
    v_key text;
begin
    select own.* into v_source from pgsync.sources as own where own.source_table = record_key.source;
    v_columns := v_source.key_columns;
    if v_columns is null then
        raise exception '% was never attached', source
            using errcode = 'undefined_object', hint = 'List the tables: select table_name from pgsync.sources;';
    end if;

    if cardinality(v_columns) > 1 and cardinality(v_words) = 1 and v_words[1] ~ '^\s*\[' then
        select array_agg(element.value order by element.place)
        into v_words
        from jsonb_array_elements_text(v_words[1]::jsonb) with ordinality as element (value, place);
    end if;
    if cardinality(v_words) is distinct from cardinality(v_columns) or array_position(v_words, null) is not null then
        raise exception 'the key of % is: %', source, array_to_string(v_columns, ', ')
            using errcode = 'invalid_parameter_value',
            hint = 'Pass a value for each of its columns, in this order, or all of them as one JSON array.';
    end if;

    -- Only as built-in types: the input functions of others may run user code.
    select array_agg(
        format(
            'to_jsonb(%L::%s)',
            word.value,
            case when captured.treatment = 'plain' then 'pg_catalog.' || quote_ident(type.typname) else 'text' end
        )
        order by word.place
    )
    into v_parts
    from unnest(v_words, v_columns) with ordinality as word (value, name, place)
    left join pgsync.captured_columns(v_source) as captured on captured.name = word.name
    left join pg_catalog.pg_type as type on type.oid = captured.base_type;

    execute
        case cardinality(v_parts)
            when 1 then format('select %s #>> ''{}''', v_parts[1])
            else format('select jsonb_build_array(%s)::text', array_to_string(v_parts, ', '))
        end
    into v_key;
    return v_key;
end;
$$;

comment on function pgsync.record_key(regclass, text[])
is 'The record_id of the record with this key: a value for each column, or all as one JSON array.';
