--! breaking
-- Of the waiting changes of a record the newest counts, for every source: the option to post each version is
-- gone. A record that was changed often kept all other tables waiting with it, nobody needed what it gave
-- (the log and the audit log keep every version all the same), and it was in every statement of posting.
update pgsync.sync_queue as queue
set scheduled_at = clock_timestamp(), error_class = null, error_message = null, record_hash = null
where queue.error_class = 'blocked';

-- squawk-ignore ban-drop-function
drop function if exists pgsync.attach(
    regclass, text[], text[], text[], text, text[], boolean, boolean, boolean, boolean, interval
);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.planned_source(
    regclass, text[], text[], text[], text, text[], boolean, boolean
);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.rank_claims(pgsync.claim[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.find_standing(pgsync.claim[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.is_blocked(bigint, regclass, text);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.blocked_message();
-- squawk-ignore ban-drop-function
drop function if exists pgsync.set_aside(bigint[], bigint[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.settle_earlier(pgsync.claim[], bigint[], bigint[], text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.waiting_counts(regclass[]);
delete from pgsync.migrations
where path in ('sql/functions/is_blocked.sql', 'sql/functions/blocked_message.sql');

-- squawk-ignore ban-drop-column
alter table pgsync.sources drop column every_version;
-- squawk-ignore ban-drop-column
alter table pgsync.source_versions drop column every_version;
