create or replace function pgsync.end_answer(endpoint text)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.masters as own
set sequence = (own.unanswered ->> 'sequence')::bigint, unanswered = null, updated_at = clock_timestamp()
where own.endpoint = end_answer.endpoint and own.unanswered is not null;
$$;

comment on function pgsync.end_answer(text)
is 'Notes that an upload was answered, and that its answer is applied.';
