create or replace trigger journal_lines_are_never_rewritten
before update or delete or truncate on ledger.journal_lines
for each statement execute function ledger.refuse_rewrite();

alter table ledger.journal_lines enable always trigger journal_lines_are_never_rewritten;

comment on trigger journal_lines_are_never_rewritten on ledger.journal_lines
is 'Posted lines never change.';
