-- A table may be captured without being posted: its changes are only for others who read the log. They have
-- no place in the queue and no outcome, and the version of the source that captured a change says so.
alter table pgsync.source_versions add column posts boolean not null default true;
comment on column pgsync.source_versions.posts
is 'Whether its changes were to be posted.';

-- The sum of a day has them, too.
alter table pgsync.verified_days
add column unposted bigint not null default 0,
-- squawk-ignore ban-drop-constraint
drop constraint all_changes_are_accounted_for,
add constraint all_changes_are_accounted_for check (
    captured
    = posted + amended + reversed + unchanged + superseded + skipped + unposted + failed + waiting + lost
) not valid;
comment on column pgsync.verified_days.unposted
is 'Those of a table that is captured and not posted.';

-- Last, because applications that write look sources up, and wait while this transaction changes it.
alter table pgsync.sources add column posts boolean not null default true;
comment on column pgsync.sources.posts
is 'Whether its changes are posted; if not, they are only for others who read the log.';

-- Made anew with another parameter.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.attach(
    regclass, text[], text[], text[], text, text[], boolean, text, text, boolean, boolean, interval
);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.planned_source(
    regclass, text[], text[], text[], text, text[], boolean, text, text
);
