-- The tables of a market on the web, as a young program might have them: keys are UUIDs, amounts count cents,
-- moments have a time zone, what is deleted stays with a mark, and what belongs to a document is JSON in it.
begin;

create schema if not exists market;
comment on schema market is 'A market on the web.';
revoke all on schema market from public;

do $$
begin
    if to_regtype('market.status') is null then
        create type market.status as enum ('draft', 'confirmed', 'cancelled');
    end if;
end;
$$;

comment on type market.status is 'How far a document is.';

create table if not exists market.orders (
    id uuid not null default gen_random_uuid(),
    order_number text not null,
    customer_id uuid not null,
    currency_code text not null,
    total_cents bigint not null,
    lines jsonb not null default '[]',
    tax jsonb not null default '{}',
    status market.status not null default 'draft',
    confirmed_at timestamptz,
    deleted_at timestamptz,
    constraint orders_pkey primary key (id),
    constraint order_number_is_used_once unique (order_number)
);

comment on table market.orders is 'What customers order. It is sold when it is confirmed.';
comment on column market.orders.currency_code is 'EUR or USD.';
comment on column market.orders.total_cents is 'All lines with tax, as the customer was told.';
comment on column market.orders.lines is 'An array of {"sku", "kind", "quantity", "unit_cents"}.';
comment on column market.orders.tax
is 'An object with "standard" and "reduced", each an object {"rate", "amount"}, or without one of them.';
comment on column market.orders.deleted_at is 'When it was deleted; null while it is there.';

create table if not exists market.invoices (
    id uuid not null default gen_random_uuid(),
    invoice_number text not null,
    customer_id uuid not null,
    currency_code text not null,
    net_cents bigint not null,
    tax_cents bigint not null,
    income_account text,
    status market.status not null default 'draft',
    issued_at timestamptz not null default now(),
    sent_at timestamptz,
    deleted_at timestamptz,
    constraint invoices_pkey primary key (id),
    constraint invoice_number_is_used_once unique (invoice_number)
);

comment on table market.invoices is 'What is billed by month: licences and support.';
comment on column market.invoices.income_account is 'The account of its income, as its product has it.';
comment on column market.invoices.sent_at is 'When the customer was sent it; null while he was not.';

create table if not exists market.payments (
    id uuid not null default gen_random_uuid(),
    reference text not null,
    customer_id uuid not null,
    currency_code text not null,
    amount_cents bigint not null,
    fee_cents bigint,
    fee_rate numeric,
    provider text not null,
    paid_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint payments_pkey primary key (id)
);

comment on table market.payments is 'What customers pay.';
comment on column market.payments.fee_cents is 'What the provider keeps; null while he has not said it.';
comment on column market.payments.fee_rate is 'What part of it he keeps as a rule, such as 0.015.';
comment on column market.payments.provider is 'bank, card or wallet.';

create table if not exists market.refunds (
    id uuid not null default gen_random_uuid(),
    reference text not null,
    customer_id uuid not null,
    currency_code text not null,
    amount_cents bigint not null,
    tax_cents bigint not null default 0,
    provider text not null,
    refunded_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint refunds_pkey primary key (id)
);

comment on table market.refunds is 'What goes back to customers for goods that come back.';
comment on column market.refunds.tax_cents is 'The standard tax in it.';

commit;
