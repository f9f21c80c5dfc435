-- Triggers can be disabled, dropped or missing on a new partition, and a table can replace another. All of
-- that is visible in the catalog. No index covers the triggers of a function, so they are read once, for all
-- tables, to find those whose triggers need a closer look.
create or replace function pgsync.inspect_capture(only_source regclass default null)
returns table (source_table regclass, finding text, severity text, found text, remedy text)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
declare
    v_source pgsync.sources;
    v_taken regclass;
    v_reattach text;
    v_doubtful regclass[];
begin
    with present as materialized (
        select
            routine.proname as function_name,
            source.source_table,
            own.tgrelid,
            own.tgname,
            own.tgparentid,
            own.tgenabled,
            own.tgtype,
            concat_ws(' ', own.tgnewtable, own.tgoldtable) as transition,
            own.tgqual is not null
            or own.tgattr <> ''
            or own.tgnargs <> 0
            or own.tgconstraint <> 0
            or own.tgdeferrable as is_odd
        from pg_catalog.pg_trigger as own
        inner join pg_catalog.pg_proc as routine on routine.oid = own.tgfoid
        inner join pgsync.sources as source on source.function_name = routine.proname
        where routine.pronamespace = 'pgsync'::regnamespace
            and source.attached
            and (only_source is null or source.source_table = only_source)
    ),
    wanted as materialized (
        select source.source_table, own.*
        from pgsync.sources as source
        cross join lateral pgsync.capture_triggers(source) as own
        where source.attached and (only_source is null or source.source_table = only_source)
    ),
    inherited as materialized (
        select
            source.source_table,
            part.relid,
            '000_pgsync_' || event.name as trigger_name
        from pgsync.sources as source
        inner join pg_catalog.pg_class as relation on relation.oid = source.source_table and relation.relkind = 'p'
        cross join lateral pg_partition_tree(source.source_table) as part
        cross join (values ('create', 'insert'), ('update', 'update'), ('delete', 'delete')) as event (action, name)
        where source.attached
            and (only_source is null or source.source_table = only_source)
            and part.isleaf
            and event.action = any(source.actions)
    ),
    doubtful as (
        select present.source_table
        from present
        left join wanted
            on present.source_table = wanted.source_table
            and present.tgrelid = wanted.target
            and present.tgname = wanted.trigger_name
        where present.tgenabled <> 'A' or (
            present.tgparentid = 0
            and (wanted.target is null or present.is_odd or (present.tgtype, present.transition)
                <> (wanted.type, wanted.transition))
        )
        union all
        select wanted.source_table
        from wanted
        left join present
            on wanted.source_table = present.source_table
            and wanted.target = present.tgrelid
            and wanted.trigger_name = present.tgname
            and present.tgparentid = 0
        where present.tgrelid is null
        union all
        select inherited.source_table
        from inherited
        left join present
            on inherited.source_table = present.source_table
            and inherited.relid = present.tgrelid
            and inherited.trigger_name = present.tgname
            and present.tgparentid <> 0
        where present.tgrelid is null
    )
    select coalesce(array_agg(distinct doubtful.source_table::oid)::regclass[], '{}') into v_doubtful from doubtful;

    for v_source in
        select known.*
        from pgsync.sources as known
        where known.attached and (only_source is null or known.source_table = only_source)
        order by known.table_name
    loop
        v_reattach := format('select pgsync.reattach(%L);', v_source.source_table::text);
        v_taken := pgsync.table_named(v_source.table_name);

        if not exists (
            select from pg_catalog.pg_class as relation where relation.oid = v_source.source_table
        ) then
            return query select v_source.source_table, 'table_dropped', 'problem',
                v_source.table_name || ' no longer exists',
                case
                    when v_taken is null then ''
                    else format('another table now has its name: select pgsync.attach(%L); and ', v_source.table_name)
                end || format(
                    'select pgsync.detach(''%s''); ends its capture and keeps its history', v_source.source_table::oid
                );
            continue;
        end if;

        if pgsync.qualified_name(v_source.source_table) <> v_source.table_name then
            return query select v_source.source_table,
                case when v_taken is null then 'table_renamed' else 'table_swapped' end,
                case when v_taken is null then 'warning' else 'problem' end,
                format('%s is now called %s', v_source.table_name, v_source.source_table)
                || case when v_taken is null then '' else format(', and another table is called %s', v_taken) end,
                case
                    when v_taken is null then v_reattach
                    else format('select pgsync.attach(%L); then backfill it', v_source.table_name)
                end;
        end if;

        if v_source.source_table = any(v_doubtful) then
            return query select v_source.source_table, 'trigger_missing', 'problem',
                format('%s has no trigger %I', wanted.target, wanted.trigger_name), v_reattach || ' then backfill it'
                from pgsync.capture_triggers(v_source) as wanted
                where (wanted.target = v_source.source_table or wanted.target = any(v_source.parts)) and not exists (
                    select
                    from pgsync.present_triggers(v_source) as present
                    where present.target = wanted.target and present.trigger_name = wanted.trigger_name and present.is_wanted
                );

            return query select v_source.source_table, 'trigger_missing', 'problem',
                format('partition %s has no trigger for %s', leaf.relid, missing.event), v_reattach || ' then backfill it'
                from pg_partition_tree(v_source.source_table) as leaf
                cross join unnest(array['insert', 'update', 'delete']) with ordinality as missing (event, place)
                where leaf.isleaf
                    and leaf.relid <> v_source.source_table
                    and (array['create', 'update', 'delete'])[missing.place] = any(v_source.actions)
                    and not exists (
                        select
                        from pg_catalog.pg_trigger as present
                        inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
                        where present.tgrelid = leaf.relid
                            and present.tgname = '000_pgsync_' || missing.event
                            and present.tgparentid <> 0
                            and routine.pronamespace = 'pgsync'::regnamespace
                            and routine.proname = v_source.function_name
                    );
        end if;

        return query select v_source.source_table, 'partition_added', 'warning',
            format('%s became a partition later: its earlier rows and its TRUNCATE are not captured', part.relid),
            v_reattach || ' then backfill it, if it had rows'
            from pg_partition_tree(v_source.source_table) as part
            where part.isleaf and part.relid <> v_source.source_table and part.relid <> all(v_source.parts);

        return query select v_source.source_table, 'partition_gone', 'warning',
            format('%s is no longer a partition: its rows left without firing a trigger', known.name),
            v_reattach || ' once you have decided what to do about the entries of these rows'
            from unnest(v_source.parts, v_source.part_names) as known (part, name)
            where not exists (
                select
                from pg_partition_tree(v_source.source_table) as part
                where part.isleaf and part.relid = known.part
            );

        return query select v_source.source_table, 'table_unlogged', 'problem',
            format('%s is unlogged: a server crash empties it without firing a trigger', part.name),
            format('alter table %s set logged;', part.name)
            from pgsync.unlogged_parts(v_source.source_table) as part (name);

        return query select v_source.source_table, 'key_not_unique', 'problem',
            format('no index keeps two rows of %s from having the same %s', v_source.table_name, keys.names),
            format('create unique index concurrently on %s (%s);', v_source.table_name, keys.names)
            from (
                select string_agg(quote_ident(shaped.present_name), ', ' order by key.place), array_agg(shaped.present_name)
                from unnest(v_source.key_columns) with ordinality as key (name, place)
                inner join pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped on shaped.name = key.name
                having count(shaped.present_name) = cardinality(v_source.key_columns)
            ) as keys (names, list)
            where pgsync.key_uniqueness(v_source.source_table, keys.list) is null;

        if v_source.source_table = any(v_doubtful) then
            return query select v_source.source_table, 'trigger_disabled', 'problem',
                format('trigger %I on %s does not always fire', present.tgname, present.tgrelid::regclass),
                v_reattach || ' then backfill it'
                from pg_catalog.pg_trigger as present
                inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
                where routine.proname = v_source.function_name
                    and routine.pronamespace = 'pgsync'::regnamespace
                    and present.tgenabled <> 'A';
        end if;

        return query select v_source.source_table, 'reads_refused', 'warning',
            v_source.table_name || ' forces row security on its owner: nested statements that write to it '
            || 'fail, and it cannot be backfilled',
            format('alter table %s no force row level security; or: ', v_source.table_name)
            || format('alter role %I bypassrls;', pgsync.owner_of(v_source.source_table))
            where pgsync.reads_refused(v_source.source_table);

        return query select v_source.source_table, 'reader_missing', 'problem',
            format('%I, the owner of %s, has no reader: ', pgsync.owner_of(v_source.source_table), v_source.table_name)
            || 'nested statements that write to the table fail',
            v_reattach
            where not pgsync.has_reader(v_source.source_table, v_source.reader);

        if v_source.source_table = any(v_doubtful) then
            return query select v_source.source_table, 'foreign_trigger', 'problem',
                format('%I on %s uses the capture function of %s', present.trigger_name, present.target, v_source.table_name)
                || ' but is not as attach creates it',
                format('drop trigger %I on %s; ', present.trigger_name, present.target) || v_reattach
                from pgsync.present_triggers(v_source) as present
                where not present.is_wanted;
        end if;

        return query select v_source.source_table, 'writes_missed', 'problem',
            format('statement triggers on %s miss changes: ', v_source.table_name)
            || pgsync.missed_by_statements(v_source.source_table),
            format('select pgsync.attach(%L); then backfill it, which also finds deleted rows', v_source.table_name)
            where v_source.trigger_kind = 'statement'
                and pgsync.missed_by_statements(v_source.source_table) is not null;

        if pgsync.capture_checksum(v_source.function_name) is distinct from v_source.function_checksum then
            return query select v_source.source_table, 'function_changed', 'problem',
                format('the function pgsync.%I() was changed after it was generated', v_source.function_name),
                v_reattach;
        end if;

        return query select v_source.source_table,
            case
                when shaped.present_name is null then 'column_dropped'
                when shaped.present_name <> shaped.column_name then 'column_renamed'
                else 'column_retyped'
            end,
            case when shaped.name = any(v_source.key_columns) then 'problem' else 'warning' end,
            case
                when shaped.present_name is null then format('column %I was dropped', shaped.name)
                when shaped.present_name <> shaped.column_name
                    then format(
                        'column %I is now called %I, but remains %I in images',
                        shaped.column_name, shaped.present_name, shaped.name
                    )
                else format(
                    'column %I changed from %s to %s: if that changed its values, no trigger fired',
                    shaped.name, shaped.data_type, shaped.present_type
                )
            end,
            v_reattach || case when shaped.present_name = shaped.column_name then ' then backfill it' else '' end
            from pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped
            where (v_source.captured_columns is null or shaped.name = any(v_source.captured_columns)) and (
                shaped.present_name is null
                or shaped.present_name <> shaped.column_name
                or shaped.present_type <> shaped.data_type
            );

        return query select v_source.source_table, 'column_added', 'note',
            format('column %I was added after the table was attached', added.name)
            || case when v_source.captured_columns is null then '' else ' and is not captured' end,
            case when v_source.captured_columns is null then v_reattach else 'attach again to capture it' end
            || '; then backfill it, if rows have values there'
            from pgsync.capture_columns(v_source.source_table) as added
            where added.number not in (
                select shaped.present_number
                from pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped
                where shaped.present_number is not null
            );
    end loop;
end;
$$;

comment on function pgsync.inspect_capture(regclass)
is 'What is wrong with the capture of attached tables, and how to fix it; no rows when all is well.';
