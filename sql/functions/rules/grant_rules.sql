-- Compiled rules and the function that calls them have no files, so the grants find them in the catalog.
create or replace function pgsync.grant_rules()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with regprocedure and %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_statement text;
begin
    for v_statement in
        select format(granted.statement, routine.oid::regprocedure, granted.role)
        from pg_catalog.pg_proc as routine
        cross join (
            select 'revoke all on function %s from public' as statement, null as role
            union all
            select 'grant execute on function %s to %I' as statement, role.rolname
            from pg_catalog.pg_roles as role
            where role.rolname in ('pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker')
        ) as granted
        where routine.pronamespace = 'pgsync'::regnamespace
            and (
                routine.proname = 'evaluate'
                or routine.proname in (select rule.function_name from pgsync.rules as rule)
            )
    loop
        execute v_statement;
    end loop;
end;
$$;

comment on function pgsync.grant_rules()
is 'Lets the roles that evaluate rules, and no others, run the compiled ones.';
