create or replace function pgsync.settle_request(key text, status integer, answer text)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.api_requests as own
set status = settle_request.status, answer = settle_request.answer
where own.actor = pgsync.request_actor() and own.key = settle_request.key;
-- A few at a time, beside what is written anyway.
delete from pgsync.api_requests as gone
where (gone.actor, gone.key) in (
    select own.actor, own.key
    from pgsync.api_requests as own
    where own.made_at < clock_timestamp() - interval '1 day'
    order by own.made_at
    limit 20
    for update skip locked
);
$$;

comment on function pgsync.settle_request(text, integer, text)
is 'Keeps the answer of an act for a day, in its own transaction.';
