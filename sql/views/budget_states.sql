create or replace view pgsync.budget_states as
select
    own.endpoint,
    own.name,
    own.call_limit,
    own.span,
    own.allowed,
    coalesce(sum(spent.calls), 0)::integer as used,
    greatest(own.allowed - coalesce(sum(spent.calls), 0), 0)::integer as calls_left,
    min(spent.began_at) + own.span + own.span / 60 as next_free_at
from pgsync.endpoint_budgets as own
left join pgsync.endpoint_calls as spent
    on
        own.endpoint = spent.endpoint
        and own.name = spent.budget
        and spent.began_at + own.span / 60 > clock_timestamp() - own.span
where coalesce(own.endpoint = any((select pgsync.limited_endpoints())::text[]), true)
group by own.endpoint, own.name;

comment on view pgsync.budget_states
is 'The budgets of the endpoints that the current user may see, and what is left of them.';
comment on column pgsync.budget_states.endpoint is 'The endpoint.';
comment on column pgsync.budget_states.name is 'Its span in words, such as minute.';
comment on column pgsync.budget_states.call_limit is 'The most calls in a span.';
comment on column pgsync.budget_states.span is 'The length of the span.';
comment on column pgsync.budget_states.allowed is 'The most that are made now, after complaints.';
comment on column pgsync.budget_states.used is 'How many were made in the last span.';
comment on column pgsync.budget_states.calls_left is 'How many may be made now.';
comment on column pgsync.budget_states.next_free_at is 'When the oldest of them no longer count.';
