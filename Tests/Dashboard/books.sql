-- Beside the demo's bills: entries in four currencies, with odd texts and parties, of few lines and of very many, up to days
-- that are still to come; and reversals, some of them in another month.
insert into ledger.accounts (code, name, type) values
('5903', 'Busy', 'expense'), ('19:9', 'Foreign cash: till; one', 'asset');

select ledger.post_entry(
    current_date - 330 + n * 7919 % 345,
    currency.code,
    (array['Rent 100 % sure_thing', 'Éclair & café', 'Goods; some | more', 'Said "so"', 'plain words', '=1+1'])[1 + n % 6] || ' ' || n,
    jsonb_build_array(
        jsonb_build_object(
            'account', '1200', 'debit', ledger.amount_text(amount.first, currency.code), 'party',
            (array['7', 'A, B', '50 %', '=7', '[x]'])[1 + n % 5]
        ),
        jsonb_build_object('account', '19:9', 'debit', ledger.amount_text(amount.second, currency.code)),
        jsonb_build_object('account', '4000', 'credit', ledger.amount_text(amount.first, currency.code)),
        jsonb_build_object('account', '1000', 'credit', ledger.amount_text(amount.second, currency.code), 'party', '7')
    ),
    'books ' || n,
    source_table => case when n % 3 = 0 then 'public.payments'::regclass end,
    record_id => case when n % 3 = 0 then 'books ' || n end
) is not null as is_posted
from generate_series(1, 300) as n
cross join lateral (select (array['INR', 'USD', 'JPY', 'BHD'])[1 + n % 4] as code) as currency
cross join lateral (select 1 + n * 104729 % 1000003 as first, 1 + n * 611953 % 99991 as second) as amount;

-- An account of more than 10,000 lines is read another way.
select ledger.post_entry(
    current_date - 90 + n % 91,
    currency.code,
    'Busy ' || n,
    lines.debits || jsonb_build_object('account', '1000', 'credit', ledger.amount_text(lines.total, currency.code)),
    'busy ' || n
) is not null as is_posted
from generate_series(1, 180) as n
cross join lateral (select case when n % 3 = 0 then 'USD' else 'INR' end as code) as currency
cross join lateral (
    select
        jsonb_agg(
            jsonb_build_object(
                'account', '5903', 'debit', ledger.amount_text(n * k, currency.code), 'party', nullif(k % 7, 0)::text
            )
        ) as debits,
        sum(n * k) as total
    from generate_series(1, 60) as k
) as lines;

select ledger.reverse_entry(id, entry_date + (id % 40)::integer, 'Wrong: ' || description) is not null as is_reversed
from ledger.journal_entries
where purpose = 'manual' and id % 5 = 0 and description not like 'Busy %';
