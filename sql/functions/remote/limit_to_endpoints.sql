create or replace function pgsync.limit_to_endpoints()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_table name;
begin
    for v_table in
        select listed.name
        from unnest(array['sync_jobs', 'sync_failed_items']::name[]) as listed (name)
        where not exists (
            select
            from pg_catalog.pg_policy as policy
            where policy.polrelid = format('pgsync.%I', listed.name)::regclass and policy.polname = 'endpoints_that_are_granted'
        )
    loop
        execute format(
            'create policy endpoints_that_are_granted on pgsync.%I for select using ('
            '(select pgsync.limited_endpoints()) is null'
            ' or kind = ''import'' and subject = any((select pgsync.limited_endpoints())::text[]))',
            v_table
        );
    end loop;
end;
$$;

comment on function pgsync.limit_to_endpoints()
is 'Makes the policies by which a role that is limited to endpoints sees only their jobs and failed items.';
