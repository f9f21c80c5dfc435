-- What a part does not get from its parent: a trigger against TRUNCATE, and the rights that grants.sql gives
-- on all tables. Where a statement names the parent, only the rights on that count.
create or replace function pgsync.guard_range(part regclass, about text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_role name;
begin
    execute format(
        'create or replace trigger range_is_never_truncated before truncate on %s '
        || 'for each statement execute function pgsync.refuse_change()',
        part
    );
    execute format('alter table %s enable always trigger range_is_never_truncated', part);
    execute format('comment on trigger range_is_never_truncated on %s is %L', part, 'What happened never changes.');
    execute format('comment on table %s is %L', part, about);
    execute format('revoke all on table %s from public', part);
    for v_role in
        select role.rolname
        from pg_catalog.pg_roles as role
        where role.rolname in (
                'pgsync_capture', 'pgsync_worker', 'pgsync_operator', 'pgsync_reader', 'pgsync_auditor',
                'pgsync_site_reader', 'pgsync_dashboard', 'pgsync_api_read', 'pgsync_api_images', 'pgsync_api_operate',
                'pgsync_api_admin', 'pgsync_api_audit', 'pgsync_api_site'
            )
        order by role.rolname
    loop
        execute format('revoke all on table %s from %I', part, v_role);
        if v_role in ('pgsync_operator', 'pgsync_reader', 'pgsync_auditor') then
            execute format('grant select on table %s to %I', part, v_role);
        end if;
    end loop;
end;
$$;

comment on function pgsync.guard_range(regclass, text)
is 'Gives a range its trigger against TRUNCATE, its comment and its rights.';
