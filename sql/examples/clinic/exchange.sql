-- Lets nodes exchange the records of the clinic's tables, those that pgsync node add lets in. A tick is taken
-- first, which has to be before all else that its transaction writes.
select count(*) as exchanged
from (
    values
    ('public.consultation_invoices'::regclass),
    ('public.pharmacy_bills'),
    ('public.lab_bills'),
    ('public.ultrasound_bills'),
    ('public.payments'),
    ('public.refunds'),
    ('public.pharmacy_returns'),
    ('public.settlements')
) as table_of (clinic)
cross join lateral pgsync.set_synced(table_of.clinic, true);

grant usage on schema public to pgsync_node;

grant select, insert, update, delete on table
public.consultation_invoices,
public.pharmacy_bills,
public.lab_bills,
public.ultrasound_bills,
public.payments,
public.refunds,
public.pharmacy_returns,
public.settlements
to pgsync_node;
