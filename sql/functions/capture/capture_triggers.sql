-- The names of the triggers sort first, so that changes are reported before triggers of the application react
-- to them. A TRUNCATE trigger belongs to a single table, so each partition needs its own.
create or replace function pgsync.capture_triggers(source pgsync.sources)
returns table (target regclass, trigger_name text, definition text, transition text, type smallint)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select
        target.relation::regclass,
        wanted.trigger_name,
        format(
            'create or replace trigger %I after %s on %s%s for each %s execute function pgsync.%I()',
            wanted.trigger_name,
            wanted.event,
            pgsync.qualified_name(target.relation),
            case
                when firing.by_row or wanted.event = 'truncate' then ''
                else concat_ws(
                    ' ',
                    ' referencing',
                    'new table as ' || nullif(wanted.new_rows, ''),
                    'old table as ' || nullif(wanted.old_rows, '')
                )
            end,
            case when firing.by_row then 'row' else 'statement' end,
            source.function_name
        ),
        case when firing.by_row then '' else concat_ws(' ', nullif(wanted.new_rows, ''), nullif(wanted.old_rows, '')) end,
        (wanted.event_type + case when firing.by_row then 1 else 0 end)::smallint
    from (
        values
        ('create', 'insert', '000_pgsync_insert', 'new_rows', '', 4),
        ('update', 'update', '000_pgsync_update', 'new_rows', 'old_rows', 16),
        ('delete', 'delete', '000_pgsync_delete', '', 'old_rows', 8),
        ('truncate', 'truncate', '000_pgsync_truncate', '', '', 32)
    ) as wanted (action, event, trigger_name, new_rows, old_rows, event_type)
    cross join lateral (
        select source.trigger_kind = 'row' and wanted.event <> 'truncate' as by_row
    ) as firing
    cross join lateral (
        select source.source_table as relation
        union all
        select tree.relid
        from pg_partition_tree(source.source_table) as tree
        where wanted.event = 'truncate' and tree.relid <> source.source_table
    ) as target
    where wanted.action = any(source.actions)
    order by target.relation, wanted.trigger_name;
end;
$$;

comment on function pgsync.capture_triggers(pgsync.sources)
is 'The triggers that a source must have, with the statements that create them.';
