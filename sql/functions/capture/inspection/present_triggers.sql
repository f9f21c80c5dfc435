create or replace function pgsync.present_triggers(source pgsync.sources)
returns table (target regclass, trigger_name text, is_wanted boolean, always_fires boolean)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select
        present.tgrelid::regclass,
        present.tgname::text,
        coalesce(
            wanted.transition = concat_ws(' ', present.tgnewtable, present.tgoldtable)
            and wanted.type = present.tgtype
            and present.tgqual is null
            and present.tgattr = ''
            and present.tgnargs = 0
            and present.tgconstraint = 0
            and not present.tgdeferrable,
            false
        ),
        present.tgenabled = 'A'
    from pg_catalog.pg_trigger as present
    inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
    left join pgsync.capture_triggers(source) as wanted
        on wanted.target = present.tgrelid and wanted.trigger_name = present.tgname
    where routine.pronamespace = 'pgsync'::regnamespace
        and routine.proname = source.function_name
        and present.tgparentid = 0
        -- A former partition has kept its TRUNCATE trigger.
        and present.tgrelid <> all(
            array(
                select former.part
                from unnest(source.parts) as former (part)
                where former.part not in (select tree.relid from pg_partition_tree(source.source_table) as tree)
            )
        );
end;
$$;

comment on function pgsync.present_triggers(pgsync.sources)
is 'The triggers that call the capture function of a source, and whether each is as attach creates it.';
