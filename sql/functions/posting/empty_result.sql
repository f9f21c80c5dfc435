-- It has no settings, so that the planner can make it a constant, and is bound when it is created instead.
create or replace function pgsync.empty_result()
returns pgsync.batch_result
language sql
immutable
parallel safe
begin atomic
    select
        row(
            0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null, false, null, 0, false
        )::pgsync.batch_result;
end;

comment on function pgsync.empty_result()
is 'The result of a batch without claims.';
