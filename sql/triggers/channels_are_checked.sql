create or replace trigger channels_are_checked
before insert or update of kind, settings, secret, previous_secret, min_severity, enabled
on pgsync.channels
for each row execute function pgsync.check_channel();

alter table pgsync.channels enable always trigger channels_are_checked;

comment on trigger channels_are_checked on pgsync.channels
is 'Refuses channels whose settings do not fit their kind.';
