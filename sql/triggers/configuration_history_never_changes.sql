create or replace trigger configuration_history_never_changes
before update or delete or truncate on pgsync.configuration_history
for each statement execute function pgsync.refuse_change();

alter table pgsync.configuration_history enable always trigger configuration_history_never_changes;

comment on trigger configuration_history_never_changes on pgsync.configuration_history
is 'What happened never changes.';
