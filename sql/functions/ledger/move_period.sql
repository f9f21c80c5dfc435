create or replace function ledger.move_period(name text, from_status text[], to_status text, reason text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_status text;
begin
    -- Waits for postings in progress.
    select period.status
    into v_status
    from ledger.periods as period
    where period.name = move_period.name
    for no key update;

    if not found then
        raise exception 'unknown period %', quote_nullable(move_period.name)
            using errcode = 'PL011',
            hint = 'List the periods: select name, days, status from ledger.periods order by days;';
    elsif v_status <> all (from_status) then
        raise exception 'period % is %', move_period.name, v_status
            using errcode = 'PL011',
            detail = format('To become %s, it must be %s.', to_status, array_to_string(from_status, ' or '));
    end if;

    perform set_config('ledger.reason', coalesce(move_period.reason, ''), true);
    update ledger.periods as period set status = to_status where period.name = move_period.name;
    perform set_config('ledger.reason', '', true);
end;
$$;

comment on function ledger.move_period(text, text[], text, text)
is 'Changes the status of a period. Use start_closing, close_period and reopen_period.';
