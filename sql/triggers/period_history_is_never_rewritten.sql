create or replace trigger period_history_is_never_rewritten
before update or delete or truncate on ledger.period_history
for each statement execute function ledger.refuse_rewrite();

alter table ledger.period_history enable always trigger period_history_is_never_rewritten;

comment on trigger period_history_is_never_rewritten on ledger.period_history
is 'Recorded history never changes.';
