-- Which tables have their images encrypted. A transaction of its own, because sync_logs and sources are
-- locked by applications that write, in any order.
alter table pgsync.sources
add column image_key text,
add constraint image_key_is_known foreign key (image_key) references pgsync.image_keys (name) not valid;
-- The tables are few.
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sources validate constraint image_key_is_known;

comment on column pgsync.sources.image_key
is 'The key that its images are encrypted for; null when they are stored as they are.';

-- Made anew with another parameter.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.attach(
    regclass, text[], text[], text[], text, text[], boolean, text, boolean, boolean, interval
);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.planned_source(regclass, text[], text[], text[], text, text[], boolean, text);
