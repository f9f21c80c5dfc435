create or replace trigger currencies_are_never_deleted
before delete or truncate on ledger.currencies
for each statement execute function ledger.refuse_rewrite();

alter table ledger.currencies enable always trigger currencies_are_never_deleted;

comment on trigger currencies_are_never_deleted on ledger.currencies
is 'Posted entries keep their currency.';
