-- Trigger names sort first, so that changes are reported before triggers of the application react to them.
-- A TRUNCATE trigger belongs to one table alone, so each partition needs its own.
create or replace function pgsync.capture_triggers(source pgsync.sources)
returns table (target regclass, trigger_name text, definition text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    target.relation,
    wanted.trigger_name,
    format(
        'create or replace trigger %I after %s on %s %s execute function pgsync.%I()',
        wanted.trigger_name,
        wanted.event,
        target.relation,
        case
            when wanted.event = 'truncate' then 'for each statement'
            when source.trigger_kind = 'row' then 'for each row'
            else wanted.transition || ' for each statement'
        end,
        source.function_name
    )
from (
    values
    ('create', 'insert', '000_pgsync_insert', 'referencing new table as new_rows'),
    ('update', 'update', '000_pgsync_update', 'referencing new table as new_rows old table as old_rows'),
    ('delete', 'delete', '000_pgsync_delete', 'referencing old table as old_rows'),
    ('truncate', 'truncate', '000_pgsync_truncate', null)
) as wanted (action, event, trigger_name, transition)
cross join lateral (
    select source.source_table as relation
    union all
    select tree.relid
    from pg_partition_tree(source.source_table) as tree
    where wanted.event = 'truncate' and tree.relid <> source.source_table
) as target
where wanted.action = any(source.actions)
order by target.relation, wanted.trigger_name;
$$;

comment on function pgsync.capture_triggers(pgsync.sources)
is 'The triggers a source has to have, with the statements that create them.';
