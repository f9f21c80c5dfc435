create or replace trigger rules_never_change
before update or delete on pgsync.rules
for each row execute function pgsync.guard_rules();

alter table pgsync.rules enable always trigger rules_never_change;

comment on trigger rules_never_change on pgsync.rules
is 'A version can always explain what it posted.';
