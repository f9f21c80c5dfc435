-- What is wrong with a pharmacy bill can be wrong with no other bill, so others take the next best flaw.
create or replace function clinic.generate_bills(
    first_bill bigint,
    bills integer,
    seed bigint,
    bad_share numeric,
    last_day date
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_rows bigint;
    v_sum bigint := 0;
begin
    insert into public.consultation_invoices (
        id, invoice_number, patient_id, visit_id, amount, payment_mode, status, invoice_date
    )
    select
        draft.bill,
        'C-' || draft.bill,
        draft.patient_id,
        draft.bill * 10,
        case draft.flaw
            when 'not a number' then 'NaN'
            when 'fraction' then 500.001
            when 'no cost' then 500.005
            when 'overflow' then 1e20
            else 200 + 50 * clinic.dice(seed, draft.bill, 11, 27)
        end as amount,
        case when draft.flaw in ('unknown mode', 'unequal halves') then 'barter' else draft.mode end as payment_mode,
        'final' as status,
        draft.day
    from clinic.drafts(first_bill, bills, seed, bad_share, last_day) as draft
    where draft.kind = 'consultation';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    insert into public.pharmacy_bills (
        id, bill_number, patient_id, payer_type, payment_mode, tax_class, total_amount, taxable, gst_amount,
        cgst_amount, sgst_amount, round_off, cost_amount, status, bill_date
    )
    select
        priced.bill,
        'P-' || priced.bill,
        priced.patient_id,
        case when priced.mode is null then priced.payer_type else 'patient' end as payer_type,
        case when priced.flaw = 'unknown mode' then 'barter' else priced.mode end as payment_mode,
        case when priced.half = 0 then 'exempt' else 'taxable' end as tax_class,
        case priced.flaw
            when 'not a number' then 'NaN'
            when 'fraction' then priced.total + 0.005
            when 'overflow' then 1e20
            else priced.total + priced.round_off
        end as total_amount,
        case priced.flaw
            when 'fraction' then priced.taxable + 0.005
            when 'overflow' then 1e20 - 2 * priced.half
            else priced.taxable
        end as taxable,
        2 * priced.half as gst_amount,
        case
            when priced.flaw = 'unequal halves' then priced.half + 0.01
            when priced.shows_halves then priced.half
        end as cgst_amount,
        case
            when priced.flaw = 'unequal halves' then priced.half - 0.01
            when priced.shows_halves then priced.half
        end as sgst_amount,
        case
            when priced.flaw in ('fraction', 'overflow') or priced.round_off = 0 then null else priced.round_off
        end as round_off,
        case
            when priced.flaw is distinct from 'no cost' then
                round(priced.taxable * (60 + clinic.dice(seed, priced.bill, 14, 20)) / 100, 2)
        end as cost_amount,
        case when priced.mode is null and priced.flaw is distinct from 'unknown mode' then 'final' else 'paid' end
        as status,
        priced.day
    from (
        select
            draft.*,
            taxed.taxable,
            taxed.half,
            taxed.taxable + 2 * taxed.half as total,
            clinic.dice(seed, draft.bill, 13, 2) = 0 as shows_halves,
            case
                when clinic.dice(seed, draft.bill, 15, 3) = 0
                    then round(taxed.taxable + 2 * taxed.half) - (taxed.taxable + 2 * taxed.half)
                else 0
            end as round_off
        from clinic.drafts(first_bill, bills, seed, bad_share, last_day) as draft
        cross join lateral (
            select
                (100 + clinic.dice(seed, draft.bill, 11, 200000)) / 100.0 as taxable,
                (array[0, 0, 5, 5, 12, 18])[1 + clinic.dice(seed, draft.bill, 12, 6)] as rate
        ) as sold
        cross join lateral (
            select
                round(sold.taxable, 2) as taxable,
                round(sold.taxable * sold.rate / 200, 2) as half
        ) as taxed
        where draft.kind = 'pharmacy'
    ) as priced;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    insert into public.lab_bills (
        id, bill_number, patient_id, payer_type, gross_amount, discount, payment_mode, status, bill_date
    )
    select
        draft.bill,
        'L-' || draft.bill,
        draft.patient_id,
        case when draft.mode is null then draft.payer_type else 'patient' end as payer_type,
        case draft.flaw
            when 'not a number' then 'NaN'
            when 'fraction' then 300.001
            when 'no cost' then 300.005
            when 'overflow' then 1e20
            else 150 + 10 * clinic.dice(seed, draft.bill, 11, 400)
        end as gross_amount,
        case when clinic.dice(seed, draft.bill, 12, 5) = 0 then 25 + clinic.dice(seed, draft.bill, 13, 100) end
        as discount,
        case when draft.flaw in ('unknown mode', 'unequal halves') then 'barter' else draft.mode end as payment_mode,
        'final' as status,
        draft.day
    from clinic.drafts(first_bill, bills, seed, bad_share, last_day) as draft
    where draft.kind = 'lab';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    -- In up to two parts: the first is half of the bill, the second a fourth, or all the rest.
    insert into public.ultrasound_bills (
        id, bill_number, patient_id, total_amount, payments, due_amount, status, bill_date
    )
    select
        priced.bill,
        'U-' || priced.bill,
        priced.patient_id,
        case priced.flaw
            when 'not a number' then 'NaN'
            when 'fraction' then priced.total + 0.001
            when 'overflow' then 1e20
            else priced.total
        end as total_amount,
        case
            when priced.mode is null and priced.flaw is null then '[]'
            when priced.parts = 1
                then jsonb_build_array(jsonb_build_object('mode', priced.paid_by, 'amount', priced.total / 2))
            else jsonb_build_array(
                jsonb_build_object('mode', priced.paid_by, 'amount', priced.total / 2),
                jsonb_build_object('mode', 'cash', 'amount', priced.total / priced.parts)
            )
        end as payments,
        case
            when priced.flaw = 'fraction' then priced.due + 0.001
            when priced.flaw = 'no cost' then priced.due + 1
            when priced.mode is null and priced.flaw is null then priced.total
            else priced.due
        end as due_amount,
        'final' as status,
        priced.day
    from (
        select
            draft.*,
            bill.total,
            bill.parts,
            case
                when draft.flaw in ('unknown mode', 'unequal halves') then 'barter'
                else coalesce(draft.mode, 'cash')
            end as paid_by,
            case bill.parts when 1 then bill.total / 2 when 2 then 0 else bill.total / 4 end as due
        from clinic.drafts(first_bill, bills, seed, bad_share, last_day) as draft
        cross join lateral (
            select
                800 + 100 * clinic.dice(seed, draft.bill, 11, 25) as total,
                (array[1, 2, 4])[1 + clinic.dice(seed, draft.bill, 12, 3)] as parts
        ) as bill
        where draft.kind = 'ultrasound'
    ) as priced;
    get diagnostics v_rows = row_count;
    return v_sum + v_rows;
end;
$$;

comment on function clinic.generate_bills(bigint, integer, bigint, numeric, date)
is 'Writes generated bills of the four kinds; returns how many.';

revoke all on function clinic.generate_bills(bigint, integer, bigint, numeric, date) from public;
