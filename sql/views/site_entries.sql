create or replace view pgsync.site_entries with (security_barrier) as
select
    entry.site,
    detail.id,
    detail.entry_date,
    detail.document_date,
    detail.swept_from,
    detail.posted_at,
    detail.posted_by,
    detail.purpose,
    detail.description,
    detail.currency,
    detail.total,
    detail.reverses,
    detail.reversed_by,
    detail.source_table,
    detail.record_id,
    detail.change_id,
    detail.rule,
    detail.correlation_id,
    detail.idempotency_key,
    detail.lines
from ledger.journal_entries as entry
inner join ledger.entry_details as detail on entry.id = detail.id
where entry.site in (select own.site from pgsync.own_sites as own);

comment on view pgsync.site_entries
is 'The entries of the sites that the current user may see, with their lines, as in ledger.entry_details.';
comment on column pgsync.site_entries.site is 'The site, as site_lines has it.';
comment on column pgsync.site_entries.id is 'The entry.';
comment on column pgsync.site_entries.entry_date is 'The day on which it is booked.';
comment on column pgsync.site_entries.document_date is 'The day on the document.';
comment on column pgsync.site_entries.swept_from
is 'The day it would have been booked on, had that been open.';
comment on column pgsync.site_entries.posted_at is 'When it was posted.';
comment on column pgsync.site_entries.posted_by is 'By which login.';
comment on column pgsync.site_entries.purpose is 'What it is for, such as posting or reversal.';
comment on column pgsync.site_entries.description is 'What it says.';
comment on column pgsync.site_entries.currency is 'The currency.';
comment on column pgsync.site_entries.total is 'The sum of its debits.';
comment on column pgsync.site_entries.reverses is 'The entry that it reverses.';
comment on column pgsync.site_entries.reversed_by is 'The entry that reverses it.';
comment on column pgsync.site_entries.source_table is 'The table of the record.';
comment on column pgsync.site_entries.record_id is 'The key of the record.';
comment on column pgsync.site_entries.change_id is 'The change that it was posted for.';
comment on column pgsync.site_entries.rule is 'The rule that made it.';
comment on column pgsync.site_entries.correlation_id is 'The correlation id of the application.';
comment on column pgsync.site_entries.idempotency_key is 'What keeps it from being posted twice.';
comment on column pgsync.site_entries.lines is 'Its lines.';
