create or replace trigger periods_are_guarded
before insert or update on ledger.periods
for each row execute function ledger.guard_periods();

alter table ledger.periods enable always trigger periods_are_guarded;

comment on trigger periods_are_guarded on ledger.periods
is 'A period is closed in two steps, and its history is kept.';
