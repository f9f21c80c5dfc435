-- The roles that workers, people and the capture of changes are granted. Roles belong to the whole cluster,
-- so this tolerates other databases doing the same at the same moment. A user who may not create roles
-- (managed PostgreSQL has no superuser) is told what is missing, and everything works without them.
do $$
begin
    -- For whoever runs this by hand; the types below are looked up before.
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    declare
        v_wanted constant pg_catalog.jsonb := jsonb_build_object(
            'pgsync_owner', 'pgsync: owns the schemas pgsync and ledger',
            'pgsync_capture', 'pgsync: records the changes of attached tables',
            'pgsync_worker', 'pgsync: posts changes; workers connect as members of it',
            'pgsync_operator', 'pgsync: reads everything, changes the configuration',
            'pgsync_importer', 'pgsync: fetches from HTTP APIs; writes only tables that it is granted',
            'pgsync_node', 'pgsync: exchanges records; writes only tables that it is granted',
            'pgsync_reader', 'pgsync: reads everything',
            'pgsync_auditor', 'pgsync: reads everything, for auditors',
            'pgsync_site_reader', 'pgsync: reads what is of its sites',
            'pgsync_dashboard', 'pgsync: serves the HTTP API; pgsync serve connects as a member of it',
            'pgsync_api_read', 'pgsync: what a token of scope read may do',
            'pgsync_api_images', 'pgsync: what a token of scope images may do',
            'pgsync_api_operate', 'pgsync: what a token of scope operate may do',
            'pgsync_api_admin', 'pgsync: what a token of scope admin may do',
            'pgsync_api_audit', 'pgsync: what a token of scope audit may do',
            'pgsync_api_site', 'pgsync: what a token of scope operate and one site may do'
        );
        -- Since PostgreSQL 16 membership may come without the right to act as the role.
        v_may_act constant pg_catalog.text := case
            when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER'
        end;
        v_may_create constant boolean := (
            select me.rolsuper or me.rolcreaterole
            from pg_catalog.pg_roles as me
            where me.rolname = current_user
        );
        v_name pg_catalog.text;
        v_purpose pg_catalog.text;
        v_missing pg_catalog.text;
    begin
        for v_name, v_purpose in
            select wanted.key, wanted.value
            from jsonb_each_text(v_wanted) as wanted
            where v_may_create
                and not exists (select from pg_catalog.pg_roles as present where present.rolname = wanted.key)
            order by wanted.key
        loop
            begin
                -- It has the rights of a scope only where it acts as its role.
                execute format(
                    'create role %I nologin %s',
                    v_name,
                    case when v_name = 'pgsync_dashboard' then 'noinherit' else 'inherit' end
                );
                execute format('comment on role %I is %L', v_name, v_purpose);
            exception when duplicate_object or unique_violation then
                null;  -- another database's migration was faster
            end;
        end loop;

        select string_agg(wanted.name, ', ' order by wanted.name)
        into v_missing
        from jsonb_object_keys(v_wanted) as wanted (name)
        where not exists (select from pg_catalog.pg_roles as present where present.rolname = wanted.name);

        if v_missing is not null then
            raise warning 'missing roles: %; % cannot create roles', v_missing, quote_ident(current_user)
                using detail = 'pgsync works without them, but cannot separate rights: '
                    || 'workers, operators and readers connect as the owner of the schema pgsync.',
                hint = 'An administrator who may create roles runs sql/roles.sql in psql '
                    || '("pgsync migrate --print roles" shows it); then run "pgsync migrate" again.';
        end if;

        if exists (
            select from pg_catalog.pg_roles as present
            where present.rolname = 'pgsync_owner' and not pg_has_role(present.oid, v_may_act)
        ) then
            begin
                grant pgsync_owner to current_user;
            exception when insufficient_privilege then
                raise notice '% cannot act as pgsync_owner', quote_ident(current_user)
                    using detail = 'The user of the first "pgsync migrate" will own what it creates instead.',
                    hint = format(
                        'To have pgsync_owner own it, an administrator first runs: grant pgsync_owner to %I;',
                        current_user
                    );
            end;
        end if;

        -- The owner creates capture functions and gives them to pgsync_capture, which takes acting as it.
        if exists (
            select
            from pg_catalog.pg_roles as capture
            inner join pg_catalog.pg_roles as owner on owner.rolname = 'pgsync_owner'
            where capture.rolname = 'pgsync_capture' and not pg_has_role(owner.oid, capture.oid, v_may_act)
        ) then
            begin
                grant pgsync_capture to pgsync_owner;
            exception when insufficient_privilege or unique_violation then
                raise notice 'pgsync_owner cannot act as pgsync_capture'
                    using detail = 'Capture functions will run with the rights of pgsync_owner.',
                    hint = 'Have an administrator run: grant pgsync_capture to pgsync_owner; then attach tables again.';
            end;
        end if;

        -- Each request runs as the role of its scope, which takes acting as it.
        for v_name in
            select scope.rolname
            from pg_catalog.pg_roles as scope
            inner join pg_catalog.pg_roles as served on served.rolname = 'pgsync_dashboard'
            where scope.rolname in (
                    'pgsync_api_read', 'pgsync_api_images', 'pgsync_api_operate', 'pgsync_api_admin',
                    'pgsync_api_audit', 'pgsync_api_site', 'pgsync_site_reader', 'pgsync_node'
                )
                and not pg_has_role(served.oid, scope.oid, v_may_act)
            order by scope.rolname
        loop
            begin
                execute format('grant %I to pgsync_dashboard', v_name);
            exception when insufficient_privilege or unique_violation then
                raise notice 'pgsync_dashboard cannot act as %', v_name
                    using detail = 'pgsync serve needs it for each request.',
                    hint = format('Have an administrator run: grant %I to pgsync_dashboard;', v_name);
            end;
        end loop;
    end;
end;
$$;
