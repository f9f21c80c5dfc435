-- The reason comes from the setting ledger.reason, which ledger.reopen_period sets for its transaction.
create or replace function ledger.guard_periods()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_account text;
begin
    if tg_op = 'INSERT' and new.status <> 'open' then
        raise exception 'a new period must be open' using errcode = 'PL011';
    end if;
    if tg_op = 'UPDATE' then
        if (new.name, new.days) is distinct from (old.name, old.days) then
            raise exception 'cannot change the name or the days of period %', old.name
                using errcode = 'PL010';
        end if;
        if new.status = 'closed' and old.status = 'open' then
            raise exception 'period % is still open', new.name
                using errcode = 'PL011',
                hint = format('Run this first: select ledger.start_closing(%L);', new.name);
        end if;
    end if;

    new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
    new.closed_by := case when new.status = 'closed' then pgsync.actor() end;
    if tg_op = 'UPDATE' and new.status = old.status then
        new.closed_at := old.closed_at;
        new.closed_by := old.closed_by;
        return new;
    end if;

    if new.status = 'closed' then
        select account.code
        into v_account
        from ledger.balances_at(upper(new.days) - 1) as balance
        inner join ledger.accounts as account on account.code = balance.account
        where account.zero_to_close and balance.amount <> 0
        order by account.code
        limit 1;
        if found then
            raise exception 'cannot close period %: account % is not zero', new.name, v_account
                using errcode = 'PL011',
                hint = format(
                        'Clear the account first: select * from ledger.trial_balance_at(%L);', upper(new.days) - 1
                    );
        end if;
    end if;

    insert into ledger.period_history (period, status, reason, changed_by)
    values (new.name, new.status, nullif(current_setting('ledger.reason', true), ''), pgsync.actor());
    return new;
end;
$$;

comment on function ledger.guard_periods()
is 'Lets a period change only from open through closing to closed, and back, and records its history.';
