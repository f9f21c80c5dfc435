create or replace function pgsync.planned_source(
    source_table regclass,
    key_columns text[],
    columns text[],
    exclude text[],
    kind text,
    actions text[],
    before_image boolean,
    site_column text default null,
    image_key text default null,
    posts boolean default null
)
returns pgsync.sources
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
    v_known jsonb;
    v_unknown text;
begin
    if kind is null or kind not in ('auto', 'row', 'statement') then
        raise exception 'kind must be auto, row or statement, not %', quote_nullable(kind)
            using errcode = 'invalid_parameter_value';
    end if;
    if columns is not null and exclude is not null then
        raise exception 'list either the columns to capture or those to exclude, not both'
            using errcode = 'invalid_parameter_value';
    end if;
    if actions is null or not actions <@ array['create', 'update', 'delete', 'truncate'] or actions = '{}' then
        raise exception 'actions must be some of create, update, delete and truncate, not %', quote_nullable(actions)
            using errcode = 'invalid_parameter_value';
    end if;

    v_source.source_table := source_table;
    v_source.table_name := pgsync.qualified_name(source_table);
    perform pgsync.check_table(v_source);
    -- A column keeps its name in images when it is renamed: the rules that are in force know it by that.
    select known.shape
    into v_known
    from pgsync.sources as known
    where known.source_table = planned_source.source_table and known.attached;
    v_source.shape := pgsync.table_shape(source_table, v_known);
    select string_agg(quote_ident(named.name), ', ')
    into v_unknown
    from (
        select field.value ->> 'name' as name
        from jsonb_each(v_source.shape) as field
        group by field.value ->> 'name'
        having count(*) > 1
    ) as named;
    if v_unknown is not null then
        raise exception '% has a new column % whose name is used for another column in images',
            v_source.table_name, v_unknown
            using errcode = 'duplicate_column',
            detail = 'A renamed column keeps its old name in images as long as its table is attached.',
            hint = 'Rename it, exclude it, or detach the table and attach it again with rules for the new names.';
    end if;
    v_source.key_columns := pgsync.image_names(
        v_source.shape, coalesce(key_columns, pgsync.default_key(source_table))
    );
    if v_source.key_columns is null or v_source.key_columns = '{}' then
        raise exception '% has no primary key and no unique index on not-null columns',
            v_source.table_name
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'pgsync identifies each record by its key.',
            hint = format(
                'Add a primary key (alter table %s add primary key (…)), or a unique index on not-null columns.',
                v_source.table_name
            );
    end if;

    select string_agg(quote_ident(named.name), ', ')
    into v_unknown
    from unnest(exclude) as named (name)
    where not exists (
        select from pgsync.capture_columns(planned_source.source_table) as described where described.name = named.name
    );
    if v_unknown is not null then
        raise exception '% has no column %', v_source.table_name, v_unknown using errcode = 'undefined_column';
    end if;
    select string_agg(quote_ident(named.name), ', ')
    into v_unknown
    from unnest(pgsync.image_names(v_source.shape, exclude)) as named (name)
    where named.name = any(v_source.key_columns);
    if v_unknown is not null then
        raise exception 'the key column % cannot be excluded', v_unknown using errcode = 'invalid_parameter_value';
    end if;

    -- With a list, or with columns to leave out, only what was named is stored, whatever is added later.
    if columns is not null or exclude is not null then
        v_source.captured_columns := array(
            select field.value ->> 'name'
            from jsonb_each(v_source.shape) as field
            where field.value ->> 'name' = any(v_source.key_columns)
                or field.value ->> 'column' = any(columns)
                or (columns is null and field.value ->> 'column' <> all(exclude))
            order by field.key::integer
        ) || array(
            select named.name
            from unnest(columns) as named (name)
            where not exists (
                select from jsonb_each(v_source.shape) as field where field.value ->> 'column' = named.name
            )
        );
    end if;

    -- Not said, it stays; an empty text is none.
    v_source.site_column := case
        when planned_source.site_column is null then (
            select known.site_column
            from pgsync.sources as known
            where known.source_table = planned_source.source_table and known.attached
        )
        when planned_source.site_column <> '' then
            (pgsync.image_names(v_source.shape, array[planned_source.site_column]))[1]
    end;
    if v_source.site_column not in (
        select field.value ->> 'name'
        from jsonb_each(v_source.shape) as field
    )
    then
        raise exception '% has no column %', v_source.table_name, quote_ident(v_source.site_column)
            using errcode = 'undefined_column', hint = 'Name another column for the site, or an empty text for none.';
    elsif v_source.site_column <> all(v_source.captured_columns) then
        raise exception 'the site column % must be captured', quote_ident(v_source.site_column)
            using errcode = 'invalid_parameter_value', hint = 'Capture it, or give an empty text for none.';
    end if;

    v_source.image_key := case
        when planned_source.image_key is null then (
            -- Also while it was detached: nothing is stored as it is because somebody forgot to say so.
            select known.image_key
            from pgsync.sources as known
            where known.source_table = planned_source.source_table
        )
        else nullif(planned_source.image_key, '')
    end;
    if v_source.image_key is not null
        and not exists (select from pgsync.image_keys as key where key.name = v_source.image_key)
    then
        raise exception 'there is no image key %', quote_literal(v_source.image_key)
            using errcode = 'undefined_object', hint = 'pgsync image-keys add NAME FILE adds one.';
    end if;

    v_source.trigger_kind := case
        when kind <> 'auto' then kind
        when pgsync.missed_by_statements(source_table) is not null then 'row'
        else 'statement'
    end;
    v_source.actions := actions;
    v_source.before_image := before_image;
    v_source.posts := coalesce(
        planned_source.posts,
        (
            select known.posts
            from pgsync.sources as known
            where known.source_table = planned_source.source_table and known.attached
        ),
        true
    );
    v_source.function_name := pgsync.capture_name(source_table);
    v_source.reader := pgsync.reader_of(source_table);
    return v_source;
end;
$$;

comment on function pgsync.planned_source(
    regclass, text[], text[], text[], text, text[], boolean, text, text, boolean
)
is 'The source that attach derives from its arguments.';
