create or replace trigger id_ranges_are_guarded
before update on pgsync.id_ranges
for each row execute function pgsync.guard_id_ranges();

alter table pgsync.id_ranges enable always trigger id_ranges_are_guarded;

comment on trigger id_ranges_are_guarded on pgsync.id_ranges is 'A range is counted, and then dropped.';
