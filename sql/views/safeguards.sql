create or replace view ledger.safeguards as
select
    wanted.table_name,
    wanted.trigger_name,
    coalesce(present.tgenabled = 'A', false) as is_in_force
from (
    values
    ('accounts', 'accounts_are_guarded'),
    ('accounts', 'accounts_are_never_deleted'),
    ('currencies', 'currencies_are_guarded'),
    ('currencies', 'currencies_are_never_deleted'),
    ('journal_entries', 'entries_are_checked'),
    ('journal_entries', 'journal_entries_are_never_rewritten'),
    ('journal_lines', 'journal_lines_are_never_rewritten'),
    ('journal_lines', 'lines_are_checked'),
    ('period_history', 'period_history_is_never_rewritten'),
    ('periods', 'periods_are_guarded'),
    ('periods', 'periods_are_never_deleted')
) as wanted (table_name, trigger_name)
inner join pg_catalog.pg_class as guarded on wanted.table_name = guarded.relname
inner join pg_catalog.pg_namespace as space on guarded.relnamespace = space.oid and space.nspname = 'ledger'
left join pg_catalog.pg_trigger as present
    on guarded.oid = present.tgrelid and wanted.trigger_name = present.tgname;

comment on view ledger.safeguards
is 'The triggers that protect the journal, and whether each exists and always fires.';

comment on column ledger.safeguards.table_name is 'The protected table.';
comment on column ledger.safeguards.trigger_name is 'The trigger that protects it.';
comment on column ledger.safeguards.is_in_force is 'Whether the trigger exists and always fires.';
