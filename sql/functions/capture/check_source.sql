-- Everything that is known to fail is refused before anything is locked, with a hint.
create or replace function pgsync.check_source(source pgsync.sources)
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_table pg_catalog.pg_class;
    v_columns text;
    v_guard text;
begin
    select relation.* into v_table from pg_catalog.pg_class as relation where relation.oid = source.source_table;

    if source.trigger_kind = 'statement' and pgsync.missed_by_statements(source.source_table) is not null then
        raise exception 'statement triggers would miss changes to %', source.table_name
            using detail = pgsync.missed_by_statements(source.source_table),
            errcode = 'feature_not_supported', hint = 'Use kind ''auto'' or ''row''.';
    end if;

    select string_agg(quote_ident(wanted.name), ', ')
    into v_columns
    from unnest(source.key_columns || coalesce(source.captured_columns, '{}')) as wanted (name)
    where not exists (
        select from pgsync.captured_columns(source) as captured where captured.name = wanted.name
    );
    if v_columns is not null then
        raise exception '% has no column %', source.table_name, v_columns
            using errcode = 'undefined_column',
            hint = 'Its columns are: ' || (
                select string_agg(quote_ident(described.name), ', ' order by described.number)
                from pgsync.capture_columns(source.source_table) as described
            ) || '.';
    end if;

    select string_agg(quote_ident(described.name), ', ' order by described.number)
    into v_columns
    from pgsync.captured_columns(source) as captured
    inner join pgsync.capture_columns(source.source_table) as described on described.number = captured.number
    where captured.key_place is not null and not described.not_null;
    if v_columns is not null then
        raise exception '% cannot be identified by %, which can be null', source.table_name, v_columns
            using errcode = 'not_null_violation',
            hint = format(
                'Make it not null, or choose other columns: select pgsync.attach(%L, key_columns => array[…]);',
                source.table_name
            );
    end if;

    select string_agg(format('%I (%s)', described.name, described.data_type), ', ' order by described.number)
    into v_columns
    from pgsync.captured_columns(source) as captured
    inner join pgsync.capture_columns(source.source_table) as described on described.number = captured.number
    inner join pg_catalog.pg_type as type on type.oid = captured.base_type
    where captured.key_place is not null
        and (
            captured.treatment not in ('plain', 'text')
            or type.typcategory in ('A', 'C')
            or type.oid = 'jsonb'::regtype
        );
    if v_columns is not null then
        raise exception '% cannot be identified by %, whose text form does not read back as the same value',
            source.table_name, v_columns
            using errcode = 'feature_not_supported', hint = 'Choose other columns: key_columns => array[…].';
    end if;

    v_guard := pgsync.key_uniqueness(source.source_table, pgsync.present_names(source, source.key_columns));
    if v_guard is null then
        select string_agg(quote_ident(key.name), ', ' order by key.place)
        into v_columns
        from unnest(pgsync.present_names(source, source.key_columns)) with ordinality as key (name, place);
        raise exception '% cannot be identified by %, which is not unique', source.table_name, v_columns
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'Changes to different rows would be taken for changes to one record.',
            hint = format(
                'Create a unique index (create unique index concurrently on %s (%s);), or choose other columns.',
                source.table_name,
                v_columns
            );
    end if;

    select string_agg(format('%I (%s)', described.name, described.data_type), ', ' order by described.number)
    into v_columns
    from pgsync.captured_columns(source) as captured
    inner join pgsync.capture_columns(source.source_table) as described on described.number = captured.number
    where captured.treatment = 'refused';
    if v_columns is not null then
        raise exception '%: values of % cannot be read back from an image', source.table_name, v_columns
            using errcode = 'feature_not_supported', hint = 'Exclude them: exclude => array[…].';
    end if;

    select string_agg(quote_ident(described.name), ', ')
    into v_columns
    from pgsync.capture_columns(source.source_table) as described
    where described.name like 'pgsync\_%' or described.name = 'tg_relid';
    if v_columns is not null then
        raise exception '% has a column %, a name reserved for capture functions',
            source.table_name, v_columns
            using errcode = 'reserved_name';
    end if;

    select string_agg(format('%I on %s', present.tgname, present.tgrelid::regclass), ', ')
    into v_columns
    from pg_catalog.pg_trigger as present
    inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
    where present.tgname like '000\_pgsync\_%'
        and routine.pronamespace <> 'pgsync'::regnamespace
        and present.tgrelid in (
            select source.source_table
            union all
            select tree.relid from pg_partition_tree(source.source_table) as tree
        );
    if v_columns is not null then
        raise exception '% has triggers with names reserved for capture: %', source.table_name, v_columns
            using errcode = 'duplicate_object', hint = 'Rename them: alter trigger … on … rename to …;';
    end if;

    select string_agg(quote_ident(read.name), ', ' order by read.name)
    into v_columns
    from (
        select distinct named.name
        from pgsync.rules as rule
        cross join unnest(rule.columns) as named (name)
        where rule.source_table = source.source_table
            and (rule.active_until is null or rule.active_until > rule.active_from)
    ) as read
    where exists (
        select
        from pgsync.source_versions as earlier
        cross join jsonb_each(earlier.shape) as field
        where earlier.source_table = source.source_table
            and field.value ->> 'name' = read.name
            and (earlier.captured_columns is null or read.name = any(earlier.captured_columns))
    )
    and not exists (
        select from pgsync.captured_columns(source) as captured where captured.name = read.name
    );
    if v_columns is not null then
        raise exception '% would be captured without %, which rules in force read', source.table_name, v_columns
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'The next change to each record would reverse what they posted.',
            hint = 'Retire the rules (pgsync rules retire), or apply versions that do not read it.';
    end if;

    if v_guard = 'deferrable' and v_table.relforcerowsecurity and pgsync.reads_refused(source.source_table) then
        raise exception '% has a deferrable key and forces row security on its owner', source.table_name
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'Capture reads its rows again after each statement, and its owner may not see all of them.',
            hint = format('alter table %s no force row level security;', source.table_name);
    end if;
end;
$$;

comment on function pgsync.check_source(pgsync.sources)
is 'Raises an error if a table cannot be attached as requested.';
