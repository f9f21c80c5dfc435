-- Bound when it is created, so that the planner can inline it.
create or replace function pgsync.claim_step(is_paused boolean, is_superseded boolean, action text)
returns text
language sql
immutable
parallel safe
return case
    when is_paused then 'defer'
    when is_superseded then 'supersede'
    when action = 'delete' then 'delete'
    else 'post'
end;

comment on function pgsync.claim_step(boolean, boolean, text)
is 'What to do with a claim: let it wait, supersede it, reverse its record, or post it.';
