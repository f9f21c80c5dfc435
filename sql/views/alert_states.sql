-- What is true now and what is kept of it together, so that it shows both what no check has seen yet and what
-- is not resolved yet.
create or replace view pgsync.alert_states as
with open as (
    select alert.*
    from pgsync.sync_alerts as alert
    where alert.state <> 'resolved'
)

select
    own.id,
    coalesce(fact.kind, own.kind) as kind,
    coalesce(fact.source_table, own.source_table) as source_table,
    coalesce(fact.table_name, own.table_name) as table_name,
    coalesce(fact.class, own.class) as class,
    coalesce(own.state, 'pending') as state,
    coalesce(fact.severity, own.severity) as severity,
    fact.kind is not null as is_true,
    case when fact.kind is not null then fact.value else own.value end as value,
    case when fact.kind is not null then fact.threshold else own.threshold end as threshold,
    coalesce(fact.unit, own.unit) as unit,
    coalesce(fact.words, own.words) as words,
    coalesce(fact.remedy, own.remedy) as remedy,
    coalesce(fact.since, own.since) as since,
    case when fact.kind is not null then fact.inhibited_by else own.inhibited_by end as inhibited_by,
    own.seen,
    own.first_seen_at,
    own.last_seen_at,
    own.raised_at,
    own.acknowledged_at,
    own.acknowledged_by,
    own.acknowledged_until,
    own.note,
    own.told_at,
    quiet.id as silence,
    quiet.ends_at as silenced_until,
    quiet.reason as silence_reason,
    quiet.created_by as silenced_by
from pgsync.alert_conditions as fact
full join open as own
    on
        fact.kind = own.kind
        and coalesce(fact.source_table, 0::oid) = coalesce(own.source_table, 0::oid)
        and coalesce(fact.class, '') = coalesce(own.class, '')
left join pgsync.alert_silences as quiet on own.silence = quiet.id and own.state = 'silenced';

comment on view pgsync.alert_states
is 'Alerts that are not resolved, with what is true of them now; also what no check has seen yet.';

comment on column pgsync.alert_states.id is 'The number of the alert; null if no check has seen it yet.';
comment on column pgsync.alert_states.kind is 'The kind: see pgsync.alert_kinds().';
comment on column pgsync.alert_states.source_table is 'The table it is about; null if it is about none.';
comment on column pgsync.alert_states.table_name is 'The name of that table.';
comment on column pgsync.alert_states.class
is 'What distinguishes it from others of its kind and table, such as a failure class.';
comment on column pgsync.alert_states.state is 'pending (not raised yet), firing, acknowledged or silenced.';
comment on column pgsync.alert_states.severity is 'low, medium, high or critical.';
comment on column pgsync.alert_states.is_true
is 'Whether it is wrong now; if not, it is resolved once it has been right for alert_keep_seconds.';
comment on column pgsync.alert_states.value is 'The value, now or when it was last seen.';
comment on column pgsync.alert_states.threshold is 'The limit that the value has reached.';
comment on column pgsync.alert_states.unit is 'What value and limit count.';
comment on column pgsync.alert_states.words is 'What is wrong, in words.';
comment on column pgsync.alert_states.remedy is 'What to do about it.';
comment on column pgsync.alert_states.since is 'Since when, where that is known.';
comment on column pgsync.alert_states.inhibited_by
is 'What explains it and so holds back its news: SYSTEM_DOWN or paused.';
comment on column pgsync.alert_states.seen is 'How many checks have found it.';
comment on column pgsync.alert_states.first_seen_at is 'When a check first found it.';
comment on column pgsync.alert_states.last_seen_at is 'When a check last found it.';
comment on column pgsync.alert_states.raised_at is 'When it was raised; null while it is pending.';
comment on column pgsync.alert_states.acknowledged_at is 'When a user acknowledged it.';
comment on column pgsync.alert_states.acknowledged_by is 'The login that acknowledged it.';
comment on column pgsync.alert_states.acknowledged_until
is 'When the acknowledgement ends; null if only a higher severity ends it.';
comment on column pgsync.alert_states.note is 'What that user said.';
comment on column pgsync.alert_states.told_at
is 'When news of it was last queued for a channel; null if none wanted it.';
comment on column pgsync.alert_states.silence is 'The number of the silence that it is under.';
comment on column pgsync.alert_states.silenced_until is 'When that silence ends.';
comment on column pgsync.alert_states.silence_reason is 'Why it was silenced.';
comment on column pgsync.alert_states.silenced_by is 'The login that silenced it.';
