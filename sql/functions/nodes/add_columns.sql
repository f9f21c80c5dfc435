-- Runs with the rights of its caller, who must have those of the owner of the table. A type is one that is
-- here already, and its name is written by the catalog. Nothing else of a column is taken over: no default,
-- no constraint, no expression.
create or replace function pgsync.add_columns(source_table regclass, columns jsonb, is_whole boolean)
returns text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '1s'
set quote_all_identifiers = off
as $$
    -- The statement is composed with %I, regclass and format_type.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_owner constant name := pgsync.owner_of(source_table);
    v_column record;
    v_type regtype;
    v_steps text;
    v_statement text;
begin
    for v_column in
        select
            wanted.key as name, wanted.value ->> 'type' as type_name, wanted.value -> 'typmod' as typmod,
            exists (
                select
                from pg_catalog.pg_attribute as field
                where field.attrelid = add_columns.source_table
                    and field.attname::text = wanted.key
                    and field.attnum > 0
                    and not field.attisdropped
            ) as is_here
        from jsonb_each(add_columns.columns) as wanted
        order by wanted.key collate "C"
    loop
        continue when v_column.is_here;
        if octet_length(v_column.name) not between 1 and 63
            or v_column.name like 'pgsync\_%'
            or v_column.name = 'tg_relid'
        then
            return format('no column may have the name %s here', to_json(left(v_column.name, 100)));
        end if;
        begin
            v_type := to_regtype(v_column.type_name);
        -- What is no name of a type at all.
        exception when syntax_error_or_access_rule_violation or data_exception or feature_not_supported then
            v_type := null;
        end;
        if v_type is null then
            return format(
                'the type %s of %I is not known here: create the type, or add the column',
                coalesce(to_json(left(v_column.type_name, 100))::text, 'that the other side does not name'),
                v_column.name
            );
        end if;
        if pgsync.capture_treatment(v_type) = 'refused'
            or exists (
                select
                from pg_catalog.pg_type as type
                where type.oid = v_type and (type.typnotnull or type.typdefaultbin is not null)
            )
        then
            return format('a column of the type %s is added by hand only: %I', v_type, v_column.name);
        end if;
        v_steps := concat_ws(', ', v_steps, format(
            'add column %I %s',
            v_column.name,
            format_type(v_type, case when jsonb_typeof(v_column.typmod) = 'number' then v_column.typmod::integer else -1 end)
        ));
    end loop;
    v_statement := format('alter table %s %s', source_table, v_steps);
    if not is_whole then
        return concat_ws('; ',
            'it was attached with a list of columns: ' || v_statement,
            format('pgsync attach %s with the new columns in --columns', source_table)
        );
    end if;
    if v_steps is not null and not pg_has_role(v_owner, 'usage') then
        return format(
            '%I may not add it; to do so: %s; or: grant %I to %1$I', current_user, v_statement, v_owner
        );
    end if;
    begin
        if v_steps is not null then
            execute v_statement;
        end if;
        if add_columns.source_table not in (select renewed.source_table from pgsync.renew_capture() as renewed (source_table))
        then
            raise exception 'the capture of % cannot follow: pgsync sources says why', source_table
                using errcode = 'object_not_in_prerequisite_state';
        end if;
    exception
        when lock_not_available then
            return 'the table is in use; the next exchange tries again';
        when others then
            if sqlstate ~ '^(40|53|57|58|XX)' then
                raise;
            end if;
            return left(sqlerrm, 500);
    end;
    return null;
end;
$$;

comment on function pgsync.add_columns(regclass, jsonb, boolean)
is 'Adds columns that the other side of an exchange has, which may be null; why not, or null if it did.';
