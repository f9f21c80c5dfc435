create or replace trigger periods_are_never_deleted
before delete or truncate on ledger.periods
for each statement execute function ledger.refuse_rewrite();

alter table ledger.periods enable always trigger periods_are_never_deleted;

comment on trigger periods_are_never_deleted on ledger.periods
is 'Posted entries keep their period.';
