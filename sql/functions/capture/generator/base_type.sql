create or replace function pgsync.base_type(data_type oid)
returns oid
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_type oid := data_type;
    v_base oid;
begin
    loop
        select type.typbasetype into v_base from pg_catalog.pg_type as type where type.oid = v_type and type.typtype = 'd';
        exit when not found;
        v_type := v_base;
    end loop;
    return v_type;
end;
$$;

comment on function pgsync.base_type(oid)
is 'The type itself, or the base type of a domain.';
