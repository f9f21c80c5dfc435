-- The text of an array shows its lower bounds only if they are not one. A json text that jsonb refuses, such
-- as one with the character U+0000, must not make the application fail: it is kept as text. Of what jsonb
-- accepts, the value is kept, but not whitespace or duplicate keys. It takes every type, because a column can
-- be retyped while capture functions that call this are in use.
create or replace function pgsync.special_image(content anyelement)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if left(content::text, 1) = '[' and exists (
        select from pg_catalog.pg_type as type where type.oid = pg_typeof(content) and type.typcategory = 'A'
    ) then
        return to_jsonb(content::text);
    end if;
    return to_jsonb(content);
exception when others then
    return to_jsonb(content::text);
end;
$$;

comment on function pgsync.special_image(anyelement)
is 'The image of a json text or an array, in a form that reads back as the same value.';
