create or replace function public.record_ultrasound_revenue(
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
    v_payments constant jsonb := case
        when payment_mode is null then '[]'
        else jsonb_build_array(jsonb_build_object('mode', payment_mode, 'amount', amount))
    end;
    v_due constant numeric := case when payment_mode is null then amount else 0 end;
    v_differing text;
begin
    insert into public.ultrasound_bills (id, bill_number, total_amount, payments, due_amount, status)
    values (bill_id, 'U-' || bill_id, amount, v_payments, v_due, 'final')
    on conflict (id) do nothing;

    if not found then
        select concat_ws(
            ', ',
            case when bill.total_amount is distinct from amount then 'total_amount' end,
            case when bill.payments <> v_payments then 'payments' end,
            case when bill.due_amount is distinct from v_due then 'due_amount' end,
            case when bill.status <> 'final' then 'status' end
        )
        into v_differing
        from public.ultrasound_bills as bill
        where bill.id = bill_id;

        if v_differing <> '' then
            raise exception 'ultrasound bill % already exists with different contents', bill_id
                using errcode = 'CL001',
                detail = format('It differs in %s.', v_differing),
                hint = 'To amend it, update its row in public.ultrasound_bills; a new bill needs a new number.';
        end if;
    end if;
    return clinic.entry_of('public.ultrasound_bills', bill_id);
end;
$$;

comment on function public.record_ultrasound_revenue(bigint, numeric, text)
is 'Records an ultrasound bill and posts it; returns its journal entry, or null when it was '
'left in the queue. Again with the same contents it returns the same entry; with others it fails.';

revoke all on function public.record_ultrasound_revenue(bigint, numeric, text) from public;
