-- Has the changes of the clinic's tables captured. Remarks are about people's health and stay where they are.
-- A node of the clinic, whose master keeps the books, sets clinic.posts to off before.
select
    table_of.clinic as attached,
    count(*) as steps
from (
    values
    ('public.consultation_invoices'::regclass, '{remarks}'::text[]),
    ('public.pharmacy_bills', '{remarks}'),
    ('public.lab_bills', '{remarks}'),
    ('public.ultrasound_bills', '{remarks}'),
    ('public.payments', '{remarks}'),
    ('public.refunds', '{remarks}'),
    ('public.pharmacy_returns', '{remarks}'),
    ('public.settlements', null)
) as table_of (clinic, excluded)
cross join nullif(current_setting('clinic.posts', true), '') as own (posts)
cross join lateral pgsync.attach(table_of.clinic, exclude => table_of.excluded, posts => own.posts::boolean)
group by table_of.clinic;
