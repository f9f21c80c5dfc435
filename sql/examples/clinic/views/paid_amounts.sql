create or replace view clinic.paid_amounts as
select
    invoice.invoice_number as bill_number,
    invoice.amount
from public.consultation_invoices as invoice
where invoice.status = 'final' and invoice.payment_mode is not null
union all
select
    bill.bill_number,
    bill.total_amount as amount
from public.pharmacy_bills as bill
where bill.status = 'paid'
union all
select
    bill.bill_number,
    bill.gross_amount - coalesce(bill.discount, 0) as amount
from public.lab_bills as bill
where bill.status = 'final' and bill.payment_mode is not null
union all
select
    bill.bill_number,
    bill.total_amount - bill.due_amount as amount
from public.ultrasound_bills as bill
where bill.status = 'final'
union all
select
    payment.bill_number,
    payment.amount
from public.payments as payment
where payment.status = 'received' and payment.kind in ('receipt', 'application');

comment on view clinic.paid_amounts is 'What was paid for each bill, at once and later.';
