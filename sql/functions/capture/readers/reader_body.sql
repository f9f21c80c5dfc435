create or replace function pgsync.reader_body(is_of_rows boolean)
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $body$
select case when reader_body.is_of_rows then $reader$
#variable_conflict use_column
declare
    v_columns text;
    v_keys text;
    v_types text[];
    v_names text;
begin
    if not exists (
        select
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_roles as role on role.oid operator(pg_catalog.=) relation.relowner
        where relation.oid operator(pg_catalog.=) root and role.rolname operator(pg_catalog.=) current_user
    ) then
        raise exception 'the reader of % does not read for its owner', root::pg_catalog.regclass
            using errcode = 'insufficient_privilege',
            hint = 'If the table has a new owner, he attaches it again: pgsync attach … --renew.';
    end if;
    if not exists (select from pg_class as relation where relation.oid = root and relation.relkind in ('r', 'p')) then
        raise exception '% is not a table', root::regclass using errcode = 'wrong_object_type';
    end if;

    with described as (
        select listed.place, listed.content, attribute.attname, attribute.atttypid, attribute.atttypmod
        from jsonb_array_elements(plan -> 'columns') with ordinality as listed (content, place)
        left join pg_attribute as attribute
            on attribute.attrelid = root
            and attribute.attnum > 0
            and not attribute.attisdropped
            and case
                when by_name then attribute.attname = listed.content ->> 'column'
                else attribute.attnum = (listed.content ->> 'number')::smallint
            end
    ),
    key as (
        select key.place, key.name, described.attname, format_type(described.atttypid, described.atttypmod) as type
        from jsonb_array_elements_text(plan -> 'key') with ordinality as key (name, place)
        inner join described on described.content ->> 'name' = key.name and described.attname is not null
    )
    select
        (
            select string_agg(
                format(
                    case
                        when described.attname is null then '''{"column": "dropped"}''::jsonb as %2$I'
                        when (described.content ->> 'as_text')::boolean
                            then 'case when num_nulls(pgsync_row.%1$I) = 0 then concat(pgsync_row.%1$I) end as %2$I'
                        else 'pgsync_row.%1$I as %2$I'
                    end,
                    described.attname,
                    described.content ->> 'name'
                ),
                ', ' order by described.place
            )
            from described
        ),
        (select string_agg(format('pgsync_row.%I', key.attname), ', ' order by key.place) from key),
        (select array_agg(key.type order by key.place) from key),
        (select string_agg(format('pgsync_content.%I', key.name), ', ' order by key.place) from key)
    into v_columns, v_keys, v_types, v_names;
    if cardinality(v_types) is distinct from jsonb_array_length(plan -> 'key') then
        raise exception '% has lost a column of its key', root::regclass
            using errcode = 'object_not_in_prerequisite_state';
    end if;

    return query execute format(
        'select %s, to_jsonb(pgsync_content.*), jsonb_build_array(%s) from %s%s as pgsync_row '
        'cross join lateral (select %s) as pgsync_content%s order by %2$s limit $3',
        case
            when cardinality(v_types) > 1 then format('jsonb_build_array(%s)::text', v_names)
            when (plan ->> 'key_is_text')::boolean then format('concat(%s)', v_names)
            else format('to_jsonb(%s) #>> ''{}''', v_names)
        end,
        v_keys,
        (select case relation.relkind when 'p' then '' else 'only ' end from pg_class as relation where relation.oid = root),
        root::regclass,
        v_columns,
        case
            -- The keys are compared as what they are, not as text, so that the index of the table serves.
            when record_ids is not null then format(
                ' where (%s) in (select %s from unnest($1) as listed (key))',
                v_keys,
                case cardinality(v_types)
                    when 1 then format('listed.key::%s', v_types[1])
                    else (
                        select string_agg(
                            format('(listed.key::jsonb ->> %s)::%s', part.place - 1, part.type), ', ' order by part.place
                        )
                        from unnest(v_types) with ordinality as part (type, place)
                    )
                end
            )
            when after_key is not null then format(
                ' where (%s) > (%s)',
                v_keys,
                (
                    select string_agg(format('($2 ->> %s)::%s', part.place - 1, part.type), ', ' order by part.place)
                    from unnest(v_types) with ordinality as part (type, place)
                )
            )
            else ''
        end
    ) using record_ids, after_key, row_limit;
exception when undefined_column then
    raise exception 'the columns of % have changed since this transaction began', root::regclass
        using errcode = 'serialization_failure', hint = 'Try again in a new transaction.';
end;
$reader$ else $reader$
begin
    if not exists (
        select
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_roles as role on role.oid operator(pg_catalog.=) relation.relowner
        where relation.oid operator(pg_catalog.=) root and role.rolname operator(pg_catalog.=) current_user
    ) then
        raise exception 'the reader of % does not read for its owner', root::pg_catalog.regclass
            using errcode = 'insufficient_privilege',
            hint = 'If the table has a new owner, he attaches it again: pgsync attach … --renew.';
    end if;
    return to_jsonb(content);
end;
$reader$ end;
$body$;

comment on function pgsync.reader_body(boolean)
is 'The body of a reader: of the one that reads rows, or of the one that turns a row into JSON.';
