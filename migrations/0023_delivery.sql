-- Where news of alerts goes, and what is still to be sent there.
create table pgsync.channels (
    name text not null,
    kind text not null,
    settings jsonb not null default '{}',
    secret text,
    previous_secret text,
    min_severity text not null default 'low',
    enabled boolean not null default true,
    disabled_reason text,
    failures_in_a_row integer not null default 0,
    failing_since timestamptz,
    not_before timestamptz,
    last_ok_at timestamptz,
    last_error_at timestamptz,
    last_error_class text,
    last_error_message text,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null default session_user,
    updated_at timestamptz,
    updated_by text,
    constraint channels_pkey primary key (name),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint kind_is_known check (kind in ('notify', 'command', 'webhook', 'slack', 'mail')),
    constraint settings_are_a_short_object check (
        jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 8192
    ),
    constraint secrets_are_references check (
        secret ~ '^(env:[A-Za-z_][A-Za-z0-9_]*|file:/[^[:cntrl:]]+)$'
        and previous_secret ~ '^(env:[A-Za-z_][A-Za-z0-9_]*|file:/[^[:cntrl:]]+)$'
        and octet_length(concat(secret, previous_secret)) <= 1000
    ),
    constraint min_severity_is_known check (min_severity in ('low', 'medium', 'high', 'critical')),
    constraint only_disabled_ones_have_a_reason check (disabled_reason is null or not enabled),
    constraint failures_tell_since_when check (
        failures_in_a_row >= 0 and (failures_in_a_row > 0) = (failing_since is not null)
    ),
    constraint last_error_is_whole check (
        (last_error_at is null) = (last_error_class is null)
        and (last_error_at is null) = (last_error_message is null)
    )
);

comment on table pgsync.channels is 'Where news of alerts goes: see pgsync.channel_settings().';
comment on column pgsync.channels.name is 'What it is called.';
comment on column pgsync.channels.kind is 'notify, command, webhook, slack or mail.';
comment on column pgsync.channels.settings is 'What its kind needs to know, without any secret.';
comment on column pgsync.channels.secret
is 'Where workers find its secret: env: and a variable, or file: and a path. Never the secret itself.';
comment on column pgsync.channels.previous_secret
is 'The same for the secret before: until it is removed, webhooks are signed with both.';
comment on column pgsync.channels.min_severity
is 'What is less severe is not sent: low, medium, high or critical.';
comment on column pgsync.channels.enabled is 'Whether anything is sent.';
comment on column pgsync.channels.disabled_reason
is 'Why it was disabled by itself; null if a user did it.';
comment on column pgsync.channels.failures_in_a_row
is 'How many attempts have failed since the last success.';
comment on column pgsync.channels.failing_since is 'When the first of these failed.';
comment on column pgsync.channels.not_before
is 'Nothing is sent before: it has failed too often, or the receiver asked for it.';
comment on column pgsync.channels.last_ok_at is 'When something was last delivered.';
comment on column pgsync.channels.last_error_at is 'When an attempt last failed.';
comment on column pgsync.channels.last_error_class is 'The class of that failure: see Alerts.md.';
comment on column pgsync.channels.last_error_message is 'Its message.';
comment on column pgsync.channels.created_at is 'When it was created.';
comment on column pgsync.channels.created_by is 'The login that created it.';
comment on column pgsync.channels.updated_at is 'When a user last changed it.';
comment on column pgsync.channels.updated_by is 'The login that last changed it.';

