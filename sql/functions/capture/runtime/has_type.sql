-- Asked by capture functions of a null of the type that a column has when their statement is planned:
-- declared immutable, it is answered then, and costs the statement nothing. The answer holds as long as the
-- plan does, for who changes a column has the plans of its table recreated. A domain that the snapshot does
-- not show yet counts as another type.
create or replace function pgsync.has_type(content anyelement, expected oid)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_type constant regtype := pg_typeof(content);
begin
    if expected = 0 then
        return v_type <> 'pgsync.gone'::regtype;
    end if;
    return v_type = expected or pgsync.base_type(v_type) = expected;
end;
$$;

comment on function pgsync.has_type(anyelement, oid)
is 'Whether a value has a built-in type or a domain over it; with 0, whether its column exists at all.';
