create or replace trigger journal_entries_are_never_rewritten
before update or delete or truncate on ledger.journal_entries
for each statement execute function ledger.refuse_rewrite();

alter table ledger.journal_entries enable always trigger journal_entries_are_never_rewritten;

comment on trigger journal_entries_are_never_rewritten on ledger.journal_entries
is 'Posted entries never change.';
