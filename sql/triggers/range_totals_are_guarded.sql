create or replace trigger range_totals_are_guarded
before insert or update on pgsync.range_totals
for each row execute function pgsync.guard_range_totals();

alter table pgsync.range_totals enable always trigger range_totals_are_guarded;

comment on trigger range_totals_are_guarded on pgsync.range_totals
is 'Totals are complete once their range is frozen.';
