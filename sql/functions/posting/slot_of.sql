-- Changes of one record share a slot, and who posts them holds its lock: so they are posted in their order.
-- Bound when it is made, so that the planner can put it into a query.
create or replace function pgsync.slot_of(record_id text)
returns smallint
language sql
immutable
parallel safe
return (pg_catalog.hashtext(slot_of.record_id) & 1023)::smallint;

comment on function pgsync.slot_of(text)
is 'The slot of a record, one of 1,024.';
