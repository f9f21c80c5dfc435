create or replace function pgsync.mark_difference(difference bigint, state text, reason text default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_found pgsync.sync_differences;
begin
    select known.*
    into v_found
    from pgsync.sync_differences as known
    where known.id = mark_difference.difference
    for update;
    if not found then
        raise exception 'unknown difference %', mark_difference.difference using errcode = 'no_data_found';
    elsif v_found.state in ('healed', 'gone') then
        raise exception 'difference % is %', v_found.id, v_found.state
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'If it comes again, the next verification opens a new one.';
    elsif mark_difference.state not in ('open', 'investigating', 'accepted') then
        raise exception 'a difference cannot be %', mark_difference.state
            using errcode = 'invalid_parameter_value', hint = 'It can be open, investigating or accepted.';
    elsif mark_difference.state = 'accepted' and current_setting('role') = 'pgsync_api_operate' then
        raise exception 'accepting a difference takes the scope admin' using errcode = 'insufficient_privilege';
    elsif mark_difference.state = 'accepted' and coalesce(mark_difference.reason, '') !~ '[^[:space:]]' then
        raise exception 'a reason is required to accept a difference' using errcode = 'invalid_parameter_value';
    elsif length(mark_difference.reason) > 1000 then
        raise exception 'a reason must not exceed 1,000 characters; this one has %', length(mark_difference.reason)
            using errcode = 'invalid_parameter_value';
    end if;
    perform pgsync.move_difference(v_found.id, mark_difference.state, mark_difference.reason);
end;
$$;

comment on function pgsync.mark_difference(bigint, text, text)
is 'Marks a difference as open, investigating or accepted; accepting needs a reason.';
