create or replace function public.record_lab_revenue(
    bill_id bigint,
    amount numeric,
    payment_mode text default 'cash'
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_differing text;
begin
    insert into public.lab_bills (id, bill_number, gross_amount, payment_mode, status)
    values (bill_id, 'L-' || bill_id, amount, record_lab_revenue.payment_mode, 'final')
    on conflict (id) do nothing;

    if not found then
        select concat_ws(
            ', ',
            case when bill.gross_amount - coalesce(bill.discount, 0) is distinct from amount then 'amount' end,
            case when bill.payment_mode is distinct from record_lab_revenue.payment_mode then 'payment_mode' end,
            case when bill.status <> 'final' then 'status' end
        )
        into v_differing
        from public.lab_bills as bill
        where bill.id = bill_id;

        if v_differing <> '' then
            raise exception 'laboratory bill % already exists with different contents', bill_id
                using errcode = 'CL001',
                detail = format('It differs in %s.', v_differing),
                hint = 'To amend it, update its row in public.lab_bills; a new bill needs a new number.';
        end if;
    end if;
    return clinic.entry_of('public.lab_bills', bill_id);
end;
$$;

comment on function public.record_lab_revenue(bigint, numeric, text)
is 'Records a laboratory bill and posts it; returns its journal entry, or null when it was '
'left in the queue. Again with the same contents it returns the same entry; with others it fails.';

revoke all on function public.record_lab_revenue(bigint, numeric, text) from public;
