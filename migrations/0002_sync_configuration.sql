-- The settings an administrator may change while everything runs. Values are text, so that one table holds
-- numbers and switches alike; the table itself refuses what its readers could not use, whoever writes and
-- however. `case` keeps a cast from ever being reached for text that is not a number, and the patterns
-- admit neither NaN, Infinity, exponents, hexadecimal nor blanks.
create table pgsync.sync_configuration (
    key text not null,
    value text not null,
    default_value text not null,
    kind text not null,
    minimum numeric,
    maximum numeric,
    unit text,
    description text not null,
    updated_at timestamptz not null default now(),
    updated_by text not null default session_user,
    constraint sync_configuration_pkey primary key (key),
    constraint key_is_snake_case check (key ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
    constraint kind_is_known check (kind in ('integer', 'number', 'boolean', 'text')),
    constraint only_numbers_are_bounded check (
        kind in ('integer', 'number') or num_nulls(minimum, maximum) = 2
    ),
    constraint bounds_are_ordered check (minimum <= maximum),
    constraint value_is_of_its_kind check (
        case kind
            when 'integer' then value ~ '^-?(0|[1-9][0-9]{0,17})$'
            when 'number' then value ~ '^-?(0|[1-9][0-9]{0,17})([.][0-9]{1,9})?$'
            when 'boolean' then value in ('true', 'false')
            else value ~ '[^[:space:]]'
        end
    ),
    constraint value_is_within_bounds check (
        case
            when kind in ('integer', 'number') and value ~ '^-?[0-9]{1,18}([.][0-9]{1,9})?$'
                then
                    value::numeric >= coalesce(minimum, value::numeric)
                    and value::numeric <= coalesce(maximum, value::numeric)
            else true
        end
    ),
    constraint default_is_of_its_kind check (
        case kind
            when 'integer' then default_value ~ '^-?(0|[1-9][0-9]{0,17})$'
            when 'number' then default_value ~ '^-?(0|[1-9][0-9]{0,17})([.][0-9]{1,9})?$'
            when 'boolean' then default_value in ('true', 'false')
            else default_value ~ '[^[:space:]]'
        end
    ),
    constraint default_is_within_bounds check (
        case
            when kind in ('integer', 'number') and default_value ~ '^-?[0-9]{1,18}([.][0-9]{1,9})?$'
                then
                    default_value::numeric >= coalesce(minimum, default_value::numeric)
                    and default_value::numeric <= coalesce(maximum, default_value::numeric)
            else true
        end
    ),
    constraint description_is_written check (description ~ '[^[:space:]]')
);

comment on table pgsync.sync_configuration
is 'Settings, in force as soon as a change is committed. Only value is there to be updated.';
comment on column pgsync.sync_configuration.key is 'What the setting is called.';
comment on column pgsync.sync_configuration.value is 'What is in force.';
comment on column pgsync.sync_configuration.default_value is 'What is in force unless somebody changed it.';
comment on column pgsync.sync_configuration.kind is 'integer, number, boolean (true or false) or text.';
comment on column pgsync.sync_configuration.minimum
is 'The smallest value allowed, for integers and numbers.';
comment on column pgsync.sync_configuration.maximum is 'The largest value allowed, for integers and numbers.';
comment on column pgsync.sync_configuration.unit is 'What a number counts, such as seconds.';
comment on column pgsync.sync_configuration.description is 'What the setting does, for an administrator.';
comment on column pgsync.sync_configuration.updated_at is 'When the value last changed.';
comment on column pgsync.sync_configuration.updated_by is 'The login role that last changed the value.';

insert into pgsync.sync_configuration (key, value, default_value, kind, minimum, maximum, unit, description)
select
    setting.key,
    setting.default_value as value,  -- noqa: AL08
    setting.default_value,
    setting.kind,
    setting.minimum,
    setting.maximum,
    setting.unit,
    setting.description
from (
    values
    (
        'max_retry_attempts', '5', 'integer', 1, 1000, 'attempts',
        'How often a change is tried before it waits for a person as a dead letter.'
    ),
    (
        'retry_delay_seconds', '60', 'integer', 0, 86400, 'seconds',
        'How long a change waits after its first failure before it is tried again.'
    ),
    (
        'retry_backoff_multiplier', '2', 'number', 1, 10, null,
        'By how much the wait grows with each further failure: 2 doubles it, 1 keeps it the same.'
    ),
    (
        'queue_batch_size', '500', 'integer', 1, 100000, 'changes',
        'The most changes one transaction takes: more is faster, fewer locks shorter.'
    ),
    (
        'reconciliation_frequency_hours', '1', 'integer', 1, 8760, 'hours',
        'How often the ledger is compared with the tables it was posted from.'
    ),
    (
        'alert_threshold_queue_size', '1000', 'integer', 1, 1000000000, 'changes',
        'How many changes may wait before the alert QUEUE_BACKUP is raised.'
    ),
    (
        'enable_real_time_sync', 'true', 'boolean', null, null, null,
        'Whether workers take changes at once; when false, changes are still captured and wait.'
    ),
    (
        'sync_timeout_seconds', '300', 'integer', 1, 86400, 'seconds',
        'How long the work on one batch may take before it is cancelled and tried again.'
    ),
    (
        'retention_days', '7', 'integer', 1, 36500, 'days',
        'How long finished changes are kept; the ledger and the audit log are kept for ever.'
    )
) as setting (key, default_value, kind, minimum, maximum, unit, description);

revoke all on table pgsync.sync_configuration from public;
