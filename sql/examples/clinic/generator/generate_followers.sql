create or replace function clinic.generate_followers(
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
    -- Of what is due, most is paid some days later; some of it with an advance.
    insert into public.payments (
        id, payment_number, kind, patient_id, payer_type, mode, amount, bill_number, paid_on
    )
    select
        4 * due.bill + part.number,
        format('R-%s-%s', due.bill, part.number),
        part.kind,
        due.patient_id,
        due.payer_type,
        case
            when part.kind = 'application' then null
            when clinic.dice(seed, due.bill, 21, 1000000) < bad_share * 1000000 then 'barter'
            else (array['cash', 'bank', 'cheque', 'upi'])[1 + clinic.dice(seed, due.bill, 22, 4)]
        end as mode,
        due.amount,
        case when part.kind <> 'advance' then due.bill_number end as bill_number,
        case
            when part.kind = 'advance' then due.day
            else least(due.day + clinic.dice(seed, due.bill, 23, 30)::integer, last_day)
        end as paid_on
    from (
        select
            invoice.id as bill,
            invoice.invoice_number as bill_number,
            invoice.patient_id,
            'patient' as payer_type,
            invoice.amount,
            invoice.invoice_date as day
        from public.consultation_invoices as invoice
        where invoice.id between first_bill and first_bill + bills - 1 and invoice.payment_mode is null
        union all
        select
            bill.id as bill,
            bill.bill_number,
            bill.patient_id,
            bill.payer_type,
            bill.gross_amount - coalesce(bill.discount, 0) as amount,
            bill.bill_date as day
        from public.lab_bills as bill
        where bill.id between first_bill and first_bill + bills - 1 and bill.payment_mode is null
        union all
        select
            bill.id as bill,
            bill.bill_number,
            bill.patient_id,
            'patient' as payer_type,
            bill.due_amount as amount,
            bill.bill_date as day
        from public.ultrasound_bills as bill
        where bill.id between first_bill and first_bill + bills - 1 and bill.due_amount > 0
    ) as due
    inner join (
        values
        ('receipt', 0, 1, 6),
        ('advance', 1, 7, 8),
        ('application', 2, 7, 7)
    ) as part (kind, number, from_dice, to_dice)
        on clinic.dice(seed, due.bill, 24, 10) between part.from_dice and part.to_dice
    where due.amount < 1e15;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    -- Two fifths of what was sold comes back.
    insert into public.pharmacy_returns (
        id, return_number, bill_number, patient_id, payer_type, tax_class, total_amount, taxable, gst_amount,
        cost_amount, resaleable, refund_mode, return_date
    )
    select
        part.id,
        'B-' || part.id,
        part.bill_number,
        part.patient_id,
        part.payer_type,
        part.tax_class,
        part.taxable + part.gst_amount as total_amount,
        part.taxable,
        part.gst_amount,
        case when clinic.dice(seed, part.id, 32, 1000000) >= bad_share * 1000000 then part.cost_amount end
        as cost_amount,
        clinic.dice(seed, part.id, 33, 4) > 0 as resaleable,
        case
            when part.status = 'paid'
                then (array['cash', 'cash', 'bank', 'later'])[1 + clinic.dice(seed, part.id, 34, 4)]
        end as refund_mode,
        least(part.bill_date + clinic.dice(seed, part.id, 35, 14)::integer, last_day) as return_date
    from (
        select
            bill.id,
            bill.bill_number,
            bill.patient_id,
            bill.payer_type,
            bill.tax_class,
            round(bill.taxable * 0.4, 2) as taxable,
            2 * round(bill.gst_amount * 0.2, 2) as gst_amount,
            round(bill.cost_amount * 0.4, 2) as cost_amount,
            bill.status,
            bill.bill_date
        from public.pharmacy_bills as bill
        where bill.id between first_bill and first_bill + bills - 1
            and bill.total_amount < 1e15
            and bill.cost_amount is not null
            and clinic.dice(seed, bill.id, 31, 20) = 0
    ) as part;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number, refunded_on)
    select
        invoice.id,
        'F-' || invoice.id,
        'service' as kind,
        invoice.patient_id,
        case
            when clinic.dice(seed, invoice.id, 42, 1000000) < bad_share * 1000000 then invoice.amount + 1
            else invoice.amount / 2
        end as amount,
        (array['cash', 'bank', 'later'])[1 + clinic.dice(seed, invoice.id, 43, 3)] as mode,
        invoice.invoice_number,
        least(invoice.invoice_date + clinic.dice(seed, invoice.id, 44, 10)::integer, last_day) as refunded_on
    from public.consultation_invoices as invoice
    where invoice.id between first_bill and first_bill + bills - 1
        and invoice.amount < 1e15
        and invoice.payment_mode is not null
        and clinic.dice(seed, invoice.id, 41, 25) = 0;
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    -- The processors keep 1.8 percent, and 18 percent of that as tax.
    insert into public.settlements (
        id, batch_number, channel, gross_amount, fee_amount, fee_cgst, fee_sgst, net_amount, settled_on
    )
    select
        2 * first_bill + (batch.channel = 'upi')::integer as id,
        'S-' || first_bill,
        batch.channel,
        batch.gross,
        batch.fee,
        batch.tax,
        batch.tax,
        batch.gross - batch.fee - 2 * batch.tax as net_amount,
        last_day
    from (
        select
            collected.channel,
            sum(collected.amount) as gross,
            round(sum(collected.amount) * 0.018, 2) as fee,
            round(sum(collected.amount) * 0.00162, 2) as tax
        from (
            select
                bill.payment_mode as channel,
                bill.total_amount as amount
            from public.pharmacy_bills as bill
            where bill.id between first_bill and first_bill + bills - 1
            union all
            select
                invoice.payment_mode as channel,
                invoice.amount
            from public.consultation_invoices as invoice
            where invoice.id between first_bill and first_bill + bills - 1
        ) as collected
        where collected.channel in ('card', 'upi')
            and collected.amount < 1e15
            and collected.amount = round(collected.amount, 2)
        group by collected.channel
    ) as batch
    where batch.gross > 1;
    get diagnostics v_rows = row_count;
    return v_sum + v_rows;
end;
$$;

comment on function clinic.generate_followers(bigint, integer, bigint, numeric, date)
is 'Writes what follows generated bills: payments, returns, refunds and settlements; returns how many.';

revoke all on function clinic.generate_followers(bigint, integer, bigint, numeric, date) from public;
