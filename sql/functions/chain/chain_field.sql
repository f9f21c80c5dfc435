-- The length makes it impossible to move a byte from one field to the next. Not strict and without a setting,
-- so that the planner puts it into the query.
create or replace function pgsync.chain_field(value text)
returns text
language sql
immutable
parallel safe
return coalesce(octet_length(value)::text || ':' || value, '-');

comment on function pgsync.chain_field(text)
is 'A field of a chained text: its length in bytes, a colon and the bytes; - for null.';
