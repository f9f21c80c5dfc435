-- The tables of a clinic's billing program, as they might have been there before anyone thought of a ledger.
-- The program gives out the numbers. Amounts have no declared scale, because that would round silently: what
-- cannot be posted, such as a thousandth of a rupee, an unknown way to pay or a missing cost, is taken as it
-- comes, and pgsync names it.
begin;

create schema if not exists clinic;
comment on schema clinic is 'What the clinic''s programs need beside their tables.';
revoke all on schema clinic from public;

create table if not exists public.consultation_invoices (
    id bigint not null,
    invoice_number text not null,
    patient_id bigint not null,
    visit_id bigint,
    amount numeric,
    payment_mode text,
    status text not null default 'draft',
    invoice_date date not null default current_date,
    prints integer not null default 0,
    remarks text,
    constraint consultation_invoices_pkey primary key (id),
    constraint invoice_number_is_used_once unique (invoice_number),
    constraint consultation_status_is_known check (status in ('draft', 'final', 'cancelled'))
);

comment on table public.consultation_invoices is 'Fees of the doctors.';
comment on column public.consultation_invoices.payment_mode
is 'How it was paid at once: cash, bank, cheque, card or upi; null while it is due.';
comment on column public.consultation_invoices.prints is 'How often it was printed.';

create table if not exists public.pharmacy_bills (
    id bigint not null,
    bill_number text not null,
    patient_id bigint not null default 0,
    payer_type text default 'patient',
    payment_mode text,
    tax_class text default 'taxable',
    total_amount numeric,
    taxable numeric,
    gst_amount numeric,
    cgst_amount numeric,
    sgst_amount numeric,
    round_off numeric,
    cost_amount numeric,
    status text not null default 'draft',
    bill_date date not null default current_date,
    prints integer not null default 0,
    remarks text,
    constraint pharmacy_bills_pkey primary key (id),
    constraint pharmacy_bill_number_is_used_once unique (bill_number),
    constraint pharmacy_status_is_known check (status in ('draft', 'final', 'paid', 'cancelled'))
);

comment on table public.pharmacy_bills is 'Medicines sold.';
comment on column public.pharmacy_bills.patient_id is 'Who bought them; 0 over the counter.';
comment on column public.pharmacy_bills.payer_type is 'Who owes it: patient, insurer or corporate.';
comment on column public.pharmacy_bills.payment_mode is 'How it was paid, of a bill that is paid.';
comment on column public.pharmacy_bills.tax_class
is 'taxable for out-patients, exempt for in-patients, interstate when sent elsewhere.';
comment on column public.pharmacy_bills.taxable is 'What is sold, without tax, also of an exempt bill.';
comment on column public.pharmacy_bills.gst_amount is 'All tax of the bill.';
comment on column public.pharmacy_bills.cgst_amount is 'Its one half, where the bill shows the halves.';
comment on column public.pharmacy_bills.sgst_amount is 'Its other half.';
comment on column public.pharmacy_bills.round_off is 'What the total was rounded by, at most half a rupee.';
comment on column public.pharmacy_bills.cost_amount is 'What the medicines had cost the clinic.';
comment on column public.pharmacy_bills.prints is 'How often it was printed.';

create table if not exists public.lab_bills (
    id bigint not null,
    bill_number text not null,
    patient_id bigint not null default 0,
    payer_type text default 'patient',
    gross_amount numeric,
    discount numeric,
    payment_mode text,
    status text not null default 'draft',
    bill_date date not null default current_date,
    prints integer not null default 0,
    remarks text,
    constraint lab_bills_pkey primary key (id),
    constraint lab_bill_number_is_used_once unique (bill_number),
    constraint lab_status_is_known check (status in ('draft', 'final', 'cancelled'))
);

comment on table public.lab_bills is 'Tests of the laboratory.';
comment on column public.lab_bills.patient_id is 'Whose tests; 0 where no name was given.';
comment on column public.lab_bills.payer_type is 'Who owes it: patient, insurer or corporate.';
comment on column public.lab_bills.discount is 'What was taken off the gross amount.';
comment on column public.lab_bills.payment_mode is 'How it was paid at once; null while it is due.';
comment on column public.lab_bills.prints is 'How often it was printed.';

create table if not exists public.ultrasound_bills (
    id bigint not null,
    bill_number text not null,
    patient_id bigint not null default 0,
    total_amount numeric,
    payments jsonb not null default '[]',
    due_amount numeric,
    status text not null default 'draft',
    bill_date date not null default current_date,
    prints integer not null default 0,
    remarks text,
    constraint ultrasound_bills_pkey primary key (id),
    constraint ultrasound_bill_number_is_used_once unique (bill_number),
    constraint ultrasound_status_is_known check (status in ('draft', 'final', 'cancelled'))
);

