-- Changes of one record share a slot, and their poster holds its lock: so they are posted in order. Bound
-- when it is created, so that the planner can inline it.
create or replace function pgsync.slot_of(record_id text)
returns smallint
language sql
immutable
parallel safe
return (pg_catalog.hashtext(slot_of.record_id) & 1023)::smallint;

comment on function pgsync.slot_of(text)
is 'The slot of a record, one of 1,024.';