create table pgsync.alert_deliveries (
    id bigint generated always as identity,
    channel text not null,
    alert bigint not null,
    message_id text not null,
    thread text not null,
    event text not null,
    severity text not null,
    subject text not null,
    body jsonb not null default '{}',
    state text not null default 'waiting',
    attempts integer not null default 0,
    taking uuid,
    next_attempt_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    error_class text,
    error_message text,
    constraint alert_deliveries_pkey primary key (id),
    constraint alert_deliveries_channel_fkey foreign key (channel)
    references pgsync.channels (name) on delete cascade,
    constraint message_id_is_unique unique (message_id),
    constraint message_id_has_no_dot check (message_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    constraint thread_is_a_word check (thread ~ '^[A-Za-z0-9_-]{1,64}$'),
    constraint event_is_a_word check (event ~ '^[a-z][a-z_]{0,30}$'),
    constraint severity_is_known check (severity in ('low', 'medium', 'high', 'critical')),
    constraint subject_is_one_short_line check (subject !~ '[[:cntrl:]]' and char_length(subject) <= 200),
    constraint body_is_a_thin_object check (
        jsonb_typeof(body) = 'object' and octet_length(body::text) <= 8000
    ),
    constraint state_is_known check (state in ('waiting', 'sending', 'delivered', 'failed')),
    constraint attempts_are_not_negative check (attempts >= 0),
    constraint taking_tells_that_it_is_sent check ((state = 'sending') = (taking is not null)),
    constraint only_unfinished_ones_have_a_next_attempt check (
        (state in ('waiting', 'sending')) = (next_attempt_at is not null)
    ),
    constraint ended_at_tells_the_end check ((state in ('delivered', 'failed')) = (ended_at is not null)),
    constraint failed_ones_have_an_error check (
        (error_class is null) = (error_message is null) and (state <> 'failed' or error_class is not null)
    )
);

create index alert_deliveries_unfinished on pgsync.alert_deliveries (channel, alert, id)
where state in ('waiting', 'sending');
create index alert_deliveries_alert on pgsync.alert_deliveries (alert, id);
create index alert_deliveries_given_up on pgsync.alert_deliveries (channel, ended_at)
where state = 'failed';
create index alert_deliveries_ended_at on pgsync.alert_deliveries (ended_at);

comment on table pgsync.alert_deliveries
is 'News of alerts for each channel: what is to be sent, and what became of it. No contents of rows.';
comment on column pgsync.alert_deliveries.channel is 'Where it goes.';
comment on column pgsync.alert_deliveries.alert is 'The number of the alert; 0 in a test.';
comment on column pgsync.alert_deliveries.message_id
is 'Names the message to its receiver; the same in each attempt, so that a receiver can drop repetitions.';
comment on column pgsync.alert_deliveries.thread is 'The same for all messages of an alert.';
comment on column pgsync.alert_deliveries.event
is 'What happened to the alert, such as raised, changed or resolved.';
comment on column pgsync.alert_deliveries.severity is 'low, medium, high or critical.';
comment on column pgsync.alert_deliveries.subject is 'What it says in one line.';
comment on column pgsync.alert_deliveries.body is 'What else it says: see pgsync.queue_delivery.';
comment on column pgsync.alert_deliveries.state
is 'waiting, sending (a worker has taken it), delivered, or failed (given up).';
comment on column pgsync.alert_deliveries.attempts is 'How many times it was taken.';
comment on column pgsync.alert_deliveries.taking
is 'Which worker''s turn it is; whoever was too slow has another.';
comment on column pgsync.alert_deliveries.next_attempt_at
is 'When it may be taken; while it is sent, when another worker may assume that nothing comes of it.';
comment on column pgsync.alert_deliveries.created_at is 'When it was queued.';
comment on column pgsync.alert_deliveries.ended_at is 'When the receiver had taken it, or it was given up.';
comment on column pgsync.alert_deliveries.error_class is 'The class of its last failure: see Alerts.md.';
comment on column pgsync.alert_deliveries.error_message is 'Its message.';

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
values (
    'delivery_retry_hours', '72', '72', 'integer', 1, 720, 'hours',
    'For how long sending news of an alert to a channel that fails is tried again.'
);

revoke all on table pgsync.channels, pgsync.alert_deliveries from public;
revoke all on sequence pgsync.alert_deliveries_id_seq from public;
