create or replace trigger accounts_are_never_deleted
before delete or truncate on ledger.accounts
for each statement execute function ledger.refuse_rewrite();

alter table ledger.accounts enable always trigger accounts_are_never_deleted;

comment on trigger accounts_are_never_deleted on ledger.accounts
is 'Posted lines keep their account.';
