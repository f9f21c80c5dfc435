-- A text that is none of the type, because the column is of another one by now, stays as it is.
create or replace function pgsync.special_value(written jsonb, content anyelement)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The type is that of content, whose value is not needed; the text becomes one of it by its input function.
    -- @plpgsql_check_options: extra_warnings = off, other_warnings = off
declare
    v_content content%type;
begin
    if jsonb_typeof(written) <> 'string' then
        return written;
    end if;
    v_content := written #>> '{}';
    return pgsync.special_image(v_content);
exception when others then
    return written;
end;
$$;

comment on function pgsync.special_value(jsonb, anyelement)
is 'The image of a json text or an array of this type, from the text of its value.';
