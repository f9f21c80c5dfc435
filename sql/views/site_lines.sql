create or replace view pgsync.site_lines with (security_barrier) as
select
    entry.site,
    entry.id as entry_id,
    entry.entry_date,
    entry.document_date,
    entry.purpose,
    entry.reverses,
    entry.source_table,
    entry.record_id,
    entry.rule,
    entry.description,
    entry.posted_at,
    line.line,
    line.account,
    line.amount,
    line.currency,
    line.party,
    line.dimensions
from ledger.journal_entries as entry
inner join ledger.journal_lines as line on entry.id = line.entry_id
where entry.site in (select own.site from pgsync.own_sites as own);

comment on view pgsync.site_lines
is 'The journal lines of the sites that the current user may see.';
comment on column pgsync.site_lines.site
is 'The site of the record at the change that made the entry; of a reversal, that of what it reverses.';
comment on column pgsync.site_lines.entry_id is 'The entry.';
comment on column pgsync.site_lines.entry_date is 'The day on which it is booked.';
comment on column pgsync.site_lines.document_date is 'The day on the document.';
comment on column pgsync.site_lines.purpose is 'What the entry is for, such as posting or reversal.';
comment on column pgsync.site_lines.reverses is 'The entry that it reverses.';
comment on column pgsync.site_lines.source_table is 'The table of the record.';
comment on column pgsync.site_lines.record_id is 'The key of the record.';
comment on column pgsync.site_lines.rule is 'The rule that made it.';
comment on column pgsync.site_lines.description is 'What it says.';
comment on column pgsync.site_lines.posted_at is 'When it was posted.';
comment on column pgsync.site_lines.line is 'The number of the line.';
comment on column pgsync.site_lines.account is 'The account.';
comment on column pgsync.site_lines.amount is 'In minor units; debit is positive, credit negative.';
comment on column pgsync.site_lines.currency is 'The currency.';
comment on column pgsync.site_lines.party is 'With whom.';
comment on column pgsync.site_lines.dimensions is 'What else it is counted by.';
