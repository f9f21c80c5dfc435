create or replace function pgsync.move_difference(difference bigint, state text, reason text)
returns void
language sql
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.sync_differences as known
set
    state = move_difference.state,
    reason = move_difference.reason,
    state_since = clock_timestamp(),
    state_by = pgsync.actor()
where known.id = move_difference.difference;
$$;

comment on function pgsync.move_difference(bigint, text, text)
is 'Gives a difference a state, for a reason, by the current login.';
