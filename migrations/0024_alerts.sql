-- What is wrong is computed from facts by the functions of sql/functions/alerts. Here is what they return,
-- and what is kept: the life of each alert, who acknowledged or silenced what, what was told, and a sample of
-- the figures of each worker a minute.
create type pgsync.alert_condition as (
    kind text,
    source_table regclass,
    class text,
    severity text,
    value numeric,
    threshold numeric,
    unit text,
    words text,
    remedy text,
    since timestamptz,
    inhibited_by text,
    is_observed boolean
);

comment on type pgsync.alert_condition
is 'Something that is wrong now; if it is not observed, a kind of which nothing can be said now.';

create table pgsync.sync_alerts (
    id bigint generated always as identity,
    kind text not null,
    source_table regclass,
    table_name text,
    class text,
    state text not null default 'pending',
    severity text not null,
    value numeric,
    threshold numeric,
    unit text,
    words text not null,
    remedy text,
    since timestamptz,
    inhibited_by text,
    seen bigint not null default 1,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    gone_at timestamptz,
    raised_at timestamptz,
    resolved_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    acknowledged_until timestamptz,
    acknowledged_severity text,
    note text,
    silence bigint,
    told_at timestamptz,
    told_severity text,
    end_told_at timestamptz,
    group_key text not null generated always as (
        case kind when 'DELIVERY_FAILED' then kind || ' ' || coalesce(class, '') else kind end
    ) stored,
    constraint sync_alerts_pkey primary key (id),
    constraint kind_is_a_word check (kind ~ '^[A-Z][A-Z_]{0,62}$'),
    constraint state_is_known check (state in ('pending', 'firing', 'acknowledged', 'silenced', 'resolved')),
    constraint severity_is_known check (severity in ('low', 'medium', 'high', 'critical')),
    constraint raised_at_tells_the_state check ((state = 'pending') = (raised_at is null)),
    constraint resolved_at_tells_the_state check ((state = 'resolved') = (resolved_at is not null)),
    constraint silence_tells_the_state check (state <> 'silenced' or silence is not null),
    constraint acknowledgement_is_whole check (
        (acknowledged_at is null) = (acknowledged_by is null)
        and (acknowledged_at is null) = (acknowledged_severity is null)
        and (state <> 'acknowledged' or acknowledged_at is not null)
    ),
    constraint seen_is_positive check (seen > 0),
    constraint texts_are_short check (
        char_length(class) <= 200 and char_length(words) <= 1000 and char_length(remedy) <= 500
    )
);

-- A number that changes is no part of it.
create unique index one_alert_at_a_time on pgsync.sync_alerts (
    kind, coalesce(source_table, 0::oid), coalesce(class, '')
)
where state <> 'resolved';
create index sync_alerts_resolved_at on pgsync.sync_alerts (resolved_at) where state = 'resolved';
create index sync_alerts_end_untold on pgsync.sync_alerts (group_key)
where told_at is not null and end_told_at is null;

