-- Nobody can turn a table into one of partitions, but a new one can take its name.
create or replace function pgsync.replace_by_parent(plain regclass, range_name text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I, %L and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_name constant name := (select own.relname from pg_catalog.pg_class as own where own.oid = plain);
    v_triggers text[];
    v_bound constant name := (
        select own.conname from pg_catalog.pg_constraint as own
        where own.conrelid = plain and own.conname ~ '^stays_below_[0-9]+$'
    );
    v_statement text;
begin
    -- Attaching it copies the triggers for each row from the parent.
    v_triggers := array(
        select statement
        from pg_catalog.pg_trigger as own
        cross join lateral (
            values
            (pg_get_triggerdef(own.oid)),
            (format('alter table pgsync.%I enable always trigger %I', v_name, own.tgname)),
            (format(
                'comment on trigger %I on pgsync.%I is %L', own.tgname, v_name, obj_description(own.oid, 'pg_trigger')
            ))
        ) as step (statement)
        where own.tgrelid = plain and not own.tgisinternal
    );
    for v_statement in
        select format('drop trigger %I on %s', own.tgname, plain)
        from pg_catalog.pg_trigger as own
        where own.tgrelid = plain and not own.tgisinternal
    loop
        execute v_statement;
    end loop;

    perform pgsync.rename_range(plain, replace_by_parent.range_name);
    execute format(
        'create table pgsync.%I (like %s including all) partition by range (log_id)', v_name, plain
    );
    if v_bound is not null then
        execute format('alter table pgsync.%I drop constraint %I', v_name, v_bound);
    end if;
    -- Its indexes are called as they were.
    for v_statement in
        select format(
            'alter index pgsync.%I rename to %I', made.relname,
            v_name || substr(old.relname, length(replace_by_parent.range_name) + 1)
        )
        from pg_catalog.pg_index as own
        inner join pg_catalog.pg_class as made on made.oid = own.indexrelid
        inner join pg_catalog.pg_index as earlier on earlier.indkey = own.indkey and earlier.indrelid = plain
        inner join pg_catalog.pg_class as old on old.oid = earlier.indexrelid and old.relam = made.relam
        where own.indrelid = format('pgsync.%I', v_name)::regclass
            and made.relname <> v_name || substr(old.relname, length(replace_by_parent.range_name) + 1)
    loop
        execute v_statement;
    end loop;
    execute format(
        'comment on table pgsync.%I is %L', v_name, obj_description(plain, 'pg_class')
    );
    for v_statement in
        select format(
            'grant %s on table pgsync.%I to %s', held.privilege_type, v_name,
            case held.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(held.grantee)) end
        )
        from pg_catalog.pg_class as own
        cross join lateral aclexplode(own.relacl) as held
        where own.oid = plain and held.grantee <> own.relowner
    loop
        execute v_statement;
    end loop;
    foreach v_statement in array v_triggers
    loop
        execute v_statement;
    end loop;
end;
$$;

comment on function pgsync.replace_by_parent(regclass, text)
is 'Renames a plain table, and puts an empty table of partitions, alike in all else, in its place.';
