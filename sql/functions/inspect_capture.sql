-- Triggers can be disabled, dropped or never reach a new partition, and a table can take the place of
-- another. All of that is visible in the catalog.
create or replace function pgsync.inspect_capture()
returns table (source_table regclass, finding text, severity text, found text, remedy text)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
    v_taken regclass;
    v_reattach text;
begin
    for v_source in
        select known.* from pgsync.sources as known where known.attached order by known.table_name
    loop
        v_reattach := format('select pgsync.reattach(%L);', v_source.source_table::text);
        v_taken := to_regclass(v_source.table_name);

        if not exists (
            select from pg_catalog.pg_class as relation where relation.oid = v_source.source_table
        ) then
            return query select v_source.source_table, 'table_dropped', 'problem',
                v_source.table_name || ' is gone',
                case
                    when v_taken is null then 'its history stays; to forget it: '
                        || format('update pgsync.sources set attached = false, detached_at = now() '
                            || 'where source_table = %s;', v_source.source_table::oid)
                    else 'another table has its name: ' || format('select pgsync.attach(%L);', v_source.table_name)
                end;
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

        return query select v_source.source_table, 'trigger_missing', 'problem',
            format('%s has no trigger %I', wanted.target, wanted.trigger_name), v_reattach || ' then backfill it'
            from pgsync.capture_triggers(v_source) as wanted
            where not exists (
                select
                from pg_catalog.pg_trigger as present
                inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
                where present.tgrelid = wanted.target
                    and present.tgname = wanted.trigger_name
                    and routine.proname = v_source.function_name
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
                        and routine.proname = v_source.function_name
                );

        return query select v_source.source_table, 'trigger_disabled', 'problem',
            format('trigger %I of %s does not always fire', present.tgname, present.tgrelid::regclass),
            v_reattach || ' then backfill it'
            from pg_catalog.pg_trigger as present
            inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
            where routine.proname = v_source.function_name
                and routine.pronamespace = 'pgsync'::regnamespace
                and present.tgenabled <> 'A';

        return query select v_source.source_table, 'reads_refused', 'problem',
            'capture may not read all rows of ' || v_source.table_name, v_reattach
            where exists (select from pgsync.capture_rights(v_source.source_table));

        return query select v_source.source_table, 'writes_missed', 'problem',
            format('statement triggers of %s do not see all changes: ', v_source.table_name)
            || pgsync.missed_by_statements(v_source.source_table),
            format('select pgsync.attach(%L); then backfill it', v_source.table_name)
            where v_source.trigger_kind = 'statement'
                and pgsync.missed_by_statements(v_source.source_table) is not null;

        if pgsync.capture_checksum(v_source.function_name) is distinct from v_source.function_checksum then
            return query select v_source.source_table, 'function_changed', 'problem',
                format('the function pgsync.%I() is not the one that was generated', v_source.function_name),
                v_reattach;
        end if;

        return query select v_source.source_table,
            case
                when now_there.name is null then 'column_dropped'
                when now_there.name <> before.described ->> 'name' then 'column_renamed'
                else 'column_retyped'
            end,
            case when before.described ->> 'name' = any(v_source.key_columns) then 'problem' else 'warning' end,
            case
                when now_there.name is null then format('column %I is gone', before.described ->> 'name')
                when now_there.name <> before.described ->> 'name'
                    then format('column %I is now called %I', before.described ->> 'name', now_there.name)
                else format(
                    'column %I was %s and is %s: if its values changed with it, no trigger saw that',
                    now_there.name, before.described ->> 'type', now_there.data_type
                )
            end,
            v_reattach || case when now_there.name = before.described ->> 'name' then ' then backfill it' else '' end
            from jsonb_each(v_source.shape) as before (number, described)
            left join pgsync.capture_columns(v_source.source_table) as now_there
                on now_there.number = before.number::smallint
            where (
                v_source.captured_columns is null or before.described ->> 'name' = any(v_source.captured_columns)
            ) and (
                now_there.name is null
                or now_there.name <> before.described ->> 'name'
                or now_there.data_type <> before.described ->> 'type'
            );

        return query select v_source.source_table, 'column_added', 'note',
            format('column %I came after the table was attached', added.name)
            || case when v_source.captured_columns is null then '' else ' and is not captured' end,
            case when v_source.captured_columns is null then v_reattach else 'attach again to capture it' end
            from pgsync.capture_columns(v_source.source_table) as added
            where not v_source.shape ? added.number::text;
    end loop;
end;
$$;

comment on function pgsync.inspect_capture()
is 'What is wrong with the capture of attached tables, and what to do about it; no rows when all is well.';
