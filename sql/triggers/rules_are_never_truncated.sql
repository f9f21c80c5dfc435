create or replace trigger rules_are_never_truncated
before truncate on pgsync.rules
for each statement execute function pgsync.guard_rules();

alter table pgsync.rules enable always trigger rules_are_never_truncated;

comment on trigger rules_are_never_truncated on pgsync.rules
is 'Applied rules are never removed.';
