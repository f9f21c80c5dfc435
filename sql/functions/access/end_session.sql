create or replace function pgsync.end_session(session_hash bytea)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
delete from pgsync.api_sessions as gone
where gone.secret_hash = end_session.session_hash;
$$;

comment on function pgsync.end_session(bytea) is 'Logs a browser out.';
