create or replace function pgsync.checked_keys(
    source_table regclass,
    level bigint,
    key_columns text[],
    columns text[],
    records jsonb
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_named record;
    v_told record;
    v_good jsonb;
    v_refused jsonb;
begin
    with item as materialized (
        select
            (element.content ->> 'place')::bigint as place,
            element.content,
            case
                when coalesce(element.content ->> 'action', '') not in ('create', 'update', 'delete')
                    then 'action is create, update or delete'
                when jsonb_typeof(element.content -> 'id') not in ('string', 'number') then 'id is a text'
                when not element.content ? 'id'
                    and not coalesce(element.content -> 'data', '{}') ?& key_columns
                    then 'id is missing, and so are the columns ' || array_to_string(key_columns, ', ') || ' in data'
                when coalesce(jsonb_typeof(element.content -> 'data'), 'null')
                    <> all(case when element.content ->> 'action' = 'delete' then array['object', 'null'] else array['object'] end)
                    then 'data is an object'
                when jsonb_typeof(element.content -> 'old_data') not in ('object', 'null') then 'old_data is an object'
                when coalesce(element.content ->> 'stamp', '0') !~ '^[0-9]{1,18}$' then 'stamp is a whole number'
                when jsonb_typeof(element.content -> 'partial') not in ('boolean', 'null') then 'partial is true or false'
                when jsonb_typeof(element.content -> 'again') not in ('boolean', 'null') then 'again is true or false'
                when jsonb_typeof(element.content -> 'base') not in ('string', 'null') then 'base is a text'
            end as complaint,
            (
                select string_agg(name.word, ', ')
                from jsonb_object_keys(
                    case when jsonb_typeof(element.content -> 'data') = 'object' then element.content -> 'data' else '{}' end
                ) as name (word)
                where name.word <> all(columns)
            ) as unknown
        from jsonb_array_elements(records) as element (content)
    )

    select
        coalesce(
            jsonb_agg(
                pgsync.refused_record(
                    item.place,
                    case when item.complaint is null then 'data.unknown_column' else 'data.form' end,
                    coalesce(item.complaint, 'there is no column ' || item.unknown)
                )
            ) filter (where item.complaint is not null or item.unknown is not null),
            '[]'
        ),
        coalesce(
            jsonb_agg(item.content order by item.place) filter (where item.complaint is null and item.unknown is null),
            '[]'
        )
    into v_refused, v_good
    from item;
    if v_good = '[]' then
        return v_refused;
    end if;

    begin
        select named.*
        into v_named
        from pgsync.typed_keys(
            source_table,
            key_columns,
            (
                select jsonb_agg(
                    case
                        when element.content ? 'id'
                            then pgsync.keys_of(key_columns, array[element.content ->> 'id']) -> 0
                        else element.content -> 'data'
                    end
                    order by element.place
                )
                from jsonb_array_elements(v_good) with ordinality as element (content, place)
            )
        ) as named;
        -- What the row itself says.
        select named.*
        into v_told
        from pgsync.typed_keys(
            source_table,
            key_columns,
            (
                select jsonb_agg(
                    (v_named.keys -> (element.place - 1)::integer)
                    || coalesce(
                        (
                            select jsonb_object_agg(part.name, part.value)
                            from jsonb_each(
                                case
                                    when jsonb_typeof(element.content -> 'data') = 'object' then element.content -> 'data'
                                    else '{}'
                                end
                            ) as part (name, value)
                            where part.name = any(key_columns)
                        ),
                        '{}'
                    )
                    order by element.place
                )
                from jsonb_array_elements(v_good) with ordinality as element (content, place)
            )
        ) as named;
    exception when data_exception or integrity_constraint_violation or raise_exception then
        if jsonb_array_length(v_good) = 1 then
            return v_refused || pgsync.refused_record((v_good -> 0 ->> 'place')::bigint, 'data.key', left(sqlerrm, 1000));
        end if;
        return v_refused || (
            select jsonb_agg(checked.content)
            from jsonb_array_elements(v_good) as element (content)
            cross join lateral jsonb_array_elements(
                pgsync.checked_keys(source_table, level, key_columns, columns, jsonb_build_array(element.content))
            ) as checked (content)
        );
    end;

    return v_refused || (
        select coalesce(
            jsonb_agg(
                case
                    when named.record_id is null
                        then pgsync.refused_record(named.place, 'data.key', 'the key is ' || array_to_string(key_columns, ', '))
                    when named.record_id is distinct from named.told_id
                        then pgsync.refused_record(named.place, 'data.key', 'id and data have different keys')
                    else (
                        named.content
                        || jsonb_build_object(
                            'record_id', named.record_id,
                            'source_table', source_table::oid,
                            'level', level,
                            'round', named.round
                        )
                        || case
                            when named.content ->> 'action' <> 'delete'
                                then jsonb_build_object('data', named.key || (named.content -> 'data'))
                            else '{}'
                        end
                    ) - array['table', 'id']
                end
            ),
            '[]'
        )
        from (
            select
                element.content,
                (element.content ->> 'place')::bigint as place,
                v_named.record_ids[element.place] as record_id,
                v_told.record_ids[element.place] as told_id,
                v_named.keys -> (element.place - 1)::integer as key,
                row_number() over (partition by v_named.record_ids[element.place] order by element.place) as round
            from jsonb_array_elements(v_good) with ordinality as element (content, place)
        ) as named
    );
end;
$$;

comment on function pgsync.checked_keys(regclass, bigint, text[], text[], jsonb)
is 'Records of one table that a node has sent with their keys; those that are refused say why.';
