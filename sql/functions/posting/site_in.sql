-- Without an image, or where it does not have the column, the site is the one known before. One that is too
-- long is none, rather than the same as others that begin alike.
create or replace function pgsync.site_in(image jsonb, site_column text, known text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when site_in.site_column is null or jsonb_typeof(field.value) = 'null' or octet_length(field.text) > 200 then null
    when jsonb_typeof(field.value) = 'number' then trim_scale(field.text::numeric)::text
    when jsonb_typeof(field.value) in ('string', 'boolean') then field.text
    else site_in.known
end
from (
    values (site_in.image -> site_in.site_column, site_in.image ->> site_in.site_column)
) as field (value, text);
$$;

comment on function pgsync.site_in(jsonb, text, text)
is 'The site that an image names in a column, else the known one; null for none.';
