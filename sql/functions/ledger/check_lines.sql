-- Runs once per statement. Its plans are made once, often while the tables are still empty: entries are
-- accessed by key, in an order that the planner cannot reverse, and the settings keep it from scanning
-- tables. The highest line number of an entry in a statement equals its number of lines, so they are numbered
-- 1, 2, 3 …, and no later statement can add any: the primary key prevents that.
create or replace function ledger.check_lines()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_found record;
begin
    select
        entry.id is null or entry.xid <> pg_current_xact_id() as is_sealed,
        entry.currency <> totals.currency as is_of_other_currency,
        totals.last_line = totals.lines as is_whole,
        totals.entry_id,
        totals.currency,
        totals.lines,
        totals.total,
        entry.currency as entry_currency,
        entry.idempotency_key
    into v_found
    from (
        select
            line.entry_id,
            line.currency,
            count(*) as lines,
            max(line.line) as last_line,
            sum(line.amount) as total
        from new_lines as line
        group by line.entry_id, line.currency
    ) as totals
    left join lateral (
        select own.id, own.xid, own.currency, own.idempotency_key
        from ledger.journal_entries as own
        where own.id = totals.entry_id
        offset 0
    ) as entry on true
    where entry.id is null
        or entry.xid <> pg_current_xact_id()
        or entry.currency <> totals.currency
        or totals.last_line <> totals.lines
        or totals.lines < 2
        or totals.total <> 0
    -- The currency first: a line in another one also leaves a gap among the rest.
    order by entry.currency <> totals.currency desc, totals.entry_id
    limit 1;

    if found then
        case
            when v_found.is_sealed then
                raise exception 'cannot add lines to entry %, which another transaction posted',
                    v_found.entry_id
                    using errcode = 'PL004', hint = 'Reverse the entry and post a new one.';
            when v_found.is_of_other_currency then
                raise exception 'entry % is in %, but one of its lines is in %',
                    v_found.entry_id, v_found.entry_currency, v_found.currency
                    using errcode = 'PL008', detail = format('Its key is %s.', v_found.idempotency_key);
            when not v_found.is_whole then
                raise exception 'the lines of entry % are not numbered 1, 2, 3 …', v_found.entry_id
                    using errcode = 'PL004',
                    detail = format('Its key is %s.', v_found.idempotency_key),
                    hint = 'Insert an entry and all its lines in one statement.';
            when v_found.lines < 2 then
                raise exception 'entry % has fewer than two lines', v_found.entry_id
                    using errcode = 'PL003', detail = format('Its key is %s.', v_found.idempotency_key);
            else
                raise exception 'entry % is not balanced: debits less credits are % in the smallest unit of %',
                    v_found.entry_id, v_found.total, v_found.currency
                    using errcode = 'PL002', detail = format('Its key is %s.', v_found.idempotency_key);
        end case;
    end if;

    select
        used.account,
        used.entry_id,
        account.code is null as is_unknown,
        not account.active as is_inactive
    into v_found
    from (
        select
            line.account,
            bool_or(line.party is null) as lacks_party,
            min(line.entry_id) as entry_id
        from new_lines as line
        group by line.account
    ) as used
    left join ledger.accounts as account on account.code = used.account
    where account.code is null or not account.active or (account.party_required and used.lacks_party)
    limit 1;

    if found then
        case
            when v_found.is_unknown then
                raise exception 'unknown account %', quote_literal(v_found.account)
                    using errcode = 'PL006',
                    detail = format('Entry %s and perhaps others.', v_found.entry_id),
                    hint = 'List the accounts: select code, name from ledger.accounts;';
            when v_found.is_inactive then
                raise exception 'account % is not active', v_found.account
                    using errcode = 'PL006', detail = format('Entry %s and perhaps others.', v_found.entry_id);
            else
                raise exception 'a line on account % has no party', v_found.account
                    using errcode = 'PL007',
                    hint = 'The account requires a party: ledger.accounts.party_required.';
        end case;
    end if;
    return null;
end;
$$;

comment on function ledger.check_lines()
is 'Refuses lines unless they form whole, balanced entries of this transaction on accounts that take them.';
