create or replace function pgsync.rule_boolean(value jsonb)
returns boolean
language sql
immutable
parallel safe
return case when pg_catalog.jsonb_typeof(value) = 'boolean' then value::boolean end;

comment on function pgsync.rule_boolean(jsonb)
is 'True or false from an image; null for anything else.';
