create or replace function pgsync.verify_books(job bigint)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_found record;
begin
    for v_found in
        select inspected.*
        from ledger.inspect_books() as inspected
    loop
        perform pgsync.note_difference(
            verify_books.job,
            case v_found.finding when 'wrong_balance' then 'balance' else 'journal' end,
            v_found.finding || ': ' || v_found.found,
            detail => v_found.found,
            remedy => case v_found.finding
                when 'safeguard_off' then 'pgsync migrate restores it; find out who turned it off'
                when 'wrong_balance'
                    then 'delete from ledger.balance_snapshots; then select ledger.take_snapshot();'
            end
        );
    end loop;
end;
$$;

comment on function pgsync.verify_books(bigint)
is 'Records which safeguards of the ledger are off, and which balances are not the sum of their lines.';
