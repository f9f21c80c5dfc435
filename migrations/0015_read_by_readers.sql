-- Rows are read by readers since 0008: what was generated for backfills before has no use, and would keep
-- migrate from ending, for it belongs to the role of capture.
do $$
declare
    v_statement text;
begin
    for v_statement in
        select format('drop function %s', routine.oid::regprocedure)
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname in (select source.function_name || '_backfill' from pgsync.sources as source)
    loop
        execute v_statement;
    end loop;
end;
$$;