comment on table public.ultrasound_bills is 'Ultrasound examinations.';
comment on column public.ultrasound_bills.patient_id is 'Whose; 0 where no name was given.';
comment on column public.ultrasound_bills.payments
is 'What was paid at once: an array of {"mode", "amount"}.';
comment on column public.ultrasound_bills.due_amount is 'What was not.';
comment on column public.ultrasound_bills.prints is 'How often it was printed.';

create table if not exists public.payments (
    id bigint not null,
    payment_number text not null,
    kind text not null,
    patient_id bigint not null,
    payer_type text default 'patient',
    mode text,
    amount numeric,
    bill_number text,
    status text not null default 'received',
    paid_on date not null default current_date,
    remarks text,
    constraint payments_pkey primary key (id),
    constraint payment_number_is_used_once unique (payment_number),
    constraint payment_status_is_known check (status in ('received', 'bounced', 'cancelled'))
);

create index if not exists payments_of_a_bill on public.payments (bill_number);
create index if not exists payments_of_a_patient on public.payments (patient_id);

comment on table public.payments is 'Money received apart from a bill.';
comment on column public.payments.kind
is 'receipt: for a bill that was due. advance: for bills to come. application: an advance is used for it. '
'held: what had been paid for a bill that is cancelled and is not given back yet.';
comment on column public.payments.payer_type is 'Whose debt it pays: of the patient, insurer or corporate.';
comment on column public.payments.bill_number is 'The bill it is for.';

create table if not exists public.refunds (
    id bigint not null,
    refund_number text not null,
    kind text not null,
    patient_id bigint not null,
    payer_type text default 'patient',
    amount numeric,
    refundable numeric,
    mode text,
    bill_number text,
    status text not null default 'approved',
    refunded_on date not null default current_date,
    remarks text,
    constraint refunds_pkey primary key (id),
    constraint refund_number_is_used_once unique (refund_number),
    constraint refund_status_is_known check (status in ('asked', 'approved', 'cancelled'))
);

create index if not exists refunds_of_a_bill on public.refunds (bill_number);
create index if not exists refunds_of_a_patient on public.refunds (patient_id);

comment on table public.refunds is 'Money given back.';
comment on column public.refunds.kind
is 'service: of a bill. held: what is held, payments of that kind and refunds with the mode later. '
'advance: what was paid ahead.';
comment on column public.refunds.refundable
is 'What was there to give back when the refund was written: the trigger note_refundable fills it in.';
comment on column public.refunds.mode
is 'How; later for a refund of a service that is owed for now, null for one that lessens what is due.';

create table if not exists public.pharmacy_returns (
    id bigint not null,
    return_number text not null,
    bill_number text not null,
    patient_id bigint not null default 0,
    payer_type text default 'patient',
    tax_class text default 'taxable',
    total_amount numeric,
    taxable numeric,
    gst_amount numeric,
    cost_amount numeric,
    tax_lapsed boolean not null default false,
    resaleable boolean not null default true,
    refund_mode text,
    status text not null default 'final',
    return_date date not null default current_date,
    remarks text,
    constraint pharmacy_returns_pkey primary key (id),
    constraint return_number_is_used_once unique (return_number),
    constraint return_status_is_known check (status in ('draft', 'final', 'cancelled'))
);

comment on table public.pharmacy_returns is 'Medicines brought back: part of a bill or all of it.';
comment on column public.pharmacy_returns.cost_amount is 'What they had cost on the bill they were sold on.';
comment on column public.pharmacy_returns.tax_lapsed is 'Whether it is too late to lower the tax.';
comment on column public.pharmacy_returns.resaleable is 'Whether they can be sold again.';
comment on column public.pharmacy_returns.refund_mode
is 'How it was paid back; later when it is owed for now, null when it lessens what is due.';

create table if not exists public.settlements (
    id bigint not null,
    batch_number text not null,
    channel text not null,
    gross_amount numeric,
    fee_amount numeric,
    fee_cgst numeric,
    fee_sgst numeric,
    fee_igst numeric,
    net_amount numeric,
    status text not null default 'final',
    settled_on date not null default current_date,
    constraint settlements_pkey primary key (id),
    constraint batch_number_is_used_once unique (channel, batch_number),
    constraint settlement_status_is_known check (status in ('expected', 'final', 'cancelled'))
);

comment on table public.settlements is 'What the processors of cards and UPI paid out.';
comment on column public.settlements.channel is 'card or upi.';
comment on column public.settlements.gross_amount is 'What was collected.';
comment on column public.settlements.net_amount is 'What arrived at the bank.';

commit;
