-- A print changes nothing that is posted; amend does; mend makes a bad bill good; reinstate undoes cancel.
create or replace function clinic.generate_changes(
    last_block bigint,
    bills integer,
    changes integer,
    seed bigint
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
    update public.consultation_invoices as invoice
    set
        prints = invoice.prints + 1,
        amount = case
            when change.what = 'amend' then invoice.amount + 50
            when change.what = 'mend' and (invoice.amount >= 1e15 or invoice.amount <> round(invoice.amount, 2))
                then 450
            else invoice.amount
        end,
        payment_mode = case
            when change.what = 'mend' and invoice.payment_mode = 'barter' then 'cash' else invoice.payment_mode
        end,
        status = case change.what when 'cancel' then 'cancelled' when 'reinstate' then 'final' else invoice.status end
    from clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = invoice.id and change.what <> 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    update public.pharmacy_bills as bill
    set
        prints = bill.prints + 1,
        total_amount = case
            when change.what = 'amend' then bill.total_amount + 105
            when change.what = 'mend' then 210
            else bill.total_amount
        end,
        taxable = case
            when change.what = 'amend' then bill.taxable + case bill.tax_class when 'exempt' then 105 else 100 end
            when change.what = 'mend' then case bill.tax_class when 'exempt' then 210 else 200 end
            else bill.taxable
        end,
        gst_amount = case
            when bill.tax_class = 'exempt' then bill.gst_amount
            when change.what = 'amend' then bill.gst_amount + 5
            when change.what = 'mend' then 10
            else bill.gst_amount
        end,
        cgst_amount = case when change.what not in ('amend', 'mend') then bill.cgst_amount end,
        sgst_amount = case when change.what not in ('amend', 'mend') then bill.sgst_amount end,
        round_off = case when change.what <> 'mend' then bill.round_off end,
        cost_amount = case
            when change.what = 'amend' then bill.cost_amount + 70
            when change.what = 'mend' then 140
            else bill.cost_amount
        end,
        payment_mode = case
            when change.what = 'mend' and bill.payment_mode = 'barter' then 'cash' else bill.payment_mode
        end,
        status = case
            when change.what = 'cancel' then 'cancelled'
            when change.what <> 'reinstate' then bill.status
            when bill.payment_mode is null then 'final'
            else 'paid'
        end
    from clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what <> 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    update public.lab_bills as bill
    set
        prints = bill.prints + 1,
        gross_amount = case
            when change.what <> 'mend' then bill.gross_amount
            when bill.gross_amount >= 1e15 or bill.gross_amount <> round(bill.gross_amount, 2) then 350
            else bill.gross_amount
        end,
        discount = case when change.what = 'amend' then 10 + coalesce(bill.discount, 0) else bill.discount end,
        payment_mode = case
            when change.what = 'mend' and bill.payment_mode = 'barter' then 'cash' else bill.payment_mode
        end,
        status = case change.what when 'cancel' then 'cancelled' when 'reinstate' then 'final' else bill.status end
    from clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what <> 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    -- What is amended or mended becomes due again.
    update public.ultrasound_bills as bill
    set
        prints = bill.prints + 1,
        total_amount = case
            when change.what = 'amend' then bill.total_amount + 100
            when change.what = 'mend' then 1200
            else bill.total_amount
        end,
        payments = case when change.what in ('amend', 'mend') then '[]' else bill.payments end,
        due_amount = case
            when change.what = 'amend' then bill.total_amount + 100
            when change.what = 'mend' then 1200
            else bill.due_amount
        end,
        status = case change.what when 'cancel' then 'cancelled' when 'reinstate' then 'final' else bill.status end
    from clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what <> 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    -- Cheques bounce, now and then.
    update public.payments as payment
    set status = 'bounced'
    from clinic.changes(last_block, bills, changes, seed) as change
    where payment.id = 4 * change.bill
        and payment.mode = 'cheque'
        and payment.status = 'received'
        and change.what = 'print';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    delete from public.consultation_invoices as invoice
    using clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = invoice.id and change.what = 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    delete from public.pharmacy_bills as bill
    using clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what = 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    delete from public.lab_bills as bill
    using clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what = 'delete';
    get diagnostics v_rows = row_count;
    v_sum := v_sum + v_rows;

    delete from public.ultrasound_bills as bill
    using clinic.changes(last_block, bills, changes, seed) as change
    where change.bill = bill.id and change.what = 'delete';
    get diagnostics v_rows = row_count;
    return v_sum + v_rows;
end;
$$;

comment on function clinic.generate_changes(bigint, integer, integer, bigint)
is 'Edits, cancels, reinstates and deletes some of all generated bills; returns how many rows changed.';

revoke all on function clinic.generate_changes(bigint, integer, integer, bigint) from public;
