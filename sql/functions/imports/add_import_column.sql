-- Runs with the rights of its caller, who must own the table.
create or replace function pgsync.add_import_column(target regclass, name text, type text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I, of a regclass, and of one of four types.
    -- @plpgsql_check_options: security_warnings = off
begin
    if add_import_column.type not in ('text', 'numeric', 'boolean', 'jsonb') then
        raise exception 'an import adds no column of type %', add_import_column.type
            using errcode = 'invalid_parameter_value';
    end if;
    execute format(
        'alter table %s add column if not exists %I %s', add_import_column.target, add_import_column.name,
        add_import_column.type
    );
end;
$$;

comment on function pgsync.add_import_column(regclass, text, text)
is 'Adds a column to the table of a stream for a field that is new at the API.';
