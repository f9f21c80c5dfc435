-- Triggers are replaced rather than dropped where they can be: dropping one waits for readers, too.
create or replace function pgsync.attach_steps(source pgsync.sources)
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select format('drop trigger %I on %s', present.tgname, present.tgrelid::regclass)
    from pg_catalog.pg_trigger as present
    where present.tgname like '000\_pgsync\_%'
        and present.tgparentid = 0
        and (
            present.tgrelid in (
                select source.source_table
                union all
                select tree.relid from pg_partition_tree(source.source_table) as tree
            )
            -- A former partition has kept its TRUNCATE trigger.
            or present.tgfoid = to_regproc(format('pgsync.%I', source.function_name))
        )
        and not exists (
            select
            from pgsync.capture_triggers(source) as wanted
            where wanted.target = present.tgrelid and wanted.trigger_name = present.tgname
        )
    order by present.tgrelid, present.tgname;

    return query
    select step.statement
    from pgsync.capture_triggers(source) as wanted
    cross join lateral (
        values
        (1, wanted.definition),
        (2, format('alter table %s enable always trigger %I', wanted.target, wanted.trigger_name))
    ) as step (place, statement)
    order by wanted.target, wanted.trigger_name, step.place;
end;
$$;

comment on function pgsync.attach_steps(pgsync.sources)
is 'The statements that create the triggers of a source; part of attach.';
