-- A TRUNCATE is posted in steps, each a transaction of its own: how far it is stands in sync_progress, and
-- the entries that each step made stay here until the last one writes the audit row. Changes that wait for a
-- time are taken in the order of their ids where many wait for the same.
create table pgsync.truncate_steps (
    id bigint generated always as identity,
    log_id bigint not null,
    entry_ids bigint[] not null,
    constraint truncate_steps_pkey primary key (log_id, id)
);

comment on table pgsync.truncate_steps
is 'What a TRUNCATE that is under way has taken back so far; empty when none is.';
comment on column pgsync.truncate_steps.log_id is 'The TRUNCATE, in sync_logs.';
comment on column pgsync.truncate_steps.entry_ids is 'The reversals that one step has posted.';
comment on column pgsync.sync_audit_log.entry_ids
is 'The entries that were posted, reversals first; null for a TRUNCATE with over 100,000 of them.';

revoke all on table pgsync.truncate_steps from public;

alter type pgsync.batch_result
add attribute truncated_part bigint,
add attribute emptied integer,
add attribute is_cut boolean;

-- squawk-ignore require-concurrent-index-deletion
drop index pgsync.sync_queue_scheduled_at;
-- squawk-ignore require-concurrent-index-creation
create index sync_queue_scheduled_at on pgsync.sync_queue (scheduled_at, log_id)
where scheduled_at is not null;

-- squawk-ignore ban-drop-function
drop function if exists pgsync.claim_changes(integer, bigint, regclass[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.post_isolated(pgsync.claim[], text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.post_truncate(pgsync.claim, text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.find_truncated(pgsync.claim);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.survey_queue(bigint, regclass[], boolean);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.lock_slots();
-- squawk-ignore ban-drop-function
drop function if exists pgsync.is_of_sources(bigint, regclass[]);

delete from pgsync.migrations
where path in ('sql/functions/lock_slots.sql', 'sql/functions/is_of_sources.sql');
