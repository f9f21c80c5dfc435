-- Failures are many after a bad day, and are looked for by table and by class: so the queue names the table
-- of what has failed, and an index has both. What waits and has not failed has neither, so capturing and
-- posting pay for nothing, and what the index does not have is still found, if more slowly: a name that is
-- missing hides no change.
--
-- Whoever writes to an attached table waits while this transaction names what has failed so far.
alter table pgsync.sync_queue add column source_table regclass;
comment on column pgsync.sync_queue.source_table
is 'The table of the record once there is an error, by which it is found among many.';

update pgsync.sync_queue as queue
set source_table = log.source_table
from pgsync.sync_logs as log
where octet_length(queue.error_class) <= 200 and queue.log_id = log.id;

-- squawk-ignore require-concurrent-index-creation
create index sync_queue_failed on pgsync.sync_queue (source_table, error_class, sync_status, log_id)
where source_table is not null and error_class is not null;
-- Always nearly empty: what failed while functions of an older version were there, or was changed by hand.
-- squawk-ignore require-concurrent-index-creation
create index sync_queue_failed_otherwise on pgsync.sync_queue (log_id)
where (sync_status = 'failed' or error_class is not null) and (source_table is null or error_class is null);

-- A token of one site may also act on what is of its site; which that is, the database checks.
-- squawk-ignore ban-drop-constraint
alter table pgsync.api_tokens drop constraint site_reads_only;
alter table pgsync.api_tokens add constraint site_reads_and_operates check (
    site is null or (scopes <@ array['read', 'operate'] and octet_length(site) between 1 and 200)
) not valid;
-- The tokens are few.
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.api_tokens validate constraint site_reads_and_operates;

-- What a job of the kind rules_diff is about, and what it has found: kept as long as the job, so that a
-- screen shows it with its age.
create table pgsync.rule_diffs (
    job bigint not null,
    rule text not null,
    content text not null,
    since date,
    until date,
    last_change bigint not null,
    done_through bigint not null default 0,
    candidates text[],
    records bigint not null default 0,
    differing bigint not null default 0,
    failures_before bigint not null default 0,
    failures_after bigint not null default 0,
    left_out bigint not null default 0,
    constraint rule_diffs_pkey primary key (job),
    constraint rule_diffs_job_fkey foreign key (job) references pgsync.sync_jobs (id) on delete cascade,
    constraint content_is_short check (octet_length(content) between 1 and 65536),
    constraint span_has_days check (since <= until)
);

comment on table pgsync.rule_diffs
is 'What other texts of rules would post differently: what is asked, how far the job is, what it has found.';
comment on column pgsync.rule_diffs.job is 'The job.';
comment on column pgsync.rule_diffs.rule is 'The rule that it was asked for.';
comment on column pgsync.rule_diffs.content is 'The text that is compared with what is in force.';
comment on column pgsync.rule_diffs.since is 'Only changes captured on or after this day; null for all.';
comment on column pgsync.rule_diffs.until is 'Only changes captured up to this day; null for all.';
comment on column pgsync.rule_diffs.last_change is 'The last change there was when it was asked for.';
comment on column pgsync.rule_diffs.done_through is 'It has compared the changes up to this one.';
comment on column pgsync.rule_diffs.candidates
is 'The rules and versions that the text has; null until it was read.';
comment on column pgsync.rule_diffs.records is 'How many records it has compared.';
comment on column pgsync.rule_diffs.differing is 'How many of them would be posted differently.';
comment on column pgsync.rule_diffs.failures_before is 'How many fail by the rules in force.';
comment on column pgsync.rule_diffs.failures_after is 'How many would fail.';
comment on column pgsync.rule_diffs.left_out is 'How many could not be compared, encrypted ones included.';

create table pgsync.rule_diff_sums (
    job bigint not null,
    account text collate "C" not null,
    currency text collate "C" not null,
    before numeric not null,
    after numeric not null,
    constraint rule_diff_sums_pkey primary key (job, account, currency),
    constraint rule_diff_sums_job_fkey foreign key (job) references pgsync.rule_diffs (job) on delete cascade,
    constraint names_are_short check (octet_length(account) + octet_length(currency) <= 500)
);

comment on table pgsync.rule_diff_sums
is 'For each account, what the compared records come to by either rules.';
comment on column pgsync.rule_diff_sums.job is 'The job.';
comment on column pgsync.rule_diff_sums.account is 'The account.';
comment on column pgsync.rule_diff_sums.currency is 'The currency.';
comment on column pgsync.rule_diff_sums.before
is 'Debits less credits in minor units, by the rules in force.';
comment on column pgsync.rule_diff_sums.after is 'The same by the other text.';

create table pgsync.rule_diff_records (
    job bigint not null,
    number bigint not null,
    table_name text not null,
    record_id text not null,
    before jsonb not null,
    after jsonb not null,
    constraint rule_diff_records_pkey primary key (job, number),
    constraint rule_diff_records_job_fkey foreign key (job) references pgsync.rule_diffs (job)
    on delete cascade
);

comment on table pgsync.rule_diff_records
is 'The first records that would be posted differently, up to a thousand for a job.';
comment on column pgsync.rule_diff_records.job is 'The job.';
comment on column pgsync.rule_diff_records.number is 'Counts the records, from 1.';
comment on column pgsync.rule_diff_records.table_name is 'The table of the record.';
comment on column pgsync.rule_diff_records.record_id is 'The key of the record.';
comment on column pgsync.rule_diff_records.before
is 'What the rules in force post: rule, outcome, date, lines.';
comment on column pgsync.rule_diff_records.after is 'The same by the other text.';

revoke all on table pgsync.rule_diffs, pgsync.rule_diff_sums, pgsync.rule_diff_records from public;

-- A setting knows who changed it last; this keeps who did before, and from what to what. Why stands with the
-- act of the same transaction, for changes over HTTP.
create table pgsync.configuration_history (
    id bigint generated always as identity,
    config_key text collate "C" not null,
    old_value text not null,
    new_value text not null,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null,
    recorded_xid xid8 not null default pg_current_xact_id(),
    constraint configuration_history_pkey primary key (id),
    constraint value_has_changed check (old_value <> new_value)
);

create index configuration_history_config_key on pgsync.configuration_history (config_key, id);

comment on table pgsync.configuration_history is 'Each change of a setting since this was kept.';
comment on column pgsync.configuration_history.id is 'The number of the change.';
comment on column pgsync.configuration_history.config_key is 'The setting.';
comment on column pgsync.configuration_history.old_value is 'Its value before.';
comment on column pgsync.configuration_history.new_value is 'Its value after.';
comment on column pgsync.configuration_history.changed_at is 'When.';
comment on column pgsync.configuration_history.changed_by
is 'Who: the login and, over HTTP, whose token it was.';
comment on column pgsync.configuration_history.recorded_xid is 'The transaction, which is that of the act.';

revoke all on table pgsync.configuration_history from public;
