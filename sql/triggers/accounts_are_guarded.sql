create or replace trigger accounts_are_guarded
before update on ledger.accounts
for each row execute function ledger.guard_accounts();

alter table ledger.accounts enable always trigger accounts_are_guarded;

comment on trigger accounts_are_guarded on ledger.accounts
is 'The meaning of an account never changes.';