comment on table pgsync.sync_alerts
is 'The life of each alert, by pgsync.check_alerts. What is true now: view alert_states.';
comment on column pgsync.sync_alerts.kind is 'The kind: see pgsync.alert_kinds().';
comment on column pgsync.sync_alerts.source_table is 'The table it is about; null if it is about none.';
comment on column pgsync.sync_alerts.table_name is 'What the table was called when it was last seen.';
comment on column pgsync.sync_alerts.class
is 'What distinguishes it from others of its kind and table, such as a failure class.';
comment on column pgsync.sync_alerts.state
is 'pending (not true for long enough), firing, acknowledged, silenced or resolved.';
comment on column pgsync.sync_alerts.severity is 'low, medium, high or critical, when it was last seen.';
comment on column pgsync.sync_alerts.value is 'The value when it was last seen.';
comment on column pgsync.sync_alerts.threshold is 'The limit that the value reached.';
comment on column pgsync.sync_alerts.unit is 'What value and limit count.';
comment on column pgsync.sync_alerts.words is 'What was wrong when it was last seen.';
comment on column pgsync.sync_alerts.remedy is 'What to do about it.';
comment on column pgsync.sync_alerts.since is 'Since when it had been wrong, where that is known.';
comment on column pgsync.sync_alerts.inhibited_by
is 'What explains it and so holds back its news: SYSTEM_DOWN or paused.';
comment on column pgsync.sync_alerts.seen is 'How many checks have found it.';
comment on column pgsync.sync_alerts.first_seen_at is 'When a check first found it.';
comment on column pgsync.sync_alerts.last_seen_at is 'When a check last found it.';
comment on column pgsync.sync_alerts.gone_at
is 'Since when checks have found it gone; null while it is found, or while nothing can be said.';
comment on column pgsync.sync_alerts.raised_at is 'When it was raised; null while it is pending.';
comment on column pgsync.sync_alerts.resolved_at is 'When it was resolved; null until then.';
comment on column pgsync.sync_alerts.acknowledged_at
is 'When a user acknowledged it; null if nobody did, or if that has ended.';
comment on column pgsync.sync_alerts.acknowledged_by is 'The login that acknowledged it.';
comment on column pgsync.sync_alerts.acknowledged_until
is 'When the acknowledgement ends; null if only a higher severity ends it.';
comment on column pgsync.sync_alerts.acknowledged_severity is 'Its severity then.';
comment on column pgsync.sync_alerts.note is 'What the user who acknowledged it said.';
comment on column pgsync.sync_alerts.silence is 'The silence that it is or was last under.';
comment on column pgsync.sync_alerts.told_at
is 'When news of it was last queued for a channel; null if none wanted it.';
comment on column pgsync.sync_alerts.told_severity is 'The highest severity that was told.';
comment on column pgsync.sync_alerts.end_told_at
is 'When its end was told, or found not worth telling.';
comment on column pgsync.sync_alerts.group_key is 'Alerts with the same are told together.';

create table pgsync.alert_silences (
    id bigint generated always as identity,
    kind text,
    source_table regclass,
    class text,
    starts_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    reason text not null,
    created_by text not null default session_user,
    ended_by text,
    constraint alert_silences_pkey primary key (id),
    constraint silence_matches_something check (num_nonnulls(kind, source_table, class) > 0),
    constraint silence_ends_after_it_starts check (ends_at >= starts_at),
    constraint class_is_short check (char_length(class) <= 200),
    constraint reason_is_written check (reason ~ '[^[:space:]]' and octet_length(reason) <= 1000)
);

create index alert_silences_ends_at on pgsync.alert_silences (ends_at);

comment on table pgsync.alert_silences
is 'What is not to be told for a time: alerts that match each of kind, table and class that is given.';
comment on column pgsync.alert_silences.kind is 'The kind of alerts; null for any.';
comment on column pgsync.alert_silences.source_table is 'Their table; null for any.';
comment on column pgsync.alert_silences.class is 'Their class; null for any.';
comment on column pgsync.alert_silences.starts_at is 'When it starts.';
comment on column pgsync.alert_silences.ends_at is 'When it ends.';
comment on column pgsync.alert_silences.reason is 'Why.';
comment on column pgsync.alert_silences.created_by is 'The login that silenced them.';
comment on column pgsync.alert_silences.ended_by is 'The login that ended it early.';

create table pgsync.alert_groups (
    group_key text not null,
    changed_at timestamptz,
    told_at timestamptz,
    thread bigint,
    constraint alert_groups_pkey primary key (group_key)
);

comment on table pgsync.alert_groups is 'What is told together, and when that was last done.';
comment on column pgsync.alert_groups.group_key is 'The kind of alerts; of channels, also which.';
comment on column pgsync.alert_groups.changed_at is 'Since when something is to be told; null if nothing is.';
comment on column pgsync.alert_groups.told_at
is 'When something was last told; null if all that was told has ended.';
comment on column pgsync.alert_groups.thread is 'The alert whose number all news since then carries.';

create table pgsync.alert_notices (
    id bigint generated always as identity,
    told_at timestamptz not null,
    group_key text not null,
    event text not null,
    severity text not null,
    subject text not null,
    body jsonb not null,
    thread bigint not null,
    alerts bigint[] not null,
    problem text,
    constraint alert_notices_pkey primary key (id),
    constraint event_is_known check (event in ('raised', 'changed', 'repeated', 'resolved')),
    constraint severity_is_known check (severity in ('low', 'medium', 'high', 'critical'))
);

