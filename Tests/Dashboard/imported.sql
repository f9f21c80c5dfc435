-- Two imports with runs, spans, failed items and a paused endpoint, as importing leaves them.
create schema if not exists crm;
create table crm.merchants (id bigint primary key, name text, updated_at timestamptz);
create table crm.residuals (merchant_id bigint, month date, amount numeric(12, 2), primary key (merchant_id, month));
create table crm.charges (id text primary key, amount numeric(12, 2));

select pgsync.apply_import(
    'irelandpay', 1, $definition$import irelandpay version 1
  base    'https://crm.example/api/v1'
  auth    header 'Authorization' 'Bearer {secret}'
  secret  env:IRELANDPAY_CRM_API_KEY
  budget  60 per minute, 5 at once
  budget  10000 per day
  stream merchants into crm.merchants key id
    get '/merchants'
    page 'page' size 'per_page' 100 until empty
    rows 'data'
    changed updated_at since 'updated_since' lookback 2 h
    history from '2024-04-01' by month
    column id bigint
    column name text
    column updated_at timestamptz
$definition$,
    '{
        "base_url": "https://crm.example/api/v1", "hosts": ["crm.example"], "secret_ref": "env:IRELANDPAY_CRM_API_KEY",
        "parallel": 5, "budgets": [
            {"name": "minute", "call_limit": 60, "span": "60 s"}, {"name": "day", "call_limit": 10000, "span": "1 day"}
        ]
    }',
    jsonb_build_array(
        jsonb_build_object(
            'stream', 'merchants', 'place', 1, 'target', 'crm.merchants'::regclass::oid::bigint,
            'key_columns', array['id'], 'columns', array['id', 'name', 'updated_at']
        ),
        jsonb_build_object(
            'stream', 'residuals', 'place', 2, 'target', 'crm.residuals'::regclass::oid::bigint,
            'key_columns', array['merchant_id', 'month'], 'columns', array['merchant_id', 'month', 'amount']
        )
    )
);
select pgsync.apply_import(
    'stripe', 3, E'import stripe version 3\n  base ''https://api.stripe.example''\n',
    '{"base_url": "https://api.stripe.example", "hosts": ["api.stripe.example"], "parallel": 1, "budgets": []}',
    jsonb_build_array(
        jsonb_build_object(
            'stream', 'charges', 'place', 1, 'target', 'crm.charges'::regclass::oid::bigint, 'key_columns', array['id'],
            'columns', array['id', 'amount']
        )
    )
);

with run as (
    insert into pgsync.sync_jobs (
        kind, subject, type, state, trigger, requested_by, attempts, requested_at, started_at, heartbeat_at, finished_at,
        waits_until, wait_class, wait_reason, error_class, error_message
    )
    select
        'import', made.subject, made.type, made.state, 'schedule', 'pgsync', 1, now() - made.ago, now() - made.ago,
        now() - made.ago + interval '7 minutes', case when made.state <> 'waiting' then now() - made.ago + interval '7 minutes' end,
        case made.state when 'waiting' then now() + interval '5 hours' end,
        case made.state when 'waiting' then 'call.wait' end,
        case made.state when 'waiting' then 'the budget of the day is used up' end,
        case made.state when 'failed' then 'call.config' end,
        case made.state when 'failed' then 'charges: the API answered 404: there is no such path' end
    from (
        values
        ('irelandpay', 'initial', 'partial', interval '3 days'), ('irelandpay', 'daily', 'completed', interval '1 day'),
        ('stripe', 'daily', 'failed', interval '2 hours'), ('irelandpay', 'initial', 'waiting', interval '20 minutes')
    ) as made (subject, type, state, ago)
    returning id, subject, state
)

insert into pgsync.import_jobs (job, version)
select id, case subject when 'stripe' then 3 else 1 end from run;

insert into pgsync.import_plans (job, stream, wanted, step, newest_first, finished_until, sweeps)
select own.id, listed.stream, '{[2024-04-01 00:00+00, 2026-11-01 00:00+00)}', 'month', false, now(), false
from pgsync.sync_jobs as own
inner join pgsync.import_streams as listed on own.subject = listed.import
where own.kind = 'import' and own.subject = 'irelandpay';
insert into pgsync.import_slices (job, stream, slice, pages, added, updated, unchanged, failed, finished_at)
select
    own.id, listed.stream, '[2024-04-01 00:00+00, 2024-05-01 00:00+00)', 12, 812, 40, 300, case listed.place when 1 then 3 else 0 end,
    now()
from pgsync.sync_jobs as own
inner join pgsync.import_streams as listed on own.subject = listed.import
where own.kind = 'import' and own.subject = 'irelandpay' and (own.state <> 'waiting' or listed.place = 1);
insert into pgsync.sync_progress (
    kind, subject, job, phase, message, state, done, expected, started_at, updated_at, finished_at
)
select
    own.kind, own.subject, own.id, listed.stream, '4 of 31 spans', case own.state when 'waiting' then 'running' when 'failed' then 'failed' else 'finished' end,
    1155, 2400, own.started_at, own.heartbeat_at, own.finished_at
from pgsync.sync_jobs as own
inner join pgsync.import_streams as listed on own.subject = listed.import
where own.kind = 'import' and (own.state <> 'waiting' or listed.place = 1);
insert into pgsync.cursors (endpoint, stream, finished)
values
(
    'irelandpay', 'merchants',
    '{[2024-04-01 00:00+00, 2024-11-01 00:00+00), [2025-01-01 00:00+00, 2026-10-20 08:00+00)}'
),
('irelandpay', 'residuals', '{[2025-06-01 00:00+00, 2026-09-01 00:00+00)}');
insert into pgsync.sync_failed_items (
    job, kind, subject, item_id, payload, error_class, error_message, error_column, attempts, max_attempts, next_attempt_at, state
)
select
    (select min(id) from pgsync.sync_jobs where kind = 'import'), 'import', 'irelandpay', 'merchants ' || 1000 + n,
    jsonb_build_object('id', 1000 + n, 'name', null), case n % 2 when 0 then 'data.type' else 'data.missing' end,
    case n % 2 when 0 then 'is no number' else 'has no value' end, case n % 2 when 0 then 'id' else 'name' end, 1 + n % 3, 4,
    case when n % 3 < 2 then now() + interval '10 minutes' end, case when n % 3 < 2 then 'open' else 'given_up' end
from generate_series(1, 5) as n;
insert into pgsync.endpoint_calls (endpoint, budget, began_at, calls)
select 'irelandpay', budget, now(), calls from (values ('minute', 8), ('day', 9990)) as made (budget, calls);
update pgsync.endpoints
set last_ok_at = now() - interval '3 hours', last_error_at = now() - interval '2 hours', last_error_class = 'call.config',
    last_error = 'status 404: there is no such path'
where name = 'stripe';
select pgsync.pause_endpoint('stripe', 'moves to another account on Sunday');
select pgsync.set_schedule('irelandpay-daily', 'import', '0 11,19 * * *', 'Asia/Kolkata', 'irelandpay', 'daily');
