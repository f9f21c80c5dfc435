create or replace trigger range_totals_are_never_deleted
before delete or truncate on pgsync.range_totals
for each statement execute function pgsync.refuse_change();

alter table pgsync.range_totals enable always trigger range_totals_are_never_deleted;

comment on trigger range_totals_are_never_deleted on pgsync.range_totals is 'What a range held stays known.';