create index alert_notices_told_at on pgsync.alert_notices (told_at);
create index alert_notices_group_key on pgsync.alert_notices (group_key, id);

comment on table pgsync.alert_notices
is 'What was told about alerts, or could not be; channels carry it to people.';
comment on column pgsync.alert_notices.told_at is 'When it was told, or when that was last tried.';
comment on column pgsync.alert_notices.group_key is 'The group of alerts it is about.';
comment on column pgsync.alert_notices.event is 'raised, changed, repeated or resolved.';
comment on column pgsync.alert_notices.severity is 'The highest severity in it.';
comment on column pgsync.alert_notices.subject is 'What it says in one line.';
comment on column pgsync.alert_notices.body is 'What else it says. No contents of rows.';
comment on column pgsync.alert_notices.thread is 'The alert whose number it carries.';
comment on column pgsync.alert_notices.alerts is 'The alerts it is about.';
comment on column pgsync.alert_notices.problem
is 'Why no channel took it, so that nobody was told; null if one did.';

create table pgsync.alert_check (
    only_row boolean not null default true,
    checked_at timestamptz,
    checked_by text,
    problems text[] not null default '{}',
    constraint alert_check_pkey primary key (only_row),
    constraint there_is_one_row check (only_row)
);

insert into pgsync.alert_check (only_row) values (true);

comment on table pgsync.alert_check is 'When alerts were last checked; the row also lets checks take turns.';
comment on column pgsync.alert_check.only_row is 'There is one row.';
comment on column pgsync.alert_check.checked_at is 'When they were last checked; null if never.';
comment on column pgsync.alert_check.checked_by is 'By whom: the name of the worker, or the login.';
comment on column pgsync.alert_check.problems is 'What could not be observed then.';

create table pgsync.sync_system_health (
    span text not null,
    starts_at timestamptz not null,
    worker integer not null,
    samples integer not null default 1,
    sampled_at timestamptz not null,
    queue_size bigint,
    oldest_seconds double precision,
    captured bigint,
    captured_total bigint,
    next_xid xid8,
    posted bigint not null,
    without_entry bigint not null,
    failed bigint not null,
    latency bigint[] not null,
    constraint sync_system_health_pkey primary key (span, starts_at, worker),
    constraint span_is_known check (span in ('minute', 'hour', 'day')),
    constraint only_minutes_name_a_worker check ((span = 'minute') = (worker > 0)),
    constraint figures_are_not_negative check (
        samples > 0 and posted >= 0 and without_entry >= 0 and failed >= 0 and queue_size >= 0
        and captured >= 0 and oldest_seconds >= 0
    )
);

comment on table pgsync.sync_system_health
is 'The figures of each worker for each minute, and of all together for each hour and day in UTC.';
comment on column pgsync.sync_system_health.span is 'minute, hour or day.';
comment on column pgsync.sync_system_health.starts_at
is 'When the span starts. A span without a row was not observed.';
comment on column pgsync.sync_system_health.worker is 'The number of the worker; 0 for all.';
comment on column pgsync.sync_system_health.samples is 'How many samples it is made of.';
comment on column pgsync.sync_system_health.sampled_at is 'When it was made.';
comment on column pgsync.sync_system_health.queue_size
is 'Unfinished changes at its end, the highest for hours and days; of several workers, one says it.';
comment on column pgsync.sync_system_health.oldest_seconds
is 'The age of the oldest waiting change at its end, the highest for hours and days.';
comment on column pgsync.sync_system_health.captured
is 'Changes captured since the sample of the minute before; null if there was none.';
comment on column pgsync.sync_system_health.captured_total is 'What the next sample counts from.';
comment on column pgsync.sync_system_health.next_xid
is 'The number of the next transaction then, by which the age of old ones is told.';
comment on column pgsync.sync_system_health.posted
is 'Changes that ended with an entry posted, amended or reversed.';
comment on column pgsync.sync_system_health.without_entry
is 'Changes that ended otherwise, failures excluded.';
comment on column pgsync.sync_system_health.failed is 'Attempts that failed.';
comment on column pgsync.sync_system_health.latency
is 'How long posted changes took from capture, as counts: see pgsync.latency_bounds().';

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
select
    setting.config_key,
    setting.default_value as config_value,
    setting.default_value,
    setting.kind,
    setting.minimum,
    setting.maximum,
    setting.unit,
    setting.description
