create or replace trigger currencies_are_guarded
before update on ledger.currencies
for each row execute function ledger.guard_currencies();

alter table ledger.currencies enable always trigger currencies_are_guarded;

comment on trigger currencies_are_guarded on ledger.currencies
is 'The meaning of an amount never changes.';
