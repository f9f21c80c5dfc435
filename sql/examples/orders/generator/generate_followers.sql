-- Of the orders that are good: most are paid, some are refunded; and an invoice for each fourth of them.
create or replace function market.generate_followers(
    first_number bigint,
    orders integer,
    seed bigint,
    bad_share numeric,
    last_day date
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_rows bigint;
    v_sum bigint := 0;
begin
    insert into market.payments (
        id, reference, customer_id, currency_code, amount_cents, fee_cents, fee_rate, provider, paid_at, deleted_at
    )
    select
        md5('payment ' || sold.number)::uuid,
        'pay-' || md5(sold.number::text),
        sold.customer_id,
        sold.currency_code,
        sold.total_cents,
        case when market.dice(seed, sold.number, 21, 2) = 0 then market.dice(seed, sold.number, 22, 100) end,
        0.005 * market.dice(seed, sold.number, 23, 7),
        case
            when market.dice(seed, sold.number, 24, 1000000) < bad_share * 1000000 then 'barter'
            else (array['bank', 'card', 'card', 'wallet'])[1 + market.dice(seed, sold.number, 25, 4)]
        end,
        sold.confirmed_at + make_interval(secs => market.dice(seed, sold.number, 26, 200000)),
        case when market.dice(seed, sold.number, 27, 40) = 0 then sold.confirmed_at + interval '3 days' end
    from (
        select substr(own.order_number, 3)::bigint as number, own.*
        from market.orders as own
        where own.status = 'confirmed' and own.confirmed_at is not null and own.currency_code <> 'XTS'
    ) as sold
    where sold.number between first_number and first_number + orders - 1
        and market.dice(seed, sold.number, 20, 5) <> 0;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    insert into market.refunds (
        id, reference, customer_id, currency_code, amount_cents, tax_cents, provider, refunded_at
    )
    select
        md5('refund ' || paid.number)::uuid,
        'back-' || paid.number,
        paid.customer_id,
        paid.currency_code,
        119 * paid.units,
        19 * paid.units,
        case when paid.provider = 'barter' then 'bank' else paid.provider end,
        paid.paid_at + interval '1 day'
    from (
        select drawn.number, 1 + market.dice(seed, drawn.number, 31, 100) as units, own.*
        from generate_series(first_number, first_number + orders - 1) as drawn (number)
        inner join market.payments as own on own.id = md5('payment ' || drawn.number)::uuid
        where market.dice(seed, drawn.number, 30, 10) = 0
    ) as paid;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    insert into market.invoices (
        id, invoice_number, customer_id, currency_code, net_cents, tax_cents, income_account, status, issued_at, sent_at
    )
    select
        md5('invoice ' || draft.number)::uuid,
        'I-' || draft.number,
        md5('customer ' || market.dice(seed, draft.number, 41, 500))::uuid,
        case when market.dice(seed, draft.number, 42, 2) = 0 then 'USD' else 'EUR' end,
        draft.net_cents,
        case when market.dice(seed, draft.number, 43, 4) = 0 then 0 else round(draft.net_cents * 0.19)::bigint end,
        case
            when market.dice(seed, draft.number, 44, 1000000) < bad_share * 1000000 then 'market:income:gifts'
            else (array['market:income:licences', 'market:income:support'])[1 + market.dice(seed, draft.number, 45, 2)]
        end,
        'confirmed',
        draft.moment,
        case when market.dice(seed, draft.number, 46, 3) <> 0 then draft.moment + interval '5 hours' end
    from (
        select
            drawn.number,
            1000 + market.dice(seed, drawn.number, 47, 100000) as net_cents,
            (last_day::timestamp at time zone 'UTC')
            - make_interval(secs => market.dice(seed, drawn.number, 48, 300 * 86400)) as moment
        from generate_series(first_number, first_number + orders - 1, 4) as drawn (number)
    ) as draft;
    get diagnostics v_rows = row_count;
    return v_sum + v_rows;
end;
$$;

comment on function market.generate_followers(bigint, integer, bigint, numeric, date)
is 'Writes payments, refunds and invoices for generated orders; returns how many.';

revoke all on function market.generate_followers(bigint, integer, bigint, numeric, date) from public;
