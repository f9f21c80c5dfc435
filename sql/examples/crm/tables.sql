-- What an agency for card payments keeps of its CRM, which it reads over HTTP: its merchants, what they were
-- paid by card, and what the agency earns of that. Amounts have no declared scale, because that would round
-- silently.
begin;

create schema if not exists crm;
comment on schema crm is 'What was imported from the CRM.';
revoke all on schema crm from public;

create table if not exists crm.merchants (
    id bigint not null,
    name text not null,
    email text,
    status text not null,
    rate numeric,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    constraint merchants_pkey primary key (id)
);

comment on table crm.merchants is 'The agency''s customers.';
comment on column crm.merchants.status is 'As the CRM says it: active or closed.';
comment on column crm.merchants.rate is 'What they pay of each transaction, in per cent.';
comment on column crm.merchants.deleted_at is 'When the CRM was found to have it no longer.';

create table if not exists crm.transactions (
    id bigint not null,
    merchant_id bigint not null,
    kind text not null,
    amount numeric not null,
    settled_on date not null,
    updated_at timestamptz not null,
    constraint transactions_pkey primary key (id),
    constraint transaction_is_of_a_merchant foreign key (merchant_id) references crm.merchants (id)
);

create index if not exists transactions_of_a_merchant on crm.transactions (merchant_id);

comment on table crm.transactions is 'What the merchants were paid by card.';
comment on column crm.transactions.kind is 'sale or refund.';

create table if not exists crm.residuals (
    merchant_id bigint not null,
    month date not null,
    volume numeric,
    amount numeric,
    agent_id bigint,
    agent_amount numeric,
    status text not null,
    updated_at timestamptz not null,
    constraint residuals_pkey primary key (merchant_id, month),
    constraint residual_is_of_a_merchant foreign key (merchant_id) references crm.merchants (id)
);

comment on table crm.residuals is 'What the agency earns of a merchant''s transactions of a month.';
comment on column crm.residuals.month is 'Its first day.';
comment on column crm.residuals.volume is 'The transactions, all together.';
comment on column crm.residuals.amount is 'What the processor owes the agency for them.';
comment on column crm.residuals.agent_id is 'Who found the merchant; null for nobody.';
comment on column crm.residuals.agent_amount is 'What the agency owes the agent of it.';
comment on column crm.residuals.status is 'estimated, final or void. It is earned when it is final.';

commit;
