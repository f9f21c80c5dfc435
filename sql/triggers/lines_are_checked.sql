create or replace trigger lines_are_checked
after insert on ledger.journal_lines
referencing new table as new_lines
for each statement execute function ledger.check_lines();

alter table ledger.journal_lines enable always trigger lines_are_checked;

comment on trigger lines_are_checked on ledger.journal_lines
is 'Lines are inserted as whole, balanced entries, on accounts that take them.';
