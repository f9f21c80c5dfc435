-- Without a setting, and with the cast, so that the planner puts it into the query.
create or replace function pgsync.netstring(value text)
returns text
language sql
immutable
parallel safe
return coalesce(length(value)::text || ':' || value, '-');

comment on function pgsync.netstring(text)
is 'A text with its length before it, so that texts in a row cannot be read in two ways; - for null.';
