create or replace function public.record_pharmacy_sale(
    bill_id bigint,
    total_amount numeric,
    gst_amount numeric,
    cost_amount numeric,
    payment_mode text default 'cash'
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_status constant text := case when record_pharmacy_sale.payment_mode is null then 'final' else 'paid' end;
    v_differing text;
begin
    -- What carries no tax is exempt.
    insert into public.pharmacy_bills (
        id, bill_number, payment_mode, tax_class, total_amount, taxable, gst_amount, cost_amount, status
    )
    values (
        bill_id, 'P-' || bill_id, record_pharmacy_sale.payment_mode,
        case when record_pharmacy_sale.gst_amount = 0 then 'exempt' else 'taxable' end,
        record_pharmacy_sale.total_amount, record_pharmacy_sale.total_amount - record_pharmacy_sale.gst_amount,
        record_pharmacy_sale.gst_amount, record_pharmacy_sale.cost_amount, v_status
    )
    on conflict (id) do nothing;

    if not found then
        select concat_ws(
            ', ',
            case when bill.total_amount is distinct from record_pharmacy_sale.total_amount then 'total_amount' end,
            case when bill.gst_amount is distinct from record_pharmacy_sale.gst_amount then 'gst_amount' end,
            case when bill.cost_amount is distinct from record_pharmacy_sale.cost_amount then 'cost_amount' end,
            case when bill.payment_mode is distinct from record_pharmacy_sale.payment_mode then 'payment_mode' end,
            case when bill.status <> v_status then 'status' end
        )
        into v_differing
        from public.pharmacy_bills as bill
        where bill.id = bill_id;

        if v_differing <> '' then
            raise exception 'pharmacy bill % already exists with different contents', bill_id
                using errcode = 'CL001',
                detail = format('It differs in %s.', v_differing),
                hint = 'To amend it, update its row in public.pharmacy_bills; a new bill needs a new number.';
        end if;
    end if;
    return clinic.entry_of('public.pharmacy_bills', bill_id);
end;
$$;

comment on function public.record_pharmacy_sale(bigint, numeric, numeric, numeric, text)
is 'Records a sale of medicines and posts it; returns its journal entry, or null when it was '
'left in the queue. Again with the same contents it returns the same entry; with others it fails.';

revoke all on function public.record_pharmacy_sale(bigint, numeric, numeric, numeric, text) from public;
