create or replace function public.record_consultation_revenue(
    invoice_id bigint,
    patient_id bigint,
    amount numeric,
    mode text,
    visit_id bigint default null
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
    insert into public.consultation_invoices (id, invoice_number, patient_id, visit_id, amount, payment_mode, status)
    values (
        invoice_id, 'C-' || invoice_id, record_consultation_revenue.patient_id, record_consultation_revenue.visit_id,
        record_consultation_revenue.amount, mode, 'final'
    )
    on conflict (id) do nothing;

    if not found then
        select concat_ws(
            ', ',
            case when invoice.patient_id is distinct from record_consultation_revenue.patient_id then 'patient_id' end,
            case when invoice.visit_id is distinct from record_consultation_revenue.visit_id then 'visit_id' end,
            case when invoice.amount is distinct from record_consultation_revenue.amount then 'amount' end,
            case when invoice.payment_mode is distinct from mode then 'payment_mode' end,
            case when invoice.status <> 'final' then 'status' end
        )
        into v_differing
        from public.consultation_invoices as invoice
        where invoice.id = invoice_id;

        if v_differing <> '' then
            raise exception 'consultation invoice % already exists with different contents', invoice_id
                using errcode = 'CL001',
                detail = format('It differs in %s.', v_differing),
                hint = 'To amend it, update its row in public.consultation_invoices; a new invoice needs a new number.';
        end if;
    end if;
    return clinic.entry_of('public.consultation_invoices', invoice_id);
end;
$$;

comment on function public.record_consultation_revenue(bigint, bigint, numeric, text, bigint)
is 'Records a consultation and posts it; returns its journal entry, or null when it was '
'left in the queue. Again with the same contents it returns the same entry; with others it fails.';

revoke all on function public.record_consultation_revenue(bigint, bigint, numeric, text, bigint) from public;
