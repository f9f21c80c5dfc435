create or replace trigger id_ranges_are_never_deleted
before delete or truncate on pgsync.id_ranges
for each statement execute function pgsync.refuse_change();

alter table pgsync.id_ranges enable always trigger id_ranges_are_never_deleted;

comment on trigger id_ranges_are_never_deleted on pgsync.id_ranges is 'What became of a range stays known.';
