-- Rows are read by readers since 0008: what was generated for backfills before has no use, and would keep
-- migrate from ending, for it belongs to the role of capture. Functions without a file go, too, but for those
-- that capture functions of former versions still call.
do $$
declare
    v_statement text;
begin
    for v_statement in
        select format('drop function %s', routine.oid::regprocedure)
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname in (select source.function_name || '_backfill' from pgsync.sources as source)
        union all
        select format('drop function %s', routine.oid::regprocedure)
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname in (
                'capture_absent', 'capture_image', 'capture_new', 'capture_one', 'capture_rights',
                'capture_settings', 'capture_variables', 'current_images', 'lacks_columns', 'lock_slots'
            )
            and not exists (
                select
                from pgsync.sources as source
                inner join pg_catalog.pg_proc as capture on capture.proname = source.function_name
                where capture.pronamespace = 'pgsync'::regnamespace
                    and strpos(capture.prosrc, 'pgsync.' || routine.proname) > 0
            )
    loop
        execute v_statement;
    end loop;
end;
$$;

delete from pgsync.migrations
where path in (
    'sql/functions/backfill_text.sql', 'sql/functions/blocked_message.sql',
    'sql/functions/capture_absent.sql',
    'sql/functions/capture_image.sql', 'sql/functions/capture_new.sql', 'sql/functions/capture_one.sql',
    'sql/functions/capture_rights.sql', 'sql/functions/capture_settings.sql',
    'sql/functions/capture_variables.sql', 'sql/functions/current_images.sql', 'sql/functions/is_blocked.sql',
    'sql/functions/is_of_sources.sql', 'sql/functions/lacks_columns.sql', 'sql/functions/lock_slots.sql'
) and to_regproc('pgsync.' || substring(path from '([a-z_]+)[.]sql$')) is null;
