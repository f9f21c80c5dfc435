create or replace function pgsync.rule_text(value jsonb)
returns text
language sql
immutable
parallel safe
return case when pg_catalog.jsonb_typeof(value) = 'string' then value #>> '{}' end;

comment on function pgsync.rule_text(jsonb)
is 'A text of an image; null for anything else.';
