-- A flaw is one of five things that the rules refuse, each with a class of its own.
create or replace function market.generate_orders(
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
begin
    insert into market.orders (
        id, order_number, customer_id, currency_code, total_cents, lines, tax, status, confirmed_at, deleted_at
    )
    select
        md5('order ' || draft.number)::uuid,
        'M-' || draft.number,
        md5('customer ' || market.dice(seed, draft.number, 2, 500))::uuid,
        case when draft.flaw = 0 then 'XTS' else draft.currency_code end,
        priced.goods + priced.books + priced.shipping + taxed.standard + taxed.reduced
        + case when draft.flaw = 1 then 1 else 0 end,
        jsonb_build_array(
            jsonb_build_object(
                'sku', 'desk-' || draft.number % 7,
                'kind', case when draft.flaw = 2 then 'favour' else 'goods' end,
                'quantity', draft.quantity, 'unit_cents', draft.goods_cents
            )
        )
        || case
            when priced.books > 0
                then jsonb_build_array(
                    jsonb_build_object('sku', 'book', 'kind', 'books', 'quantity', 1, 'unit_cents', priced.books)
                )
            else '[]'
        end
        || case
            when priced.shipping > 0
                then jsonb_build_array(
                    jsonb_build_object('sku', 'dhl', 'kind', 'shipping', 'quantity', 1, 'unit_cents', priced.shipping)
                )
            else '[]'
        end,
        case
            when draft.flaw = 3 then jsonb_build_object('standard', taxed.standard)
            else jsonb_build_object('standard', jsonb_build_object('rate', 19, 'amount', taxed.standard))
        end
        || case
            when taxed.reduced > 0
                then jsonb_build_object('reduced', jsonb_build_object('rate', 7, 'amount', taxed.reduced))
            else '{}'
        end,
        case market.dice(seed, draft.number, 5, 20) when 0 then 'draft' when 1 then 'cancelled' else 'confirmed' end
        ::market.status,
        case when draft.flaw is distinct from 4 then draft.moment end,
        case when market.dice(seed, draft.number, 6, 30) = 0 then draft.moment + interval '2 days' end
    from (
        select
            drawn.number,
            case when market.dice(seed, drawn.number, 1, 3) = 0 then 'USD' else 'EUR' end as currency_code,
            1 + market.dice(seed, drawn.number, 3, 4) as quantity,
            100 + market.dice(seed, drawn.number, 4, 20000) as goods_cents,
            -- To the second, so that some are close to a midnight.
            (last_day::timestamp at time zone 'UTC')
            - make_interval(secs => market.dice(seed, drawn.number, 7, 300 * 86400)) as moment,
            case
                when market.dice(seed, drawn.number, 8, 1000000) < bad_share * 1000000
                    then market.dice(seed, drawn.number, 9, 5)
            end as flaw
        from generate_series(first_number, first_number + orders - 1) as drawn (number)
    ) as draft
    cross join lateral (
        select
            draft.quantity * draft.goods_cents as goods,
            case
                when market.dice(seed, draft.number, 10, 3) = 0 then 500 + market.dice(seed, draft.number, 11, 3000)
                else 0
            end as books,
            case when market.dice(seed, draft.number, 12, 2) = 0 then 490 else 0 end as shipping
    ) as priced
    cross join lateral (
        select
            round((priced.goods + priced.shipping) * 0.19)::bigint as standard,
            round(priced.books * 0.07)::bigint as reduced
    ) as taxed;
    get diagnostics v_rows = row_count;
    return v_rows;
end;
$$;

comment on function market.generate_orders(bigint, integer, bigint, numeric, date)
is 'Writes generated orders; returns how many.';

revoke all on function market.generate_orders(bigint, integer, bigint, numeric, date) from public;
