create or replace view pgsync.endpoint_states as
select
    own.name,
    own.kind,
    own.base_url,
    own.hosts,
    own.secret_ref,
    own.parallel,
    case
        when own.paused_at is not null then 'paused'
        when own.limited_until > clock_timestamp() then 'limited'
        else own.breaker_state
    end as state,
    own.limited_until,
    own.paused_at,
    own.paused_by,
    own.pause_reason,
    own.breaker_state,
    own.breaker_since,
    own.failures_in_a_row,
    own.next_probe_at,
    own.clock_skew,
    own.last_ok_at,
    own.last_error_at,
    own.last_error_class,
    own.last_error,
    own.created_at,
    own.updated_at
from pgsync.endpoints as own
where coalesce(own.name = any((select pgsync.limited_endpoints())::text[]), true);

comment on view pgsync.endpoint_states
is 'The endpoints that the current user may see, and whether each may be called.';
comment on column pgsync.endpoint_states.name is 'Its name.';
comment on column pgsync.endpoint_states.kind is 'What it is: api.';
comment on column pgsync.endpoint_states.base_url is 'Where paths begin.';
comment on column pgsync.endpoint_states.hosts is 'The only hosts that are ever called.';
comment on column pgsync.endpoint_states.secret_ref is 'Where its secret is; never the secret.';
comment on column pgsync.endpoint_states.parallel is 'How many calls may be under way at once.';
comment on column pgsync.endpoint_states.state
is 'closed (it may be called), open, half_open (a probe is under way), limited (it wants a wait) or paused.';
comment on column pgsync.endpoint_states.limited_until is 'It has asked not to be called before.';
comment on column pgsync.endpoint_states.paused_at is 'When it was paused.';
comment on column pgsync.endpoint_states.paused_by is 'Who paused it.';
comment on column pgsync.endpoint_states.pause_reason is 'Why.';
comment on column pgsync.endpoint_states.breaker_state is 'closed, open or half_open.';
comment on column pgsync.endpoint_states.breaker_since
is 'Since when calls fail or, while the breaker is closed, since when they succeed again.';
comment on column pgsync.endpoint_states.failures_in_a_row
is 'Failed calls since the last one that was answered.';
comment on column pgsync.endpoint_states.next_probe_at is 'When the next probe may be made.';
comment on column pgsync.endpoint_states.clock_skew is 'How far its clock is ahead of the database''s.';
comment on column pgsync.endpoint_states.last_ok_at is 'When a call last succeeded.';
comment on column pgsync.endpoint_states.last_error_at is 'When a call last failed.';
comment on column pgsync.endpoint_states.last_error_class is 'The class of that failure.';
comment on column pgsync.endpoint_states.last_error is 'What it was.';
comment on column pgsync.endpoint_states.created_at is 'When it was added.';
comment on column pgsync.endpoint_states.updated_at is 'When its definition last changed.';
