-- The text of an array shows its lower bounds only when they are not one. A json text that jsonb refuses,
-- such as one with the character U+0000, must not fail the application: it is kept as its text. Of what jsonb
-- accepts it keeps the value, not the blanks and not a key named twice. It takes every type, because a column
-- may be retyped while capture functions that call this are in use.
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
