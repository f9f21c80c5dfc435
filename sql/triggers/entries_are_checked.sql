create or replace trigger entries_are_checked
after insert on ledger.journal_entries
referencing new table as new_entries
for each statement execute function ledger.check_entries();

alter table ledger.journal_entries enable always trigger entries_are_checked;

comment on trigger entries_are_checked on ledger.journal_entries
is 'Every entry has lines, an open period, a currency and its true author; a reversal mirrors its original.';