from (
    values
    (
        'alert_queue_age_seconds', '120', 'integer', 1, 86400, 'seconds',
        'How long a change may be ready before QUEUE_BACKUP; five times as long is high.'
    ),
    (
        'alert_growth_minutes', '5', 'integer', 2, 1440, 'minutes',
        'Above alert_threshold_queue_size, QUEUE_BACKUP means half as many again within this time.'
    ),
    (
        'alert_failure_percent', '5', 'number', 0.001, 100, 'percent',
        'The share of attempts that may fail before SYNC_FAILURES; half of all is critical.'
    ),
    (
        'alert_failure_count', '10', 'integer', 1, 1000000, 'attempts',
        'Fewer failures than this do not raise SYNC_FAILURES, whatever their share.'
    ),
    (
        'alert_dead_letters', '1', 'integer', 1, 1000000, 'changes',
        'So many dead letters of a table and class raise SYNC_FAILURES; a hundred times as many: critical.'
    ),
    (
        'alert_window_minutes', '10', 'integer', 1, 60, 'minutes',
        'The time over which failures are counted.'
    ),
    (
        'alert_down_seconds', '30', 'integer', 1, 86400, 'seconds',
        'How long a change may wait without any running worker before SYSTEM_DOWN.'
    ),
    (
        'alert_chain_lag_minutes', '30', 'integer', 1, 10080, 'minutes',
        'How far the chain may be behind before CHAIN_LATE.'
    ),
    (
        'alert_horizon_minutes', '30', 'integer', 1, 10080, 'minutes',
        'How old a snapshot or prepared transaction may be before HORIZON_HELD.'
    ),
    (
        'alert_paused_minutes', '60', 'integer', 1, 525600, 'minutes',
        'How long posting may be paused before PAUSED_TOO_LONG.'
    ),
    (
        'alert_schedule_late_minutes', '15', 'integer', 1, 10080, 'minutes',
        'How late a schedule may be before SCHEDULE_LATE.'
    ),
    (
        'alert_silent_seconds', '120', 'integer', 5, 86400, 'seconds',
        'How long alerts may go unchecked before CHECKER_SILENT.'
    ),
    (
        'alert_for_seconds', '30', 'integer', 0, 86400, 'seconds',
        'How long something must be wrong before its alert is raised; what is critical is raised at once.'
    ),
    (
        'alert_keep_seconds', '300', 'integer', 0, 86400, 'seconds',
        'How long something must be right again before its alert is resolved.'
    ),
    (
        'alert_group_wait_seconds', '30', 'integer', 0, 86400, 'seconds',
        'How long news of an alert waits for others of its kind.'
    ),
    (
        'alert_group_interval_seconds', '300', 'integer', 0, 86400, 'seconds',
        'How long after news of a kind the next follows.'
    ),
    (
        'alert_repeat_minutes', '240', 'integer', 1, 525600, 'minutes',
        'How often news of what is still wrong is repeated.'
    ),
    (
        'alert_retention_days', '90', 'integer', 1, 36500, 'days',
        'How long resolved alerts, ended silences, and what was told and sent are kept.'
    ),
    (
        'health_retention_days', '14', 'integer', 1, 36500, 'days',
        'How long samples of minutes are kept.'
    ),
    (
        'health_history_days', '730', 'integer', 1, 36500, 'days',
        'How long the figures of hours and days are kept.'
    )
) as setting (config_key, default_value, kind, minimum, maximum, unit, description);

update pgsync.sync_configuration as setting
set description = 'How many changes may wait before pgsync doctor warns, and QUEUE_BACKUP if it grows.'
where setting.config_key = 'alert_threshold_queue_size';

revoke all on table
pgsync.sync_alerts, pgsync.alert_silences, pgsync.alert_groups, pgsync.alert_notices, pgsync.alert_check,
pgsync.sync_system_health
from public;
revoke all on sequence
pgsync.sync_alerts_id_seq, pgsync.alert_silences_id_seq, pgsync.alert_notices_id_seq
from public;
